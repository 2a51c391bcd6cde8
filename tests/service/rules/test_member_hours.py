"""The hours of a member's week: their own, within the organisation's."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.rules.local_time import to_local
from service.rules.member_hours import ALL_DAY, closing, is_open, last_open, member_hours, next_open
from service.rules.windows import Window
from service.rules.windows import is_open as is_within

NEW_YORK = "America/New_York"
OFFICE = (time(9), time(20))
ZONES = st.sampled_from([NEW_YORK, "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/Phoenix"])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
CLOCKS = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
WINDOWS = st.tuples(CLOCKS, CLOCKS)
DAYS = st.dictionaries(st.sampled_from("0123456"), st.one_of(st.none(), WINDOWS.map(list)))


def utc(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_weekday_of_its_own_replaces_the_usual_hours() -> None:
    """Monday from two on, Sunday not at all, the others as usual."""
    hours = member_hours(("10:00", "18:00"), {"0": ["14:00", "16:00"], "6": None}, OFFICE)
    assert hours == {0: ((time(14), time(16)),), **{day: ((time(10), time(18)),) for day in range(1, 6)}}


def test_the_organisations_window_bounds_the_members() -> None:
    """A window of the small hours leaves what is after nine in the morning and before eight in the evening."""
    assert member_hours(("18:00", "02:00"), {}, OFFICE)[0] == ((time(18), time(20)),)
    assert member_hours(("22:00", "10:00"), {}, OFFICE)[1] == ((time(9), time(10)),)


def test_where_the_two_never_meet_nothing_is_open() -> None:
    """Somebody who chose the night only is written to unasked at no time."""
    hours = member_hours(("21:00", "23:00"), {}, OFFICE)
    assert next_open(hours, NEW_YORK, utc("2026-03-06T12:00")) is None


def test_a_closed_day_is_waited_through() -> None:
    """From Saturday evening to Monday morning, where Sunday is without texts."""
    hours = member_hours(("09:00", "20:00"), {"6": None}, OFFICE)
    assert next_open(hours, NEW_YORK, utc("2026-03-08T02:00")) == utc("2026-03-09T13:00")


def test_the_last_open_moment_before_an_early_visit_is_the_evening_before() -> None:
    """Five in the morning is too early; a quarter of an hour before eight in the evening was not."""
    hours = member_hours(("09:00", "20:00"), {}, OFFICE)
    assert last_open(hours, NEW_YORK, utc("2026-03-06T10:00")) == utc("2026-03-06T00:45")


def test_the_end_of_the_hours_is_told() -> None:
    """At ten in the morning they end at eight in the evening; at night none are there to end."""
    hours = member_hours(("09:00", "20:00"), {}, OFFICE)
    assert closing(hours, NEW_YORK, utc("2026-03-06T15:00")) == utc("2026-03-07T01:00")
    assert closing(hours, NEW_YORK, utc("2026-03-06T07:00")) is None


@given(usual=WINDOWS, days=DAYS, outer=WINDOWS, zone=ZONES, at=INSTANTS)
def test_open_is_where_the_days_window_and_the_organisations_both_are(
    usual: tuple[str, str], days: dict[str, list[str] | None], outer: tuple[str, str], zone: str, at: datetime
) -> None:
    """Every minute of any week agrees with asking the two windows one by one, those that cross midnight too."""
    bound = (time.fromisoformat(outer[0]), time.fromisoformat(outer[1]))
    hours, local = member_hours(usual, days, bound), to_local(at, zone)
    own = any(_began(usual, days, local, back) for back in (0, 1))
    assert is_open(hours, zone, at) == (own and is_within(bound, zone, at))


@given(usual=WINDOWS, days=DAYS, zone=ZONES, at=INSTANTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    usual: tuple[str, str], days: dict[str, list[str] | None], zone: str, at: datetime
) -> None:
    """Looking quarter by quarter from now on finds nothing earlier."""
    hours = member_hours(usual, days)
    opening = next_open(hours, zone, at)
    if opening is None:
        assert not hours
        return
    assert is_open(hours, zone, opening)
    steps = (at + timedelta(minutes=15 * step) for step in range(min(200, (opening - at) // timedelta(minutes=15))))
    assert not any(is_open(hours, zone, step) for step in steps if step < opening)


def _began(usual: tuple[str, str], days: dict[str, list[str] | None], local: datetime, back: int) -> bool:
    """Whether the window that began so many days ago holds this local time."""
    day = local - timedelta(days=back)
    chosen = days.get(str(day.weekday()), list(usual))
    if chosen is None:
        return False
    window: Window = (time.fromisoformat(chosen[0]), time.fromisoformat(chosen[1]))
    begin = datetime.combine(day.date(), window[0])
    end = datetime.combine(day.date() + timedelta(days=window[1] <= window[0]), window[1])
    return begin <= local < end


def test_all_day_bounds_nothing() -> None:
    """Without a window of the organisation the member's own stand as they are."""
    assert member_hours(("22:00", "02:00"), {}, ALL_DAY)[3] == ((time(22), time(2)),)
