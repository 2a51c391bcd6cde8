"""Measured figures: many values each, told as their median and how far they spread."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured several times in one run; `wanted` is the goal in words, empty where there is none."""

    section: str
    name: str
    values: tuple[float, ...]
    unit: str
    wanted: str = ""

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)


def ratios(ours: Iterable[float], theirs: Iterable[float]) -> tuple[float, ...]:
    """What each of ours is of its partner; the partners were measured next to each other."""
    return tuple(mine / other for mine, other in zip(ours, theirs, strict=True) if other)


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines: median, lowest and highest, unit, goal."""
    return "\n".join(_line(figure) for figure in figures)


def _line(figure: Figure) -> str:
    spread = "" if len(figure.values) == 1 else f"({_short(min(figure.values))} to {_short(max(figure.values))})"
    wanted = f"  wanted: {figure.wanted}" if figure.wanted else ""
    return f"  {figure.section:<9} {figure.name:<66} {_short(figure.median):>9} {figure.unit:<10} {spread}{wanted}".rstrip()


def _short(value: float) -> str:
    if value and abs(value) < 10:
        return f"{value:.3g}"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def write_json(path: Path, figures: Iterable[Figure], machine: dict[str, Any]) -> None:
    """Keep every value, so that a page can be written from it later."""
    found = [
        {
            "section": f.section,
            "name": f.name,
            "unit": f.unit,
            "median": f.median,
            "values": f.values,
            "wanted": f.wanted,
        }
        for f in figures
    ]
    path.write_text(json.dumps({"machine": machine, "figures": found}, indent=1) + "\n")


def machine(sync_micros: float) -> dict[str, Any]:
    """When and where: what a figure cannot be read without."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2), "sync_micros": round(sync_micros),
    }  # fmt: skip
