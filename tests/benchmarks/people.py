"""Made-up members with schedules of their own, for measurements: real ones, and such as only take up room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import psycopg

from service.assembly import Peerline
from service.gateways.ids import new_id
from service.store.commit import write
from service.store.rows import Member, Number, Row, Schedule, Staff, Timer
from service.store.scene import Scene, scene_of

ZONE = "America/New_York"
SPECIALISTS = 100
# Personal rules of several shapes; all of them speak at ten on a Tuesday.
RULES = (
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=TU,TH",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=DAILY;INTERVAL=1",
    "FREQ=WEEKLY;BYDAY=TU",
)


def phones(count: int) -> list[str]:
    """Numbers that nobody has, the specialists' first."""
    return [f"+1{200 + place // 100}55501{place % 100:02d}" for place in range(count)]


def write_people(peerline: Peerline, members: int) -> list[str]:
    """Write specialists and members whose check-in is due now; the numbers of the members in order."""
    now = peerline.clock.now()
    numbers = phones(SPECIALISTS + members)
    staff = [
        Staff(new_id(), new_id(), f"Specialist {place}", "specialist", "en", ZONE, now) for place in range(SPECIALISTS)
    ]
    everybody = _scenes(peerline, staff, numbers, now)
    with peerline.pool.connection() as connection:
        while batch := list(islice(everybody, 200)):
            if len(write(connection, batch, peerline.keys).units) != len(batch):
                raise RuntimeError("the made-up people could not be written")
    return numbers[SPECIALISTS:]


def _scenes(peerline: Peerline, staff: list[Staff], numbers: list[str], now: datetime) -> Iterator[Scene]:
    def number(phone: str, row: Staff | Member, owner: str) -> Number:
        return Number(row.number_id, peerline.keys.blind(phone), phone, now, 0, owner, row.id, "given")

    for phone, row in zip(numbers, staff, strict=False):
        yield scene_of(number(phone, row, "staff")).with_rows(row)
    for place, phone in enumerate(numbers[len(staff) :]):
        member = Member(new_id(), new_id(), f"Member {place}", "en", ZONE, now, staff[place % len(staff)].id)
        yield scene_of(number(phone, member, "member")).with_rows(*_due(member, place, now))


def _due(member: Member, place: int, now: datetime) -> tuple[Row, ...]:
    starts = (now.date() - timedelta(days=place % 700)).isoformat() + "T10:00:00"  # some joined long ago
    schedule = Schedule(
        new_id(), member.id, member.number_id, "check-in", RULES[place % len(RULES)], starts, next_at=now
    )
    return member, schedule, Timer("check-in", schedule.id, member.number_id, now, fence="1")


def begin_again(peerline: Peerline) -> None:
    """Make every check-in due now once more, and forget the conversations and messages of before."""
    now = peerline.clock.now()
    with psycopg.connect(peerline.settings.database_url) as connection:
        connection.execute("truncate conversations, turns, outbound, inbound, queue, threads, held")
        connection.execute("delete from timers where kind <> 'check-in'")
        real = "select id from schedules where spread = 0"  # those of `fill` have one
        connection.execute(f"update timers set due_at = %s, fence = '1' where subject in ({real})", (now,))
        connection.execute("update schedules set next_at = %s, revision = 1, last_at = null where spread = 0", (now,))
    settle(peerline.settings.database_url)


def settle(database_url: str) -> None:
    """Leave the database as a quiet one is: no dead rows, plans that know the tables, nothing left to write."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")


def fill(peerline: Peerline, members: int) -> None:
    """Add members whose next check-in is far away and who are never looked at: they make the tables and indexes big."""
    later = peerline.clock.now() + timedelta(hours=2)
    with psycopg.connect(peerline.settings.database_url) as connection:
        connection.execute("create temp table f on commit drop as select gen_random_uuid() as n, gen_random_uuid() as m,"
            " gen_random_uuid() as s, g as place from generate_series(1, %s) g", (members,))  # fmt: skip
        for table, columns, values in _FILLING:
            connection.execute(
                f"insert into {table} ({columns}, {_REST[table][0]}) select {values}, {_REST[table][1]} from f",
                {"at": later},
            )


_FILLING = (
    ("numbers", "id, blind, number, created_at", "n, sha256(n::text::bytea), sha256(m::text::bytea), %(at)s"),
    ("members", "id, number_id, name, created_at", "m, n, sha256(s::text::bytea), %(at)s"),
    ("schedules", "id, member_id, number_id, next_at", "s, m, n, %(at)s + place * interval '0.08 s'"),
    ("timers", "subject, number_id, due_at", "s, n, %(at)s + place * interval '0.08 s'"),
)
_REST = {
    "numbers": ("version, owner, owner_id, consent, memory", "1, 'member', m, 'given', '{}'"),
    "members": (
        "language, zone, window_start, window_end, per_day, per_week, windows",
        "'en', 'America/New_York', '09:00', '20:00', 1, 4, '{}'",
    ),
    "schedules": (
        "flow, rule, starts, revision, active, kind, spread, unless_heard, skip_holidays, regular, removed",
        "'check-in', 'FREQ=DAILY', '2027-01-01T10:00:00', 1, true, 'routine', 1, false, false, true, false",
    ),
    "timers": ("kind, lane, fence, failures, aside", "'check-in', 1, '1', 0, false"),
}
