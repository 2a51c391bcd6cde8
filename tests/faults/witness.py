"""What the database itself tells of a race: every change of consent and of a message, in the order of the commits.

PostgreSQL writes each transaction's commit into its log one after the other, and logical decoding reads them back in that
order. Triggers put what changed into the log, with the snapshot that the changing statement saw, so no clock is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import psycopg

# A stable function sees what the statement saw that fired it: the snapshot is that of the statement, not one taken later.
_SETUP = """
create function witness() returns trigger language plpgsql stable as $$
begin
    perform pg_logical_emit_message(true, 'witness', json_build_object(
        'what', tg_table_name, 'row', new.id, 'was', to_jsonb(old), 'is', to_jsonb(new),
        'snapshot', pg_current_snapshot()::text)::text);
    return null;
end $$;
create trigger witness after insert or update on outbound for each row execute function witness();
create trigger witness after insert or update on numbers for each row execute function witness();
create trigger witness after insert on consent_ledger for each row execute function witness();
create publication witness;
"""
_SLOT = "select pg_create_logical_replication_slot('witness', 'pgoutput')"
_READ = (
    "select xid::text::bigint, data from pg_logical_slot_get_binary_changes('witness', null, null,"
    " 'proto_version', '1', 'publication_names', 'witness', 'messages', 'true')"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One change: its transaction, the table, the row as it was (None: it is new) and as it is, and the snapshot it was made on."""

    xid: int
    what: str
    was: dict[str, Any] | None
    row: dict[str, Any]
    snapshot: str

    @property
    def number(self) -> UUID:
        """The number that the change is about."""
        return UUID(self.row["id"] if self.what == "numbers" else self.row["number_id"])

    def turned(self, column: str) -> bool:
        """Whether a column has another value than before."""
        return self.was is None or self.was[column] != self.row[column]

    def saw(self, xid: int) -> bool:
        """Whether the statement saw what a transaction had committed."""
        low, high, running = self.snapshot.split(":")
        return xid < int(low) or (xid < int(high) and str(xid) not in running.split(","))


def watch(connection: psycopg.Connection[Any]) -> None:
    """Begin to watch; the server must run with wal_level = logical, and the connection commit by itself."""
    connection.execute(_SETUP)
    connection.execute(_SLOT)


def testimony(connection: psycopg.Connection[Any]) -> Iterator[Seen]:
    """Every change since the last reading, in the order of the commits."""
    for xid, data in connection.execute(_READ).fetchall():
        if data[:1] == b"M":
            told = orjson.loads(_content(data))
            yield Seen(xid, told["what"], told["was"], told["is"], told["snapshot"])


def _content(data: bytes) -> bytes:
    """What a logical message carries: kind, flags and position take ten bytes, then come its name, its length and itself."""
    end = data.index(b"\0", 10) + 1
    length = int.from_bytes(data[end : end + 4])
    return data[end + 4 : end + 4 + length]
