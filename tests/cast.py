"""The people of the transcripts, written straight into a database: four of staff, three members, nobody real."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import psycopg

from service.gateways.ids import new_id
from service.gateways.keys import KeyRing
from service.rules.schedule import next_moment
from service.store.commit import write
from service.store.rows import Ledger, Member, Number, Row, Schedule, Staff, Timer
from service.store.scene import scene_of

NUMBERS: Mapping[str, str] = {
    "Sam": "+15555550101", "Luz": "+15555550102", "Lee": "+15555550103",
    "Rosa": "+15555550121", "Dan": "+15555550122", "Sue": "+15555550123", "Cora": "+15555550124",
    "Stranger": "+15555550188",
}  # fmt: skip
NEW_YORK = "America/New_York"


def write_cast(database_url: str, keys: KeyRing, now: datetime) -> None:
    """Write everybody: Sam (English, daily at 10), and Luz (Spanish, Mon Wed Fri at 10) have said yes, Lee was never asked."""
    staff = {name: _staff(name, role, now) for name, role in STAFF.items()}
    staff["Rosa"] = _backed(staff["Rosa"], staff["Dan"])
    with psycopg.connect(database_url, autocommit=True) as connection:
        people: list[tuple[Number, list[Row]]] = [_owned(name, row, "staff", keys, now) for name, row in staff.items()]
        people += [
            _member("Sam", "en", NEW_YORK, "FREQ=DAILY", staff["Rosa"], keys, now),
            _member("Luz", "es", NEW_YORK, "FREQ=WEEKLY;BYDAY=MO,WE,FR", staff["Rosa"], keys, now),
            _member("Lee", "en", NEW_YORK, None, staff["Rosa"], keys, now),
        ]
        done = write(connection, [scene_of(number).with_rows(number, *rows) for number, rows in people], keys)
        assert len(done.units) == len(people)


STAFF = {"Rosa": "specialist", "Dan": "specialist", "Sue": "supervisor", "Cora": "coordinator"}


def _staff(name: str, role: str, now: datetime) -> Staff:
    return Staff(new_id(), new_id(), name, role, "en", NEW_YORK, now)


def _backed(person: Staff, backup: Staff) -> Staff:
    return Staff(
        person.id,
        person.number_id,
        person.name,
        person.role,
        person.language,
        person.zone,
        person.created_at,
        backup.id,
    )


def _owned(
    name: str, row: Staff | Member, owner: str, keys: KeyRing, now: datetime, consent: str = "unknown"
) -> tuple[Number, list[Row]]:
    phone = NUMBERS[name]
    return Number(row.number_id, keys.blind(phone), phone, now, 0, owner, row.id, consent), [row]


def _member(
    name: str, language: str, zone: str, rule: str | None, specialist: Staff, keys: KeyRing, now: datetime
) -> tuple[Number, list[Row]]:
    member = Member(new_id(), new_id(), name, language, zone, now, specialist.id)
    number, rows = _owned(name, member, "member", keys, now, "given" if rule else "unknown")
    if rule is None:
        return number, [*rows, Timer("welcome", member.id, number.id, now)]
    starts = now.date().isoformat() + "T10:00:00"
    due = next_moment(rule, zone, datetime.fromisoformat(starts), now)
    assert due is not None
    schedule = Schedule(new_id(), member.id, number.id, "check-in", rule, starts, next_at=due)
    consent = Ledger(new_id(), number.id, now, "given", "import", "spoken")
    return number, [*rows, consent, schedule, Timer("check-in", schedule.id, number.id, due, fence="1")]
