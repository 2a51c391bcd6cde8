"""A visit from its booking to its morning, with the shipped flow on a real database: what the member reads, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg

from service.appointments import Dated, book, move
from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.due import Due
from service.gateways.ids import new_id
from service.publishing import open_shelf, publish_shipped
from service.roster import House
from service.rules.catalogue import CATALOGUE
from service.rules.local_time import to_instant, to_local
from service.rules.setting import Setting
from service.silence import on_silence
from service.store.commit import write
from service.store.database import open_pool
from service.store.gather import Wanted, gather
from service.store.reading import Reader
from service.store.rows import Member, Number, Outbound, Schedule
from service.store.scene import Scene, scene_of
from tests.clocks import HeldClock
from tests.house import setting
from tests.service.settings import ROOT
from tests.stored import KEYS, ZONE

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)  # ten in the morning in New York
THURSDAY = datetime(2026, 3, 5, 14)


def shipped(database: str) -> Setting:
    """What decisions consult, with all shipped flows."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, MONDAY - timedelta(days=30))
    return replace(setting(), new_id=new_id, flows=open_shelf(database, CATALOGUE))


def entered(database: str, language: str) -> Member:
    """A member who has said yes."""
    number = Number(new_id(), KEYS.blind("+15555550123"), "+15555550123", MONDAY, owner="member", consent="given")
    member = Member(new_id(), number.id, "Ana", language, ZONE, MONDAY)
    _write(database, scene_of(number).with_rows(replace(number, owner_id=member.id), member))
    return member


def read_until(database: str, consulted: Setting, until: datetime) -> list[tuple[str, str, str]]:
    """Everything that was said up to a moment: local time, kind and words."""
    handlers = conversation_handlers()
    table = {
        "check-in": lambda scene, told, timer, now: on_check_in(scene, told, handlers, timer, now),
        "silence": lambda scene, told, timer, now: on_silence(scene, told, handlers, timer, now),
    }
    clock = HeldClock(times=[MONDAY])
    with open_pool(database, 1) as pool:
        due = Due(pool, KEYS, consulted, table, clock, lambda: None)
        while (following := _next(database)) is not None and following <= until:
            clock.times.append(following)
            due.run()
    with psycopg.connect(database) as connection:
        rows = Reader(connection, KEYS).rows(Outbound, "x.state = 'queued' order by x.at, x.seq")
    return [(f"{to_local(row.at, ZONE):%a %H:%M}", row.kind, row.body) for row in rows]


def test_a_reminder_two_days_before_and_a_hello_on_the_day(database: str) -> None:
    """Day and hour stand in the member's words; both are reminders, and nothing is said after the visit."""
    consulted, member = shipped(database), entered(database, "en")
    scene, _ = book(_scene(database, member), member, Dated("appointment", THURSDAY), _house(consulted))
    _write(database, scene)
    said = read_until(database, consulted, MONDAY + timedelta(days=14))
    assert [(at, kind) for at, kind, _ in said] == [("Tue 12:00", "time-bound"), ("Thu 09:00", "time-bound")]
    assert "visit Thursday at 2 pm" in said[0][2]


def test_a_moved_visit_is_reminded_of_at_its_new_time_alone(database: str) -> None:
    """Moved before anything was said: one reminder, with the new day in Spanish."""
    consulted, member = shipped(database), entered(database, "es")
    scene, kept = book(_scene(database, member), member, Dated("appointment", THURSDAY), _house(consulted))
    _write(database, scene)
    scene, _ = move(_scene(database, member), kept, member, THURSDAY + timedelta(days=6), _house(consulted))
    _write(database, scene)
    said = read_until(database, consulted, to_instant(THURSDAY + timedelta(days=5), ZONE))
    assert [(at, "cita el miércoles" in words) for at, _, words in said] == [("Mon 12:00", True)]


def _house(consulted: Setting) -> House:
    return House(consulted.organisation, new_id, MONDAY)


def _scene(database: str, member: Member) -> Scene:
    with psycopg.connect(database, autocommit=True) as connection:
        [scene] = gather(connection, Wanted(ids=(member.number_id,)), MONDAY, KEYS)
    return scene


def _write(database: str, scene: Scene) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        assert 0 in write(connection, [scene], KEYS)


def _next(database: str) -> datetime | None:
    with psycopg.connect(database) as connection:
        row = connection.execute("select min(due_at) from timers where not aside").fetchone()
    return None if row is None else row[0]


def test_the_schedules_of_a_date_come_to_rest(database: str) -> None:
    """After the visit nothing of it is alive."""
    consulted, member = shipped(database), entered(database, "en")
    scene, _ = book(_scene(database, member), member, Dated("appointment", THURSDAY), _house(consulted))
    _write(database, scene)
    read_until(database, consulted, MONDAY + timedelta(days=14))
    with psycopg.connect(database) as connection:
        assert [s.active for s in Reader(connection, KEYS).rows(Schedule, "true")] == [False]
