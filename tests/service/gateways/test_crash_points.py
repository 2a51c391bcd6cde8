"""The list of crash points and the places that bear their names are the same, and a storm comes to each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.gateways.crashing import POINTS, WAKING
from service.gateways.waking import open_waker
from tests.faults.storm import CRASHES

ROOT = Path(__file__).parents[3]


class Died(BaseException):
    """The process is gone."""


def test_every_point_is_somewhere() -> None:
    """A point that is nowhere would be counted as survived; texts and calls share some names."""
    sources = [file for folder in ("service", "workers") for file in (ROOT / folder).rglob("*.py")]
    found = {point for file in sources for point in re.findall(r'crash\("(\w+)"\)', file.read_text(encoding="utf-8"))}
    assert found == set(POINTS)


def test_the_storm_comes_to_every_point() -> None:
    """Each belongs to a process that the storm lets die there."""
    assert sorted(point for points in CRASHES.values() for point in points) == sorted(POINTS)


@pytest.mark.parametrize("place", WAKING)
def test_a_process_may_die_while_it_wakes_the_others(database: str, place: str) -> None:
    """The notice is a hint; the next process gives its own."""

    def crash(point: str) -> None:
        if point == place:
            raise Died

    dying, other = open_waker(database, crash), open_waker(database)
    with pytest.raises(Died):
        dying._give()
    other._give()
    for waker in (dying, other):
        waker._finish()
