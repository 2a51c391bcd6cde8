"""The minute that a schedule speaks at on a day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from service.rules.spreading import minutes_for

SCHEDULE = UUID(int=7)
MONDAY = date(2026, 3, 2)
DAYS = [MONDAY + timedelta(days=day) for day in range(600)]


def drawn(revision: int = 1, spread: int = 59) -> list[int]:
    """The minutes of six hundred days."""
    return [minutes_for(SCHEDULE, revision, day, spread) for day in DAYS]


def test_the_same_day_has_the_same_minute() -> None:
    """Asking twice moves nobody."""
    assert drawn() == drawn()


def test_other_timing_draws_other_minutes() -> None:
    """The next revision of the timing shares few minutes with the last."""
    assert sum(a == b for a, b in zip(drawn(1), drawn(2), strict=True)) < 60


def test_every_minute_comes_about_as_often() -> None:
    """Sixty minutes over six hundred days: each comes, none comes thirty times."""
    found = drawn()
    assert set(found) == set(range(60))
    assert max(found.count(minute) for minute in range(60)) < 30


def test_without_a_spread_it_speaks_at_its_moment() -> None:
    """Nothing is drawn."""
    assert set(drawn(spread=0)) == {0}
