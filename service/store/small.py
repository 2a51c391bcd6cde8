"""The small write: what follows from one decision about one number, with its values as the statement's parameters.

Most texts are answered by the conversation under way: a message, a conversation, an answer. PostgreSQL takes half the time
for such a write when it need not take a document apart (docs/performance.md). What is larger, or depends on other numbers,
goes by the document of service.store.commit; both carry out the same, and a property test holds them to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import psycopg

from service.store.asking import ask
from service.store.codec import Ring, parameters
from service.store.columns import SQL_TYPES, columns_of
from service.store.rows import ROWS, Inbound, Number, Row
from service.store.scene import Scene, Withdrawal
from service.store.wire import formats_of, wire_text, wire_texts

NUMBER_STATE = ("owner", "owner_id", "consent", "consent_at", "memory")  # what may change of a number's row
MOST = 2  # rows of one table, timers cancelled, withdrawals: each combination is a statement that PostgreSQL keeps
_ROWS = {row.TABLE: row for row in ROWS}


@dataclass(frozen=True, slots=True)
class _Form:
    """What a statement depends on: how many rows of which tables, and how many timers and withdrawals."""

    tables: tuple[str, ...]  # one for each row, in the order of the decision
    cancelled: int
    withdrawn: int


def is_small(scene: Scene) -> bool:
    """Whether a decision may be written so: about a number that exists, no other depended on, a few rows."""
    if scene.number.version == 0 or scene.guarded - {scene.number.id}:
        return False
    tables = [table for table, _ in scene.changed if table != Number.TABLE]
    numbers = len(scene.changed) - len(tables)
    others = numbers > 1 or (numbers == 1 and (Number.TABLE, scene.number.key) not in scene.changed)
    most = max(map(tables.count, tables), default=0)
    return not others and max(most, len(scene.cancelled), len(scene.withdrawn)) <= MOST


def write_small(connection: psycopg.Connection[Any], scene: Scene, keys: Ring) -> bool:
    """Carry a small decision out, if its number still has the version that was seen; returns whether it was."""
    statement, formats, values = small_statement(scene, keys)
    return ask(connection, statement, values, formats).ntuples > 0


def small_statement(scene: Scene, keys: Ring) -> tuple[bytes, tuple[int, ...], list[bytes | None]]:
    """The statement for a small decision and the formats of its places, which depend on its form alone, and its parameters."""
    rows = [row for row in scene.changed.values() if not isinstance(row, Number)]
    form = _Form(tuple(row.TABLE for row in rows), len(scene.cancelled), len(scene.withdrawn))
    number = scene.number
    values = [number.id.bytes, b"%d" % number.version, *parameters(number, keys, NUMBER_STATE)]
    for row in rows:
        values += parameters(row, keys)
    for kind, subject in scene.cancelled:
        values += (wire_text(kind), subject.bytes)
    for withdrawal in scene.withdrawn:
        values += _withdrawal(withdrawal)
    return *_statement(form), values


def on_conflict(row: type[Row]) -> str:
    """What a row does that meets one with its key: rows that are only ever added stay, others are replaced."""
    keys, names = ", ".join(row.KEY), [column.name for column in columns_of(row)]
    if row.ONCE:
        return f"on conflict ({keys}) do nothing"
    change = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in row.KEY)
    # A message that is settled is never settled again.
    once = " where inbound.state = 'unsettled'" if row is Inbound else ""
    return f"on conflict ({keys}) do update set {change}{once}"


def _withdrawal(withdrawal: Withdrawal) -> tuple[bytes | None, ...]:
    conversation = None if withdrawal.conversation_id is None else withdrawal.conversation_id.bytes
    reason = orjson.dumps(dict(withdrawal.reason))
    return reason, withdrawal.number_id.bytes, wire_texts(withdrawal.kinds), conversation


@cache
def _statement(form: _Form) -> tuple[bytes, tuple[int, ...]]:
    places = (f"${place}" for place in range(1, 1_000))
    state = [c for c in columns_of(Number) if c.name in NUMBER_STATE]
    mine = f"n.id = {next(places)}::uuid and n.version = {next(places)}::bigint"
    change = ", ".join(f"{c.name} = {next(places)}::{SQL_TYPES[c.kind]}" for c in state)
    parts = [f"ok as (update numbers n set version = n.version + 1, {change} where {mine} returning n.id)"]
    parts += _inserts(form.tables, places)
    parts += [
        f"w_cancelled_{at} as (delete from timers t using ok where t.kind = {next(places)}::text and t.subject = {next(places)}::uuid)"
        for at in range(form.cancelled)
    ]
    parts += [_WITHDRAWN.format(at, *(next(places) for _ in range(4))) for at in range(form.withdrawn)]
    statement = "with " + ",\n".join(parts) + "\nselect id from ok"
    return statement.encode(), formats_of(statement)


def _inserts(tables: Sequence[str], places: Iterator[str]) -> list[str]:
    """One insert for each table; rows of one keep their order, by which texts are numbered."""
    rows: dict[str, list[str]] = {}
    for table in tables:
        columns = columns_of(_ROWS[table])
        rows.setdefault(table, []).append(", ".join(f"{next(places)}::{SQL_TYPES[c.kind]}" for c in columns))
    return [_insert(table, found) for table, found in rows.items()]


def _insert(table: str, rows: Sequence[str]) -> str:
    names = ", ".join(f'"{column.name}"' for column in columns_of(_ROWS[table]))
    chosen = f"select {rows[0]} from ok"
    if len(rows) > 1:
        ordered = ", ".join(f"({place}, {row})" for place, row in enumerate(rows))
        mine = ", ".join(f'r."{column.name}"' for column in columns_of(_ROWS[table]))
        chosen = f"select {mine} from ok, (values {ordered}) as r(_place, {names}) order by r._place"
    return f"w_{table} as (insert into {table} as {table} ({names}) {chosen} {on_conflict(_ROWS[table])})"


_WITHDRAWN = (
    "w_withdrawn_{0} as (update outbound o set state = 'withheld', reason = o.reason || {1}::jsonb from ok"
    " where o.number_id = {2}::uuid and o.state = 'queued' and o.kind = any({3}::text[])"
    " and ({4}::uuid is null or o.conversation_id = {4}::uuid))"
)
