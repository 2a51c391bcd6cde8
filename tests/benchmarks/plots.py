"""python -m tests.benchmarks.plots FILE...: the pictures of docs/performance.md from what `bench --json` kept.

Bars for medians, a line for the spread; readable on light and dark pages, and without colours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WIDTH, LEFT, RIGHT, ROW = 780, 300, 130, 34
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#222}.title{font-weight:600}.bar{fill:#2a6f97}.spread{stroke:#222;stroke-width:2}"
    "@media (prefers-color-scheme:dark){text{fill:#eee}.bar{fill:#61a5c2}.spread{stroke:#eee}}"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One measured thing: what it is called in the picture, and its values."""

    label: str
    values: Sequence[float]
    median: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, its title, its unit, and the figures in it with their labels."""

    file: str
    title: str
    unit: str
    figures: Mapping[str, str]


PICTURES = (
    Picture("speed-webhook.svg", "One server, slices in turn", "a second", {
        "signature only, same server": "empty answers, signature checked",
        "pgbench, the same two statements, 8 clients": "the two statements alone (pgbench)",
        "texts taken": "texts taken, stored and decided",
    }),
    Picture("speed-checkins.svg", "Due schedules handed on, same servers", "a second", {
        "check-ins begun, two processes": "Peerline, two processes",
        "check-ins begun, one process": "Peerline, one process",
        "celery-redbeat: due schedules": "celery-redbeat: one message each",
        "APScheduler: due schedules": "APScheduler: one call each",
        "row by row: due schedules": "row by row: one row each",
    }),
    Picture("speed-growth.svg", "A look with nothing due", "ms", {
        "a look with nothing due, 10,000 members": "10,000 members",
        "a look with nothing due, 100,000 members": "100,000 members",
        "a look with nothing due, 1,000,000 members": "1,000,000 members",
    }),
    Picture("speed-growth-due.svg", "Each of 1,000 check-ins due at once", "us", {
        "each of 1,000 check-ins due at once, 10,000 members": "10,000 members",
        "each of 1,000 check-ins due at once, 100,000 members": "100,000 members",
        "each of 1,000 check-ins due at once, 1,000,000 members": "1,000,000 members",
    }),
    Picture("speed-sending.svg", "Texts handed over, 50 in flight", "a second", {
        "bare urllib3 pool, provider answers at once": "urllib3 alone, answered at once",
        "bare loop of the library, provider answers at once": "the library alone, at once",
        "texts handed over, provider answers at once": "Peerline, at once",
        "bare urllib3 pool, provider answers after 100 ms, 50 in flight": "urllib3 alone, after 100 ms",
        "bare loop of the library, provider answers after 100 ms, 50 in flight": "the library alone, after 100 ms",
        "texts handed over, provider answers after 100 ms, 50 in flight": "Peerline, after 100 ms",
    }),
)  # fmt: skip


def main(words: list[str]) -> int:
    """Write every picture whose figures are all in the files."""
    figures = {figure["name"]: figure for word in words for figure in json.loads(Path(word).read_text())["figures"]}
    for picture in PICTURES:
        found = [(label, figures[name]) for name, label in picture.figures.items() if name in figures]
        if len(found) == len(picture.figures):
            bars = [Bar(label, figure["values"], figure["median"]) for label, figure in found]
            (FOLDER / picture.file).write_text(draw(picture.title, picture.unit, bars))
    return 0


def draw(title: str, unit: str, bars: Sequence[Bar]) -> str:
    """An SVG with one bar for each; the spread is that of nine values in ten, so that one slow look does not hide the rest."""
    scale = (WIDTH - LEFT - RIGHT) / max(_spread(bar)[1] for bar in bars)
    height = ROW * len(bars) + 50
    told = "; ".join(f"{bar.label}: {_short(bar.median)} {unit}" for bar in bars)
    lines = [line for place, bar in enumerate(bars) for line in _bar(bar, unit, 40 + ROW * place, scale)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}: {escape(told)}</title><style>{STYLE}</style>",
        f'<text class="title" x="8" y="22">{escape(title)}</text>',
        *lines, "</svg>\n",
    ])  # fmt: skip


def _bar(bar: Bar, unit: str, top: int, scale: float) -> Iterable[str]:
    low, high = _spread(bar)
    middle = top + 12
    yield f'<text x="{LEFT - 10}" y="{top + 17}" text-anchor="end">{escape(bar.label)}</text>'
    yield f'<rect class="bar" x="{LEFT}" y="{top}" width="{bar.median * scale:.1f}" height="24" rx="2"/>'
    yield f'<line class="spread" x1="{LEFT + low * scale:.1f}" y1="{middle}" x2="{LEFT + high * scale:.1f}" y2="{middle}"/>'
    yield f'<text x="{LEFT + max(bar.median, high) * scale + 8:.1f}" y="{top + 17}">{_short(bar.median)} {unit}</text>'


def _spread(bar: Bar) -> tuple[float, float]:
    ordered = sorted(bar.values)
    return ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 1 else f"{value:,.0f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
