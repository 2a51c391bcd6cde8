"""When a wait is over, on the member's own clock."""

from datetime import UTC, date, datetime, time

import pytest

from flows.engine.moments import (
    ClockTime,
    DateKept,
    Length,
    after,
    date_moment,
    next_clock_time,
    read_clock_time,
    read_length,
)

CHICAGO = "America/Chicago"  # clocks go forward on 2026-03-08 and back on 2026-11-01, both at two in the morning


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30 minutes", Length(minutes=30)),
        ("1 hour", Length(minutes=60)),
        ("24 hours", Length(minutes=1440)),
        ("2 days", Length(days=2)),
        ("1 week", Length(days=7)),
        ("0 days", None),
        ("-1 days", None),
        ("9999 weeks", None),
        ("soon", None),
        ("٣ days", Length(days=3)),
    ],
)
def test_lengths_of_time_are_read_as_people_write_them(text: str, length: Length | None) -> None:
    """Up to a year; nothing is guessed."""
    assert read_length(text) == length


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:00", ClockTime(time(9))),
        ("Monday 9:00", ClockTime(time(9), weekday=0)),
        ("Miércoles 9:00", ClockTime(time(9), weekday=2)),
        ("domingo 20:30", ClockTime(time(20, 30), weekday=6)),
        ("tomorrow 9:00", ClockTime(time(9), tomorrow=True)),
        ("24:00", None),
        ("someday 9:00", None),
        ("9", None),
    ],
)
def test_times_of_the_clock_are_read_in_both_languages(text: str, clock: ClockTime | None) -> None:
    """With a weekday, or tomorrow, or neither."""
    assert read_clock_time(text) == clock


def test_days_go_by_the_calendar_and_hours_by_the_watch() -> None:
    """Over a change of the clocks, one day later is the same time of day, and 24 hours later is not."""
    noon = datetime(2026, 3, 7, 18, tzinfo=UTC)

    assert after(Length(days=1), CHICAGO, noon) == datetime(2026, 3, 8, 17, tzinfo=UTC)
    assert after(Length(minutes=1440), CHICAGO, noon) == datetime(2026, 3, 8, 18, tzinfo=UTC)


def test_a_time_that_does_not_exist_moves_forward_and_one_that_comes_twice_is_the_first() -> None:
    """Half past two is half past three on the one Sunday, and the earlier half past one on the other."""
    spring, autumn = datetime(2026, 3, 8, 6, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)

    assert next_clock_time(ClockTime(time(2, 30)), CHICAGO, spring) == datetime(2026, 3, 8, 8, 30, tzinfo=UTC)
    assert next_clock_time(ClockTime(time(1, 30)), CHICAGO, autumn) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_the_next_time_is_never_now() -> None:
    """At nine o'clock, the next nine o'clock is tomorrow's, and the next Monday nine o'clock next week's."""
    monday_nine = datetime(2026, 3, 9, 14, tzinfo=UTC)

    assert next_clock_time(ClockTime(time(9)), CHICAGO, monday_nine) == datetime(2026, 3, 10, 14, tzinfo=UTC)
    assert next_clock_time(ClockTime(time(9), weekday=0), CHICAGO, monday_nine) == datetime(2026, 3, 16, 14, tzinfo=UTC)
    assert next_clock_time(ClockTime(time(23), tomorrow=True), CHICAGO, monday_nine) == datetime(
        2026, 3, 11, 4, tzinfo=UTC
    )


def test_a_known_date_is_waited_for_from_so_many_days_before() -> None:
    """Two days before a visit, at noon where the member is."""
    wait = DateKept("visit", time(12), Length(days=2))

    assert date_moment(wait, date(2026, 3, 10), CHICAGO) == datetime(2026, 3, 8, 17, tzinfo=UTC)
