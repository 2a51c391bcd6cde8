"""The table of kinds in the code and the one that people read are the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from service.rules.kinds import KINDS, UNASKED, Kind

PAGE = Path(__file__).parents[3] / "docs/schedules.md"


def told() -> list[list[str]]:
    """The rows of the page's table of kinds."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("| kind |"))
    rows = [line.strip("| ").split(" | ") for line in lines[first + 2 :]]
    return rows[: rows.index([""])]


def stale(kind: Kind) -> str:
    """When a kind is not sent any more, as the page says it."""
    if kind.dated:
        return "its date"
    return "never" if kind.stale is None else f"{kind.stale // timedelta(minutes=1)} minutes"


def test_the_page_tells_every_kind_as_the_code_has_it() -> None:
    """A kind that is changed in one place alone is found here."""
    assert told() == [
        [name, kind.meaning, str(kind.lane), "yes" if kind.unasked else "no", kind.cap, stale(kind), kind.uncertain]
        for name, kind in KINDS.items()
    ]


def test_every_unasked_kind_has_a_cap_and_an_end() -> None:
    """Promise 4, and nothing stale is sent."""
    assert all(KINDS[name].cap != "none" and (KINDS[name].stale or KINDS[name].dated) for name in UNASKED)


def test_what_concerns_safety_has_no_end_and_goes_first() -> None:
    """Neither a cap nor the clock holds it up."""
    for name in ("alert", "safety"):
        assert (KINDS[name].lane, KINDS[name].stale, KINDS[name].cap) == (0, None, "none")
