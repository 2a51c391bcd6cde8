"""The small write: what follows from one decision about one number, with its values as the statement's parameters.

Most texts are answered by the conversation under way: a message, a conversation, an answer. PostgreSQL takes half the time
for such a write when it need not take a document apart (docs/performance.md). What is larger, or depends on other numbers,
goes by the document of service.store.commit; both carry out the same, and a property test holds them to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import psycopg

from service.store.codec import Ring, parameters
from service.store.columns import SQL_TYPES, columns_of
from service.store.database import ask
from service.store.rows import ROWS, Inbound, Number, Row
from service.store.scene import Scene, Withdrawal

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
    rows = Counter(table for table, _ in scene.changed)
    others = any(table == Number.TABLE and key != scene.number.key for table, key in scene.changed)
    rows.pop(Number.TABLE, None)
    sizes = (*rows.values(), len(scene.cancelled), len(scene.withdrawn))
    return not others and all(size <= MOST for size in sizes)


def write_small(connection: psycopg.Connection[Any], scene: Scene, keys: Ring) -> bool:
    """Carry a small decision out, if its number still has the version that was seen; returns whether it was."""
    statement, values = small_statement(scene, keys)
    return ask(connection, statement, values).fetchone() is not None


def small_statement(scene: Scene, keys: Ring) -> tuple[bytes, list[Any]]:
    """The statement for a small decision, which depends on its form alone, and its parameters."""
    rows = [row for row in scene.changed.values() if not isinstance(row, Number)]
    form = _Form(tuple(row.TABLE for row in rows), len(scene.cancelled), len(scene.withdrawn))
    values: list[Any] = [scene.number.id, scene.number.version, *parameters(scene.number, keys, NUMBER_STATE)]
    for row in rows:
        values += parameters(row, keys)
    for kind, subject in scene.cancelled:
        values += (kind, subject)
    for withdrawal in scene.withdrawn:
        values += _withdrawal(withdrawal)
    return _statement(form), values


def on_conflict(row: type[Row]) -> str:
    """What a row does that meets one with its key: rows that are only ever added stay, others are replaced."""
    keys, names = ", ".join(row.KEY), [column.name for column in columns_of(row)]
    if row.ONCE:
        return f"on conflict ({keys}) do nothing"
    change = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in row.KEY)
    # A message that is settled is never settled again.
    once = " where inbound.state = 'unsettled'" if row is Inbound else ""
    return f"on conflict ({keys}) do update set {change}{once}"


def _withdrawal(withdrawal: Withdrawal) -> tuple[Any, ...]:
    reason = orjson.dumps(dict(withdrawal.reason)).decode()
    return reason, withdrawal.number_id, list(withdrawal.kinds), withdrawal.conversation_id


@cache
def _statement(form: _Form) -> bytes:
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
    return ("with " + ",\n".join(parts) + "\nselect id from ok").encode()


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
