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
            _hand_over(database)
    with psycopg.connect(database) as connection:
        rows = Reader(connection, KEYS).rows(Outbound, "x.state = 'sent' order by x.at, x.seq")
    return [(f"{to_local(row.at, ZONE):%a %H:%M}", row.kind, row.body) for row in rows]


def test_a_reminder_two_days_before_and_a_hello_on_the_day(database: str) -> None:
    """Day and hour stand in the member's words; both are reminders, and nothing is said after the visit."""
    consulted, member = shipped(database), entered(database, "en")
    scene, _ = book(_scene(database, member), member, Dated(THURSDAY), _house(consulted))
    _write(database, scene)
    said = read_until(database, consulted, MONDAY + timedelta(days=14))
    assert [(at, kind) for at, kind, _ in said] == [("Tue 12:00", "time-bound"), ("Thu 11:00", "time-bound")]
    assert "you have a visit Thursday at 2 pm" in said[0][2]
    assert "a hello before your visit Thursday at 2 pm" in said[1][2]


def test_visits_on_two_days_in_a_row_take_nothing_from_each_other(database: str) -> None:
    """Each has its question two days before and its hello on the day."""
    said = said_of(database, THURSDAY, THURSDAY + timedelta(days=1))
    assert [(at, words.partition("visit ")[2][:6]) for at, _, words in said] == [
        ("Tue 12:00", "Thursd"), ("Wed 12:00", "Friday"), ("Thu 11:00", "Thursd"), ("Fri 11:00", "Friday"),
    ]  # fmt: skip


def test_a_visit_tomorrow_is_met_with_the_hello(database: str) -> None:
    """Two days before it has passed; that leaves the rest."""
    assert [at for at, _, _ in said_of(database, datetime(2026, 3, 3, 14))] == ["Tue 11:00"]


def test_an_early_visit_is_spoken_of_the_evening_before(database: str) -> None:
    """Nobody is written to at half past five; the hello says the day, since it is said on another."""
    said = said_of(database, THURSDAY.replace(hour=8, minute=30))
    assert [at for at, _, _ in said] == ["Tue 12:00", "Wed 19:45"]
    assert "before your visit Thursday at 8:30 am" in said[1][2]


def said_of(database: str, *visits: datetime) -> list[tuple[str, str, str]]:
    """What a member is told who has these visits."""
    consulted, member = shipped(database), entered(database, "en")
    for visit in visits:
        scene, _ = book(_scene(database, member), member, Dated(visit), _house(consulted))
        _write(database, scene)
    return read_until(database, consulted, MONDAY + timedelta(days=14))


def test_a_moved_visit_is_reminded_of_at_its_new_time_alone(database: str) -> None:
    """Moved before anything was said: one reminder, with the new day in Spanish."""
    consulted, member = shipped(database), entered(database, "es")
    scene, kept = book(_scene(database, member), member, Dated(THURSDAY), _house(consulted))
    _write(database, scene)
    scene, _ = move(_scene(database, member), kept, member, THURSDAY + timedelta(days=6), _house(consulted))
    _write(database, scene)
    said = read_until(database, consulted, to_instant(THURSDAY + timedelta(days=5), ZONE))
    assert [(at, "cita el miércoles" in words) for at, _, words in said] == [("Mon 12:00", True)]


def _hand_over(database: str) -> None:
    """As the senders would: what waits is sent, and can be taken back no more."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("update outbound set state = 'sent' where state = 'queued'")


def _house(consulted: Setting) -> House:
    return House(consulted.organisation, new_id, MONDAY, consulted.flows)


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
    scene, _ = book(_scene(database, member), member, Dated(THURSDAY), _house(consulted))
    _write(database, scene)
    read_until(database, consulted, MONDAY + timedelta(days=14))
    with psycopg.connect(database) as connection:
        assert [s.active for s in Reader(connection, KEYS).rows(Schedule, "true")] == [False, False]
