"""The schema, derived from the rows: SQLAlchemy tables for Alembic and for everything that is not on the hot path."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from service.store.columns import columns_of
from service.store.rows import ROWS, Row

TYPES: dict[str, TypeEngine[Any]] = {
    "uuid": Uuid(), "text": Text(), "sealed": LargeBinary(), "bytes": LargeBinary(), "time": DateTime(timezone=True),
    "int": BigInteger(), "bool": Boolean(), "json": JSONB(),
}  # fmt: skip

metadata = MetaData()


def _table(row: type[Row]) -> Table:
    columns = [
        Column(c.name, TYPES[c.kind], primary_key=c.name in row.KEY, nullable=c.optional) for c in columns_of(row)
    ]
    return Table(row.TABLE, metadata, *columns)


TABLES: dict[str, Table] = {row.TABLE: _table(row) for row in ROWS}

# Order within one recipient: drawn under the lock of the number's row, so it follows the order of the commits.
TABLES["outbound"].append_column(Column("seq", BigInteger, Identity(always=True), nullable=False))
# When the provider let it go (its report `sent` or a later one; kept for safety and alerts alone), and when somebody was told
# that it had not within a minute. Both are of the clock that people experience.
for _moment in ("left_at", "late_at"):
    TABLES["outbound"].append_column(Column(_moment, DateTime(timezone=True), nullable=True))

flow_versions = Table(
    "flow_versions", metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("published_by", Text, nullable=False),
    Column("note", Text, nullable=True),  # why, in the words of whoever published it
)  # fmt: skip
published = Table(
    "published", metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
)  # fmt: skip
heartbeats = Table(
    "heartbeats", metadata,
    Column("process", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),  # machine time
)  # fmt: skip
senders = Table(
    "senders", metadata,
    Column("number", Text, primary_key=True),  # one of the organisation's own
    Column("free_at", DateTime(timezone=True), nullable=False),  # machine time until which its rate is used up
    Column("held_until", DateTime(timezone=True), nullable=True),  # machine time; routine texts wait, the account is refused
    Column("held_code", Integer, nullable=True),
    Column("day", Text, nullable=True),  # the organisation's local day to which `segments` belongs
    Column("segments", BigInteger, nullable=True),  # handed over on that day
    Column("told_day", Text, nullable=True),  # the last day on which the coordinator was told of the spend cap
)  # fmt: skip
# What is remembered about the service itself, by name; service.store.marks says which names there are.
marks = Table(
    "marks", metadata,
    Column("name", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("detail", JSONB(), nullable=False),
)  # fmt: skip


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    clause = None if where is None else text(where)
    Index(name, *(TABLES[table].c[column] for column in columns), unique=unique, postgresql_where=clause)


_index("numbers_blind", "numbers", "blind", unique=True)
_index("members_number", "members", "number_id", unique=True)
_index("staff_number", "staff", "number_id", unique=True)
_index("staff_role", "staff", "role")
_index("inbound_sid", "inbound", "sid", unique=True)
_index("inbound_number", "inbound", "number_id", "received_at")
_index("inbound_unsettled", "inbound", "number_id", where="state = 'unsettled'")
_index("outbound_queued", "outbound", "lane", "seq", where="state = 'queued'")
_IN_FLIGHT = "state in ('sending', 'unsure')"  # few at any time, however many there ever were
_index("outbound_in_flight", "outbound", "number_id", where=_IN_FLIGHT)
_index("outbound_leases", "outbound", "lease_until", where=_IN_FLIGHT)
_SENDING = "state in ('queued', 'sending', 'unsure')"
_index("outbound_number_queued", "outbound", "number_id", "lane", "seq", where=_SENDING)
_index("outbound_number", "outbound", "number_id", "at")
_index("outbound_sid", "outbound", "sid", where="sid is not null")
_index("outbound_sent", "outbound", "sent_at", where="state = 'sent'")
_WATCHED = "lane = 0 and left_at is null and state in ('queued', 'sending', 'unsure', 'sent')"
_index("outbound_watched", "outbound", "at", where=_WATCHED)
_index("conversations_open", "conversations", "number_id", unique=True, where="state = 'open'")
_index("threads_tag", "threads", "staff_number_id", "tag", unique=True, where="closed_at is null")
_index("threads_number", "threads", "number_id", where="closed_at is null")
_index("threads_staff", "threads", "staff_number_id", "closed_at")
_index("queue_open", "queue", "number_id", where="closed_at is null")
_index("held_open", "held", "staff_number_id", where="settled_at is null")
_index("escalations_running", "escalations", "running", unique=True)
_index("escalations_open", "escalations", "number_id", where="state <> 'closed'")
_index("pages_number", "pages", "staff_number_id")
_index("schedules_number", "schedules", "number_id", where="active")
_index("timers_due", "timers", "lane", "due_at", where="not aside")
_index("timers_next", "timers", "due_at", where="not aside")
_index("timers_number", "timers", "number_id")
_index("calls_waiting", "calls", "number_id", where="state in ('queued', 'sending', 'placed')")
# One call for each person, round and alert, whatever the decisions that ran into one another.
_index("calls_round", "calls", "escalation_id", "number_id", "round", unique=True, where="escalation_id is not null")
# Few alerts fail, and only those that do stand in it.
_index("outbound_refused", "outbound", "escalation_id", where="escalation_id is not null and error_code is not null")
_index("ledger_number", "consent_ledger", "number_id", "at")
