"""Tests of recurrence on local time, with dateutil and zoneinfo as the reference."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from service.rules.local_time import ZoneProblem
from service.rules.schedule import RuleProblem, check_rule, moments, next_moment, to_instant

NEW_YORK = "America/New_York"
ZONES = [
    NEW_YORK,
    "America/Los_Angeles",
    "America/Phoenix",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
]
# Local times around gaps and doubled hours of those zones; Apia skipped the whole of 30 December 2011.
CHANGES = [
    datetime(2026, 3, 8, 2),
    datetime(2026, 11, 1, 1),
    datetime(2026, 4, 5, 1, 30),
    datetime(2026, 10, 4, 2),
    datetime(2011, 12, 30),
    datetime(2028, 2, 29, 12),
]


def joined(name: str, values: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    """Give a part of a rule with one to three numbers, or nothing."""
    lists = st.lists(values, min_size=1, max_size=3).map(lambda found: f";{name}=" + ",".join(map(str, found)))
    return st.one_of(st.just(""), lists)


def days(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give BYDAY with one to three weekdays, or nothing."""
    names = st.tuples(numbers, st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])).map("".join)
    return st.one_of(
        st.just(""), st.lists(names, min_size=1, max_size=3).map(lambda found: ";BYDAY=" + ",".join(found))
    )


PLAIN = days(st.just(""))
NUMBERED = st.one_of(PLAIN, days(st.sampled_from(["1", "2", "+3", "4", "-1", "-2"])))
MONTHDAYS = joined("BYMONTHDAY", st.one_of(st.integers(1, 31), st.integers(-31, -1)))
# Days that every month has, where dateutil would otherwise look for a moment until the year 9999.
SURE_MONTHDAYS = joined("BYMONTHDAY", st.one_of(st.integers(1, 28), st.integers(-28, -1)))
SURE_SHAPES = {
    "MONTHLY": NUMBERED,
    "WEEKLY": st.tuples(PLAIN, st.sampled_from(["", ";WKST=SU", ";WKST=WE"])).map("".join),
    "DAILY": st.one_of(PLAIN, SURE_MONTHDAYS),
    "HOURLY": PLAIN,
    "YEARLY": st.one_of(
        NUMBERED, SURE_MONTHDAYS, joined("BYWEEKNO", st.integers(1, 52)), joined("BYYEARDAY", st.integers(1, 365))
    ),
}
RULES = (
    st.sampled_from([*SURE_SHAPES])
    .flatmap(
        lambda freq: st.tuples(
            st.just(f"FREQ={freq}"),
            st.sampled_from(["", ";INTERVAL=1", ";INTERVAL=2", ";INTERVAL=3", ";INTERVAL=5"]),
            SURE_SHAPES[freq],
            SURE_MONTHDAYS if freq == "MONTHLY" else st.just(""),
            joined("BYMONTH", st.integers(1, 12)) if freq != "HOURLY" else st.just(""),
            joined("BYHOUR", st.integers(0, 23)) if freq != "HOURLY" else st.just(""),
            joined("BYMINUTE", st.sampled_from([0, 15, 30, 59])),
            st.sampled_from(["", ";COUNT=1", ";COUNT=7", ";UNTIL=20280301T023000"]),
        ).map("".join)
    )
    # Days that contradict each other are left out for the same reason.
    .filter(lambda rule: not ("BYMONTH=" in rule and ("BYWEEKNO" in rule or "BYYEARDAY" in rule)))
    .filter(lambda rule: not ("BYMONTHDAY" in rule and re.search(r"BYDAY=\S*\d\w", rule.partition("BYMONTHDAY")[0])))
)
STARTS = st.one_of(
    st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-9000, 9000)
    ),
    st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1)).map(lambda found: found.replace(microsecond=0)),
)


def test_nine_o_clock_stays_nine_o_clock() -> None:
    """The instant moves by an hour when the clocks change, the local time does not."""
    found = moments("FREQ=DAILY", NEW_YORK, datetime(2026, 3, 6, 9), 4)
    assert found == (utc("2026-03-06T14:00"), utc("2026-03-07T14:00"), utc("2026-03-08T13:00"), utc("2026-03-09T13:00"))


def test_a_time_that_does_not_exist_moves_forward_by_the_gap() -> None:
    """Half past two in the night of the change becomes half past three."""
    assert to_instant(datetime(2026, 3, 8, 2, 30), NEW_YORK) == utc("2026-03-08T07:30")


def test_a_time_that_comes_twice_is_the_first() -> None:
    """Half past one in the night of the autumn change is the one in summer time."""
    assert to_instant(datetime(2026, 11, 1, 1, 30), NEW_YORK) == utc("2026-11-01T05:30")


def test_moments_at_one_instant_are_one_and_stand_in_order() -> None:
    """Half past two moves to half past three, after three and onto another moment: three in all."""
    found = moments("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30;COUNT=4", NEW_YORK, datetime(2026, 3, 8), 9)
    assert found == (utc("2026-03-08T07:00"), utc("2026-03-08T07:30"))
    quarter = moments("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,30;COUNT=4", NEW_YORK, datetime(2026, 3, 8), 9)
    assert quarter == (utc("2026-03-08T07:15"), utc("2026-03-08T07:30"))
    mixed = moments("FREQ=HOURLY;BYHOUR=2,3;BYMINUTE=45,0;COUNT=4", NEW_YORK, datetime(2026, 3, 8, 2, 0), 9)
    assert mixed == (utc("2026-03-08T07:00"), utc("2026-03-08T07:45"))


def test_the_start_counts_only_if_it_matches() -> None:
    """A Friday's start of a rule for Mondays is not one of its moments."""
    assert moments("FREQ=WEEKLY;BYDAY=MO", "UTC", datetime(2026, 3, 6, 9), 1) == (utc("2026-03-09T09:00"),)
    assert moments("FREQ=WEEKLY;BYDAY=FR", "UTC", datetime(2026, 3, 6, 9), 1) == (utc("2026-03-06T09:00"),)


def test_until_in_utc_is_made_local_first() -> None:
    """Two in the afternoon in UTC is nine in New York, which is still in; one in the afternoon is eight, which is out."""
    early = "FREQ=DAILY;UNTIL=20260307T130000Z"
    assert moments(early, NEW_YORK, datetime(2026, 3, 6, 9), 9) == (utc("2026-03-06T14:00"),)
    rule = "FREQ=DAILY;UNTIL=20260307T140000Z"
    assert moments(rule, NEW_YORK, datetime(2026, 3, 6, 9), 9) == (utc("2026-03-06T14:00"), utc("2026-03-07T14:00"))


def test_the_next_moment_is_strictly_later() -> None:
    """The moment that is now is not the next one, and after the last there is none."""
    rule = "FREQ=DAILY;COUNT=2"
    assert next_moment(rule, "UTC", datetime(2026, 3, 6, 9), utc("2026-03-06T08:59")) == utc("2026-03-06T09:00")
    assert next_moment(rule, "UTC", datetime(2026, 3, 6, 9), utc("2026-03-06T09:00")) == utc("2026-03-07T09:00")
    assert next_moment(rule, "UTC", datetime(2026, 3, 6, 9), utc("2026-03-07T09:00")) is None


def test_days_with_and_without_a_number_add_up() -> None:
    """The standard joins them (RFC 5545, 3.3.10), where dateutil asks for both at once."""
    found = moments("FREQ=MONTHLY;BYDAY=MO,-1FR", "UTC", datetime(2026, 3, 20, 9), 4)
    assert [moment.day for moment in found] == [23, 27, 30, 6]


def test_a_time_in_a_gap_is_still_to_come_just_after_the_clocks_jumped() -> None:
    """At ten past three, half past two is twenty minutes away."""
    rule = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
    assert next_moment(rule, NEW_YORK, datetime(2026, 3, 1), utc("2026-03-08T07:10")) == utc("2026-03-08T07:30")
    assert next_moment(rule, NEW_YORK, datetime(2026, 3, 1), utc("2026-03-08T07:30")) == utc("2026-03-09T06:30")


@given(rule=RULES, zone=st.sampled_from(ZONES), start=STARTS, later=st.integers(-3000, 600_000))
@settings(deadline=None, max_examples=400)
def test_the_next_moment_is_what_dateutil_finds(rule: str, zone: str, start: datetime, later: int) -> None:
    """For every rule, zone and instant, through gaps and doubled hours, the answer is the reference's."""
    after = start.replace(tzinfo=UTC) + timedelta(minutes=later)
    assert next_moment(rule, zone, start, after) == next(iter(reference(rule, zone, start, after, 1)), None)


@given(rule=RULES, zone=st.sampled_from(ZONES), start=STARTS)
@settings(deadline=None, max_examples=200)
def test_the_first_moments_are_what_dateutil_finds(rule: str, zone: str, start: datetime) -> None:
    """The list from the start on is the reference's, and next_moment walks through the same."""
    found = moments(rule, zone, start, 5)
    assert list(found) == reference(rule, zone, start, start.replace(tzinfo=UTC) - timedelta(days=2), 5)
    for before, after in pairwise(found):
        assert next_moment(rule, zone, start, before) == after


@given(
    zone=st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)),
    year=st.integers(2005, 2032),
    half_hours=st.integers(0, 47),
)
@settings(deadline=None, max_examples=60)
def test_in_every_zone_each_day_of_two_years_has_its_moment(zone: str, year: int, half_hours: int) -> None:
    """Walking from one moment to the next meets what the clocks of each day show, once, in order, whatever they did."""
    start = datetime(year, 1, 1) + timedelta(minutes=30 * half_hours)
    days = [(start + timedelta(days=day)).replace(tzinfo=ZoneInfo(zone)) for day in range(730)]
    expected = sorted({day.astimezone(UTC) for day in days})
    found, at = [], expected[0] - timedelta(seconds=1)
    for _ in expected:
        at = next_moment("FREQ=DAILY", zone, start, at) or at
        found.append(at)
    assert found == expected


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=-6MO",
        "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=2",
    ],
)
def test_a_rule_that_never_happens_is_refused_and_has_no_moments(rule: str) -> None:
    """The check says so, and looking for the next moment ends with none."""
    assert len(check_rule(rule)) == 1
    assert "never happens" in check_rule(rule)[0]
    assert next_moment(rule, NEW_YORK, datetime(2026, 1, 1, 9), utc("2026-01-01T00:00")) is None


@pytest.mark.parametrize("rule", ["FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=HOURLY;INTERVAL=24;BYHOUR=8"])
def test_a_rule_whose_steps_miss_its_days_has_no_moments(rule: str) -> None:
    """Every seventh day from a Tuesday on is never a Monday; the search for one ends."""
    assert moments(rule, NEW_YORK, datetime(2026, 1, 6, 9), 3) == ()


def test_the_rarest_day_is_found() -> None:
    """29 February falls on a Monday once in 28 years, and not in 2100."""
    rule = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"
    assert moments(rule, "UTC", datetime(2072, 3, 1), 1) == (utc("2112-02-29T00:00"),)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "NAME=VALUE"),
        ("BYDAY=MO", "FREQ is missing"),
        ("FREQ=MINUTELY", "more than once an hour"),
        ("FREQ=SECONDLY", "more than once an hour"),
        ("FREQ=FORTNIGHTLY", "write one of YEARLY"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;COUNT=999999999", "COUNT=999999999"),
        ("FREQ=DAILY;BYHOUR=24", "from 0 to 23"),
        ("FREQ=DAILY;BYHOUR=-1", "from 0 to 23"),
        ("FREQ=DAILY;BYHOUR=٣", "from 0 to 23"),
        ("FREQ=DAILY;BYMONTHDAY=0", "from 1 to 31"),
        ("FREQ=DAILY;BYMONTHDAY=-32", "from 1 to 31"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL=20260230"),
        ("FREQ=DAILY;UNTIL=20261231;COUNT=3", "cannot stand together"),
        ("FREQ=DAILY;WKST=XX", "WKST=XX"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO"),
        ("FREQ=WEEKLY;BYDAY=1MO", "numbered day"),
        ("FREQ=YEARLY;BYDAY=MO,1TU", "write two rules"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER is not known"),
        ("FREQ=DAILY\nRRULE:FREQ=DAILY", "write one of"),
    ],
)
def test_each_mistake_is_told_in_words(rule: str, words: str) -> None:
    """A rule with a mistake gets its mend, and is refused where it is used."""
    assert any(words in mistake for mistake in check_rule(rule))
    with pytest.raises(RuleProblem):
        moments(rule, "UTC", datetime(2026, 1, 1), 1)


def test_all_mistakes_are_told_at_once() -> None:
    """Four mistakes are four lines."""
    assert len(check_rule("FREQ=OFTEN;BYHOUR=25;BYDAY=XX;COLOUR=RED")) == 4


@pytest.mark.parametrize(
    "rule",
    ["RRULE:FREQ=DAILY", "freq=weekly;byday=mo,we", "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=18", "FREQ=DAILY;UNTIL=20261231"],
)
def test_good_rules_have_no_mistakes(rule: str) -> None:
    """Case and the word before the rule do not matter."""
    assert check_rule(rule) == ()


def test_an_unknown_zone_is_refused() -> None:
    """A zone that does not exist is an error that names it."""
    with pytest.raises(ZoneProblem, match="Mars"):
        moments("FREQ=DAILY", "Mars", datetime(2026, 1, 1), 1)


def reference(rule: str, zone: str, start: datetime, after: datetime, count: int) -> list[datetime]:
    """Give the first instants later than `after` by walking dateutil from the start and asking zoneinfo for each."""
    found: set[datetime] = set()
    for local in rrulestr(rule, dtstart=start):
        # Two days later no moment can come before these any more.
        if len(found) >= count and local.replace(tzinfo=UTC) > sorted(found)[count - 1] + timedelta(days=2):
            break
        instant = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        found |= {instant} if instant > after else set()
    return sorted(found)[:count]


def utc(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
