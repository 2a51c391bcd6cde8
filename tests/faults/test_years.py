"""Two years of members all over the world; and what is held against them can fail."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from service.store.rows import Member, Schedule
from tests.faults.year_oracle import Life, Move, Told, judge, moments
from tests.faults.year_people import Person
from tests.faults.years import live_through
from tests.house import NOW, identity

TEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday, ten in the morning in New York
RULE = "FREQ=DAILY;UNTIL=20260304T100000"  # Monday, Tuesday and Wednesday
DAYS = (TEN, TEN + timedelta(days=1), TEN + timedelta(days=2))


@pytest.mark.slow
def test_every_moment_of_two_years_comes_once_or_has_its_reason() -> None:
    """Two planners at once, stops of up to 26 hours, changes of zone, pauses, holidays; an oracle of its own."""
    account = live_through(24, 20270302, print)
    assert account.broken == []
    assert account.counts["changes of zone"] > 0
    assert account.counts["sent"] > 100


def test_what_is_as_it_should_be_has_nothing_against_it() -> None:
    """Three moments, one of them withheld with its reason."""
    assert wrong([sent(DAYS[0]), sent(DAYS[1]), Told(DAYS[2], DAYS[2], "withheld", "late")]) == {}


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (DAYS[:2], "moments that are nowhere"),
        ((*DAYS, DAYS[2]), "moments told twice, or of no rule"),
        ((*DAYS, TEN + timedelta(hours=1)), "moments told twice, or of no rule"),
    ],
)
def test_a_moment_that_is_missing_or_comes_twice_is_seen(rows: tuple[datetime, ...], what: str) -> None:
    """Exactly the moments of the rule, each once."""
    assert wrong([sent(at) for at in rows])[what]


def test_what_goes_at_a_wrong_hour_is_seen() -> None:
    """Outside their hours, before its moment, on a holiday, in a pause, beyond a cap, without a reason."""
    night = Told(DAYS[0], DAYS[0] + timedelta(hours=15), "sent", "a rule")
    early = Told(DAYS[1], DAYS[1] - timedelta(minutes=1), "sent", "a rule")
    silent = Told(DAYS[2], DAYS[2], "withheld", "")
    assert wrong([night, early, silent]).keys() >= {
        "sent outside their hours", "sent before its moment", "withheld without a reason",
    }  # fmt: skip
    assert len(wrong([sent(at) for at in DAYS])["more in seven days than their cap"]) == 1
    seconds = timedelta(seconds=3)
    later = Told(DAYS[2] + timedelta(days=5), DAYS[2] + timedelta(days=5), "withheld", "already 2 in seven days")
    assert len(wrong([sent(DAYS[0] + seconds), sent(DAYS[1]), later])["held by a cap that was not reached"]) == 1
    taken = Told(DAYS[2], DAYS[2], "withheld", "their own schedule", withdrawn=True)
    counted = [sent(DAYS[1]), taken, Told(DAYS[2], DAYS[2], "withheld", "already 2 in seven days")]
    assert "held by a cap that was not reached" not in wrong(counted)
    rested = wrong([sent(at) for at in DAYS], rests=((DAYS[0], DAYS[1]),), holidays=(date(2026, 3, 4),))
    assert len(rested["sent while they paused"]) == len(rested["sent on a holiday"]) == 1


def test_after_a_change_of_zone_the_clocks_there_count() -> None:
    """From New York to Honolulu on Monday at noon, after the hello: the next one is Tuesday at ten there."""
    move = Move(TEN + timedelta(hours=2), "Pacific/Honolulu", DAYS[1], TEN)
    there = timedelta(hours=5)
    assert moments(life(moves=(move,))) == {DAYS[0], DAYS[1] + there, DAYS[2] + there}


def wrong(
    told: list[Told], rests: tuple[tuple[datetime, datetime], ...] = (), holidays: tuple[date, ...] = ()
) -> dict[str, list[str]]:
    """What is found wrong with these rows of one member's schedule."""
    lived = life(rests=rests)
    found = judge([lived], {str(lived.person.schedule.id): told}, holidays, (time(9), time(20))).wrong
    return {what: examples for what, examples in found.items() if examples}


def life(moves: tuple[Move, ...] = (), rests: tuple[tuple[datetime, datetime], ...] = ()) -> Life:
    """Somebody in New York with a hello at ten on three days; two of them in a week are their cap when a pause is none."""
    member = Member(identity(1), identity(2), "Ana", "en", "America/New_York", NOW, per_week=3 if rests else 2)
    schedule = Schedule(
        identity(3), member.id, member.number_id, "hello", RULE, "2026-03-02T10:00:00", skip_holidays=True
    )
    return Life(Person(member, schedule), moves, rests)


def sent(at: datetime) -> Told:
    """A hello that went at its moment."""
    return Told(at, at, "sent", "their own schedule")
