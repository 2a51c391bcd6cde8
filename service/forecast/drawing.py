"""A forecast as a picture: a bar for each hour, in SVG, for light and dark screens and for those who have it read to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from service.forecast.adding_up import SHOWN, Forecast
from service.rules.local_time import to_local

WIDTH, HEIGHT = 960, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 56, 44
NAMES = {"unasked": "unasked", "answer": "answers", "staff": "to staff"}
# Told apart without colours too: the darkest is at the foot of each bar. Contrast of at least 3 to 1 on both grounds.
STYLE = """
  svg { color-scheme: light dark; --ground: #ffffff; --ink: #1f2933; --faint: #d5dbe1;
        --unasked: #1d4ed8; --answer: #0e8f6e; --staff: #b45309; font: 13px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #14181d; --ink: #e6eaee; --faint: #3a434d; --unasked: #7aa2ff; --answer: #34d3a6; --staff: #f5b04c } }
  .ground { fill: var(--ground) } text { fill: var(--ink) } .grid { stroke: var(--faint) }
  .unasked { fill: var(--unasked) } .answer { fill: var(--answer) } .staff { fill: var(--staff) }
"""
STEPS = (1, 2, 4, 6, 8)  # of a scale, times a power of ten: each has four even parts
LABEL = 80  # what the name of a day takes


def to_svg(forecast: Forecast, start: datetime, days: int, zone: str) -> str:
    """The segments of every hour from `start` on, by kind, on the clocks of `zone`."""
    first = start.replace(minute=0, second=0, microsecond=0)
    bars = _bars(forecast, first, days * 24 + 1)
    top = _top(max((sum(bar) for bar in bars), default=0))
    told = f"{forecast.texts} texts in {forecast.segments} segments over {days} days"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        f'<title id="t">What would be sent, hour by hour</title><desc id="d">{escape(told)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text x="{LEFT}" y="22">Segments an hour: {escape(told)}</text>',
        *_legend(), *_scale(top), *_days(first, len(bars), zone), *_drawn(bars, top),
        "</svg>", "",
    ])  # fmt: skip


def _bars(forecast: Forecast, first: datetime, hours: int) -> Sequence[Sequence[int]]:
    bars = [[0] * len(SHOWN) for _ in range(hours)]
    for hour in forecast.hours:
        place = int((hour.at - first) / timedelta(hours=1))
        if 0 <= place < hours:
            for row, kind in enumerate(SHOWN):
                bars[place][row] += hour.segments.get(kind, 0)
    return bars


def _top(most: int) -> int:
    """The least round number that holds the highest bar."""
    power = int(10 ** max(0, len(str(most)) - 1))
    return next((step * power for step in STEPS if step * power >= most), 10 * power)


def _legend() -> Iterator[str]:
    for place, kind in enumerate(SHOWN):
        x = LEFT + place * 110
        yield f'<rect class="{kind}" x="{x}" y="32" width="12" height="12"/><text x="{x + 18}" y="43">{NAMES[kind]}</text>'


def _scale(top: int) -> Iterator[str]:
    for part in range(5):
        value, y = top * part / 4, _y(top * part / 4, top)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'


def _days(first: datetime, hours: int, zone: str) -> Iterator[str]:
    """A line at each midnight of the zone, with the day's name where there is room for it."""
    midnights = [place for place in range(1, hours) if to_local(first + timedelta(hours=place), zone).hour == 0]
    free = _x(0, hours) if not midnights or _x(midnights[0], hours) - LEFT >= LABEL else _x(midnights[0], hours)
    for place in (0, *midnights):
        x, local = _x(place, hours), to_local(first + timedelta(hours=place), zone)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM + 6}"/>'
        if free <= x <= WIDTH - LABEL:
            yield f'<text x="{x + 4:.1f}" y="{HEIGHT - BOTTOM + 20}">{local:%a %d %b}</text>'
            free = x + LABEL


def _drawn(bars: Sequence[Sequence[int]], top: int) -> Iterator[str]:
    width = max(1.0, (WIDTH - LEFT - RIGHT) / len(bars) - 1)
    for place, bar in enumerate(bars):
        foot = 0
        for kind, value in zip(SHOWN, bar, strict=True):
            if value:
                y, height = _y(foot + value, top), _y(foot, top) - _y(foot + value, top)
                x = _x(place, len(bars))
                yield f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
            foot += value


def _x(place: int, hours: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * place / hours


def _y(value: float, top: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / max(top, 1)
