"""Tests of the hours in which somebody is on duty."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.hours import Hours, end_of_shift, next_opening, on_duty

ZONE = "America/New_York"
OFFICE: Hours = {day: ((time(9), time(12)), (time(12), time(17))) for day in range(5)}
LATE: Hours = {4: ((time(18), time(2)),)}
ALWAYS: Hours = {day: ((time(0), time(0)),) for day in range(7)}
XMAS = (date(2026, 12, 25),)
TIMES = st.times().map(lambda found: found.replace(microsecond=0))
HOURS = st.dictionaries(st.integers(0, 6), st.lists(st.tuples(TIMES, TIMES), max_size=2), max_size=7)
INSTANTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 20), timezones=st.just(UTC))
HOLIDAYS = st.sets(st.dates(date(2026, 3, 1), date(2026, 3, 25)), max_size=8)


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (OFFICE, "2026-12-24T09:00", True),
        (OFFICE, "2026-12-24T08:59", False),
        (OFFICE, "2026-12-24T17:00", False),
        (OFFICE, "2026-12-26T10:00", False),
        (OFFICE, "2026-12-25T10:00", False),
        (LATE, "2026-12-18T23:00", True),
        (LATE, "2026-12-19T01:59", True),
        (LATE, "2026-12-19T02:00", False),
        (LATE, "2026-12-26T01:00", False),
        (ALWAYS, "2026-12-26T00:00", True),
        ({}, "2026-12-24T10:00", False),
    ],
)
def test_on_duty_is_a_shift_that_runs(hours: Hours, at: str, expected: bool) -> None:  # noqa: FBT001
    """A shift holds its first moment, may run past midnight, and falls out with the holiday it begins on."""
    assert on_duty(hours, XMAS, ZONE, local(at)) is expected


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (OFFICE, "2026-12-24T10:00", "2026-12-24T10:00"),
        (OFFICE, "2026-12-24T08:00", "2026-12-24T09:00"),
        (OFFICE, "2026-12-24T18:00", "2026-12-28T09:00"),
        (LATE, "2026-12-19T02:00", "2027-01-01T18:00"),
    ],
)
def test_the_next_opening_passes_over_weekends_and_holidays(hours: Hours, at: str, expected: str) -> None:
    """After the last shift before Christmas the next one is on Monday."""
    assert next_opening(hours, XMAS, ZONE, local(at)) == local(expected)


@pytest.mark.parametrize(
    ("shift", "at", "opens", "ends"),
    [
        ((time(2, 15), time(5)), "2026-03-08T06:00", "2026-03-08T07:00", None),
        ((time(0), time(2, 30)), "2026-03-08T06:00", "2026-03-08T06:00", "2026-03-08T07:00"),
        ((time(0), time(1, 30)), "2026-11-01T05:45", "2026-11-01T06:00", None),
        ((time(0), time(1, 30)), "2026-11-01T06:10", "2026-11-01T06:10", "2026-11-01T06:30"),
    ],
    ids=["begins in a gap", "ends in a gap", "comes twice", "ends twice"],
)
def test_shifts_follow_the_wall_clock_when_it_jumps(
    shift: tuple[time, time], at: str, opens: str, ends: str | None
) -> None:
    """A shift that begins or ends in a gap does so where the gap is; one in a doubled hour runs twice."""
    hours = dict.fromkeys(range(7), (shift,))
    begin = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert next_opening(hours, (), ZONE, begin) == datetime.fromisoformat(opens).replace(tzinfo=UTC)
    assert end_of_shift(hours, (), ZONE, begin) == (datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None)


def test_hours_without_a_shift_never_open() -> None:
    """An organisation without hours has no next opening and no end of a shift."""
    assert next_opening({}, XMAS, ZONE, local("2026-12-24T10:00")) is None
    assert end_of_shift({}, XMAS, ZONE, local("2026-12-24T10:00")) is None


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (OFFICE, "2026-12-24T10:00", "2026-12-24T17:00"),
        (OFFICE, "2026-12-24T18:00", None),
        (LATE, "2026-12-18T23:00", "2026-12-19T02:00"),
        (ALWAYS, "2026-12-27T10:00", None),
        (ALWAYS, "2026-12-24T10:00", "2026-12-25T00:00"),
    ],
)
def test_the_end_of_a_shift_counts_touching_shifts_as_one(hours: Hours, at: str, expected: str | None) -> None:
    """Two shifts without a break end with the second; hours that never close have no end."""
    assert end_of_shift(hours, XMAS, ZONE, local(at)) == (local(expected) if expected else None)


@given(hours=HOURS, holidays=HOLIDAYS, at=INSTANTS, part=st.floats(0, 0.999))
def test_the_next_opening_is_the_first_moment_on_duty(
    hours: Hours, holidays: set[date], at: datetime, part: float
) -> None:
    """What next_opening gives is on duty, and no moment before it is; None means none for a month."""
    found = next_opening(hours, holidays, ZONE, at)
    assert found is None or (found >= at and on_duty(hours, holidays, ZONE, found))
    before = at + ((found or at + timedelta(days=30)) - at) * part
    assert before == found or not on_duty(hours, holidays, ZONE, before)


@given(hours=HOURS, holidays=HOLIDAYS, at=INSTANTS, part=st.floats(0, 0.999))
def test_a_shift_runs_until_its_end(hours: Hours, holidays: set[date], at: datetime, part: float) -> None:
    """Every moment before the end is on duty and the end is not."""
    end = end_of_shift(hours, holidays, ZONE, at)
    if end is not None:
        assert on_duty(hours, holidays, ZONE, at + (end - at) * part)
        assert not on_duty(hours, holidays, ZONE, end)


def local(text: str) -> datetime:
    """Read a New York time of a winter without changes of clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(hours=5)
