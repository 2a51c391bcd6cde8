"""Tests of the windows in which a member may be written to."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.local_time import ZoneProblem
from service.rules.windows import is_open, next_open

NEW_YORK = "America/New_York"
DAY = (time(9), time(20))
ZONES = st.sampled_from(
    [NEW_YORK, "America/Denver", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
TIMES = st.times().map(lambda found: found.replace(microsecond=0))
# Half of the instants lie within two days of a change of clocks, where mistakes live.
CHANGES = [datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6), datetime(2011, 12, 30, 10), datetime(2026, 4, 4, 15)]
NEAR_CHANGE = st.builds(
    lambda change, seconds: change.replace(tzinfo=UTC) + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-172_800, 172_800),
)
INSTANTS = st.one_of(NEAR_CHANGE, st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-05T13:59:59", False),
        ("2026-01-05T14:00:00", True),
        ("2026-01-06T00:59:59", True),
        ("2026-01-06T01:00:00", False),
        ("2026-07-06T13:00:00", True),
    ],
)
def test_a_window_holds_its_first_moment_and_not_its_last(at: str, expected: bool) -> None:  # noqa: FBT001
    """Nine to eight in New York is 14:00 to 01:00 in UTC in winter, and an hour earlier in summer."""
    assert is_open(DAY, NEW_YORK, utc(at)) is expected


def test_a_window_may_cross_midnight() -> None:
    """From ten in the evening to six in the morning holds both midnight's sides and not noon."""
    night = (time(22), time(6))
    assert [
        is_open(night, "UTC", utc(f"2026-01-05T{hour}:00:00")) for hour in ("21", "22", "00", "05", "06", "12")
    ] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_two_equal_times_mean_all_day() -> None:
    """A window from nine to nine is never closed."""
    assert all(is_open((time(9), time(9)), "UTC", utc(f"2026-01-05T{hour:02}:00:00")) for hour in range(24))


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        (DAY, "2026-01-05T15:00:00", "2026-01-05T15:00:00"),
        (DAY, "2026-01-05T12:00:00", "2026-01-05T14:00:00"),
        (DAY, "2026-01-06T02:00:00", "2026-01-06T14:00:00"),
        (DAY, "2026-03-08T03:00:00", "2026-03-08T13:00:00"),
        ((time(2, 15), time(5)), "2026-03-08T06:00:00", "2026-03-08T07:00:00"),
        ((time(2, 15), time(2, 45)), "2026-03-08T06:00:00", "2026-03-09T06:15:00"),
        ((time(20), time(1, 30)), "2026-11-01T05:45:00", "2026-11-01T06:00:00"),
    ],
    ids=[
        "open",
        "later today",
        "tomorrow",
        "after the night of the change",
        "begins in a gap",
        "lies in a gap",
        "comes twice",
    ],
)
def test_the_next_opening(window: tuple[time, time], at: str, expected: str) -> None:
    """The next opening is now, later today or tomorrow, whatever the clocks do in between."""
    assert next_open(window, NEW_YORK, utc(at)) == utc(expected)


@given(begin=TIMES, end=TIMES, zone=ZONES, at=INSTANTS, part=st.floats(0, 1, exclude_max=True))
def test_the_next_opening_is_the_first_open_moment(
    begin: time, end: time, zone: str, at: datetime, part: float
) -> None:
    """What next_open gives is open, not past, within three days, and no moment before it is open."""
    found = next_open((begin, end), zone, at)
    assert is_open((begin, end), zone, found)
    assert at <= found <= at + timedelta(days=3)
    before = at + (found - at) * part
    assert before == found or not is_open((begin, end), zone, before)


def test_a_day_that_the_calendar_skips_has_no_opening() -> None:
    """In Apia no 30 December 2011 came: after the evening of the 29th the window opens on the 31st."""
    assert next_open(DAY, "Pacific/Apia", utc("2011-12-30T07:00:00")) == utc("2011-12-30T19:00:00")


def test_an_unknown_zone_is_refused() -> None:
    """A zone that does not exist is an error that names it."""
    with pytest.raises(ZoneProblem, match="Mars/Olympus"):
        is_open(DAY, "Mars/Olympus", utc("2026-01-05T12:00:00"))


def utc(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
