"""Two simulated years of twelve members in zones around the world, on a real database, with two runners at once."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
import psycopg
import pytest

from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.due import Due
from service.gateways.ids import new_id
from service.planning import set_next
from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from service.silence import on_silence
from service.store.commit import write
from service.store.database import open_pool
from service.store.rows import Member, Number, Schedule
from service.store.scene import Scene, scene_of
from tests.clocks import HeldClock
from tests.house import setting
from tests.service.settings import ROOT
from tests.stored import KEYS

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
END = datetime(2028, 1, 1, 12, tzinfo=UTC)
COUNTED = END - timedelta(hours=6)  # what comes later may be settled after the end, by spread or stop
ALL_DAY, DAYTIME = ("00:00", "00:00"), ("09:00", "20:00")
# Zone, the weekday on which clocks change there (0 is Monday), local time of the rule, usual hours, spread. Half past one
# and half past two are the hours that come twice or not at all; midnight is when Havana, Cairo and Beirut change.
PLANS = (
    ("America/New_York", 6, "02:30", ALL_DAY, 0),
    ("America/New_York", 6, "01:30", ALL_DAY, 0),
    ("America/Los_Angeles", 6, "10:00", DAYTIME, 0),
    ("America/Phoenix", 0, "09:00", DAYTIME, 0),
    ("Australia/Lord_Howe", 6, "02:15", ALL_DAY, 0),
    ("Antarctica/Troll", 6, "02:00", ALL_DAY, 0),
    ("America/Havana", 6, "00:30", ALL_DAY, 0),
    ("Africa/Cairo", 4, "00:00", ALL_DAY, 0),
    ("Asia/Beirut", 6, "07:00", DAYTIME, 0),
    ("Africa/Casablanca", 6, "02:30", ALL_DAY, 0),
    ("Asia/Kathmandu", 2, "18:30", DAYTIME, 300),
    ("Pacific/Apia", 5, "22:00", DAYTIME, 0),
)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one moment of a schedule."""

    schedule: str
    due: datetime
    at: datetime
    state: str
    rule: str


@pytest.mark.slow
@pytest.mark.parametrize("stops", [False, True], ids=["always awake", "with stops"])
def test_every_moment_of_two_years_is_sent_once_or_withheld_with_its_reason(database: str, stops: bool) -> None:  # noqa: FBT001
    """Through every change of clocks, exactly; with stops of up to 26 hours too. Nothing goes out outside anybody's hours."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, BEGIN)
    schedules = [_written(database, place, *plan) for place, plan in enumerate(PLANS)]
    _live_through(database, random.Random(7) if stops else None)  # noqa: S311 - the same stops each time
    told = _told(database)
    expected = Counter((str(s.id), at) for s, plan in zip(schedules, PLANS, strict=True) for at in _moments(plan))
    assert Counter((one.schedule, one.due) for one in told) == expected
    zones = {str(s.id): plan for s, plan in zip(schedules, PLANS, strict=True)}
    for one in told:
        zone, _, _, (first, last), _ = zones[one.schedule]
        local = one.at.astimezone(ZoneInfo(zone)).time()
        inside = first == last or time.fromisoformat(first) <= local < time.fromisoformat(last)
        assert inside or one.state == "withheld"
    withheld = Counter(one.rule for one in told if one.state == "withheld")
    assert withheld.pop("outside their window, and it does not open again that day") > 80  # Apia, at ten in the evening
    assert set(withheld) == ({"late by more than 60 minutes"} if stops else set())


def _live_through(database: str, stops: random.Random | None) -> None:
    """Move from each due moment to the next, sometimes a good while too late, and let two runners work at each."""
    clock, handlers = HeldClock(times=[BEGIN]), conversation_handlers()
    given = setting()
    consulted = replace(
        given, new_id=new_id, organisation=replace(given.organisation, window=(time(), time()), late_minutes=60)
    )
    table = {
        "check-in": lambda scene, told, timer, now: on_check_in(scene, told, handlers, timer, now),
        "silence": lambda scene, told, timer, now: on_silence(scene, told, handlers, timer, now),
    }
    with open_pool(database, 3) as pool, ThreadPoolExecutor(2) as runners:
        due = Due(pool, KEYS, consulted, table, clock, lambda: None)
        while True:
            with pool.connection() as connection:
                [following] = connection.execute("select min(due_at) from timers where not aside").fetchone() or [None]
            if following is None or following >= END:
                break
            late = timedelta(hours=stops.randint(0, 26)) if stops and stops.random() < 0.1 else timedelta()
            clock.times.append(max(clock.now(), following) + late)
            for running in [runners.submit(due.run) for _ in range(2)]:
                running.result()


def _written(
    database: str, place: int, zone: str, weekday: int, at: str, window: tuple[str, str], spread: int
) -> Schedule:
    """A member with one weekly schedule, in the database."""
    phone = f"+155555501{place:02d}"
    number = Number(new_id(), KEYS.blind(phone), phone, BEGIN, owner="member", consent="given")
    member = Member(new_id(), number.id, "Ana", "en", zone, BEGIN, None, *window, per_day=3, per_week=9)
    rule = f"FREQ=WEEKLY;BYDAY={_DAYS[weekday]}"
    schedule = Schedule(new_id(), member.id, number.id, "check-in", rule, f"2026-01-01T{at}:00", spread=spread)
    scene = scene_of(number).with_rows(replace(number, owner_id=member.id), member)
    organisation = replace(setting().organisation, window=(time(), time()))
    _write(database, set_next(scene, schedule, member, organisation, BEGIN))
    return schedule


def _write(database: str, scene: Scene) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        assert 0 in write(connection, [scene], KEYS)


def _moments(plan: tuple[str, int, str, tuple[str, str], int]) -> list[datetime]:
    """Every moment of a rule as the clocks of its zone have it, day by day: the reference."""
    zone, weekday, at, *_ = plan
    days = (datetime(2026, 1, 1) + timedelta(days=day) for day in range(-1, 735))
    local = (datetime.combine(day, time.fromisoformat(at)) for day in days if day.weekday() == weekday)
    found = {moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for moment in local}
    return [moment for moment in found if BEGIN < moment < COUNTED]


def _told(database: str) -> list[Told]:
    with psycopg.connect(database) as connection:
        rows = connection.execute("select reason::text, at, state from outbound where reason ? 'due'").fetchall()
    reasons = [(orjson.loads(row[0]), row[1], row[2]) for row in rows]
    return [
        Told(reason["schedule"], datetime.fromisoformat(reason["due"]), at, state, reason["rule"])
        for reason, at, state in reasons
        if datetime.fromisoformat(reason["due"]) < COUNTED
    ]
