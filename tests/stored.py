"""People and messages put straight into a test's database, for what reads them back."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from service.gateways.ids import new_id
from service.gateways.keys import read_keys
from service.store.commit import write
from service.store.roster_writing import scenes_of
from service.store.rows import Inbound, Member, Number, Outbound, Row, Staff
from service.store.scene import Scene, scene_of

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # a Friday, ten in the morning in New York
EARLIER = datetime(2026, 2, 1, 15, 0, tzinfo=UTC)
ZONE = "America/New_York"
KEYS = read_keys(
    f"d1:data:{base64.b64encode(b'd' * 32).decode()},i1:index:{base64.b64encode(b'i' * 32).decode()}",
)


def a_number(phone: str, consent: str = "unknown") -> Number:
    """A number that nobody owns yet."""
    return Number(new_id(), KEYS.blind(phone), phone, EARLIER, consent=consent)


def a_member(number: Number, name: str = "Ana", specialist_id: UUID | None = None) -> Member:
    """A member in New York who reads English."""
    return Member(new_id(), number.id, name, "en", ZONE, EARLIER, specialist_id)


def a_specialist(number: Number, name: str = "Rosa", role: str = "specialist") -> Staff:
    """Somebody of staff."""
    return Staff(new_id(), number.id, name, role, "en", ZONE, EARLIER)


def an_inbound(number: Number, body: str = "hello there", sid: str = "SM-in") -> Inbound:
    """A text that came in just now."""
    return Inbound(new_id(), sid, number.id, "+15555550100", body, NOW)


def an_outbound(number: Number, kind: str = "answer", **fields: object) -> Outbound:
    """A text to a number, written just now."""
    row = Outbound(new_id(), number.id, kind, 1, "words of ours", "en", NOW, NOW, reason={"rule": "a rule"})
    return replace(row, **fields)  # type: ignore[arg-type]


def owned(number: Number, person: Member | Staff) -> Number:
    """The number as its owner's."""
    return replace(number, owner="member" if isinstance(person, Member) else "staff", owner_id=person.id)


def store(database: str, number: Number, *rows: Row) -> None:
    """Write a number that is not there yet, and rows about it."""
    with psycopg.connect(database, autocommit=True) as connection:
        assert 0 in write(connection, [scene_of(number).with_rows(*rows)], KEYS)


def scene_at(database: str, phone: str, now: datetime = NOW) -> Scene:
    """What is stored around a number."""
    with psycopg.connect(database, autocommit=True) as connection:
        return scenes_of(connection, [phone], now, KEYS, new_id)[phone]
