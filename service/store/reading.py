"""Reading rows outside of a decision: for explaining, for reports, for looking after the service."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import orjson
import psycopg
from psycopg import sql

from service.store.codec import Finder, decode, encode
from service.store.rows import Audit, Inbound, Member, Number, Outbound, Row, Staff

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection and the keys that open what is sealed."""

    connection: psycopg.Connection[Any]
    keys: Finder

    def rows(self, kind: type[R], where: LiteralString, **values: object) -> tuple[R, ...]:
        """The rows of one kind that a condition holds for; the condition calls the row `x`, and may order and limit."""
        table = sql.Identifier(kind.TABLE)
        statement = sql.SQL("select row_to_json(x)::text from {} x where {}").format(table, sql.SQL(where))
        return tuple(
            decode(kind, orjson.loads(row[0]), self.keys) for row in self.connection.execute(statement, values)
        )

    def number(self, phone: str) -> Number | None:
        """The row of an E.164 number, if it ever wrote or was written to."""
        found = self.rows(Number, "x.blind = %(blind)s", blind=self.keys.blind(phone))
        return found[0] if found else None

    def message(self, name: str) -> Inbound | Outbound | None:
        """The text, in or out, that has this id: our own, or the provider's."""
        wanted = {"id": _as_id(name), "sid": name}
        found: tuple[Inbound | Outbound, ...] = (
            *self.rows(Inbound, "x.id = %(id)s or x.sid = %(sid)s", **wanted),
            *self.rows(Outbound, "x.id = %(id)s or x.sid = %(sid)s", **wanted),
        )
        return found[0] if found else None

    def names(self, numbers: Collection[UUID]) -> Mapping[UUID, str]:
        """Whose each number is, in words such as `Ana (member)`; a number of nobody's is left out."""
        members = self.rows(Member, "x.number_id = any(%(numbers)s)", numbers=list(numbers))
        staff = self.rows(Staff, "x.number_id = any(%(numbers)s)", numbers=list(numbers))
        return {m.number_id: f"{m.name} (member)" for m in members} | {
            s.number_id: f"{s.name} ({s.role})" for s in staff
        }

    def staff(self) -> Mapping[UUID, Staff]:
        """Everybody of staff, by id."""
        return {person.id: person for person in self.rows(Staff, "true order by x.created_at, x.id")}


def note(reader: Reader, entry: Audit) -> None:
    """Keep that somebody looked at what is not open to everybody."""
    row = orjson.dumps(encode(entry, reader.keys)).decode()
    reader.connection.execute("insert into audit select * from jsonb_populate_record(null::audit, %s::jsonb)", (row,))


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
