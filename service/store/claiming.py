"""Claiming what is due: whoever holds the rows of the numbers concerned decides about them, and nobody waits for another.

The lock is on the number, not on the timer, because everything about a number is written under its row: a worker and a
webhook that meet there queue up instead of running into a deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from service.store.codec import decode_columns
from service.store.rows import Timer

WORKERS = 8  # so many may claim at once; each looks past what the others hold, or it would find nothing and go home
LANES = 2  # of timers: safety, and everything else

# Timer by timer in the order in which they are due, until enough numbers are locked; a number may come twice. A lateral
# select that locks is never turned into a join over whole tables, whatever a plan that is made once expects.
_LOCK = """select n.id from (
    select number_id from timers where due_at <= %(now)s and lane < %(lanes)s and not aside
    order by lane, due_at limit %(look)s) t,
    lateral (select n.id from numbers n where n.id = t.number_id for update skip locked) n limit %(limit)s"""

_FIRST = """select distinct on (t.number_id) t.kind, t.subject, t.number_id, t.due_at, t.lane, t.fence, t.failures, t.aside
from timers t where t.number_id = any(%(numbers)s) and t.due_at <= %(now)s and t.lane < %(lanes)s and not t.aside
order by t.number_id, t.lane, t.due_at, t.subject"""


def claim_due(connection: psycopg.Connection[Any], now: datetime, limit: int, lanes: int = LANES) -> tuple[Timer, ...]:
    """The first due timer of each number that could be locked, safety first; to be called within a transaction.

    Only lanes below `lanes` are looked at.
    """
    values = {"now": now, "limit": limit, "look": limit * WORKERS, "lanes": lanes}
    numbers = list(dict.fromkeys(row[0] for row in connection.execute(_LOCK, values).fetchall()))
    if not numbers:
        return ()
    # Read again now that the numbers are ours: another worker may have been here between the two.
    rows = connection.execute(_FIRST, values | {"numbers": numbers}).fetchall()
    place = {number: at for at, number in enumerate(numbers)}
    return tuple(
        sorted((decode_columns(Timer, row) for row in rows), key=lambda timer: (timer.lane, place[timer.number_id]))
    )


def count_failure(connection: psycopg.Connection[Any], timers: Sequence[Timer], limit: int) -> tuple[UUID, ...]:
    """Note that these timers failed; those that failed `limit` times are set aside and their numbers returned."""
    places = [(timer.kind, timer.subject) for timer in timers]
    aside: list[UUID] = []
    for kind, subject in places:
        row = connection.execute(
            "update timers set failures = failures + 1, aside = failures + 1 >= %s where kind = %s and subject = %s"
            " returning aside, number_id",
            (limit, kind, subject),
        ).fetchone()
        if row is not None and row[0]:
            aside.append(row[1])
    return tuple(aside)


def next_due(connection: psycopg.Connection[Any]) -> datetime | None:
    """When the next timer, held message or call is due, or None where nothing is planned."""
    row = connection.execute(
        "select least((select min(due_at) from timers where not aside),"
        " (select min(ready_at) from outbound where state = 'queued'),"
        " (select min(ready_at) from calls where state = 'queued'))"
    ).fetchone()
    return None if row is None else row[0]


def is_idle(connection: psycopg.Connection[Any], now: datetime) -> bool:
    """Whether nothing is due, waiting to be sent, or on its way to the provider."""
    row = connection.execute(
        "select not exists (select 1 from timers where not aside and due_at <= %(now)s)"
        " and not exists (select 1 from outbound where state = 'queued' and ready_at <= %(now)s)"
        " and not exists (select 1 from outbound where state in ('sending', 'unsure'))"
        " and not exists (select 1 from calls where state = 'sending' or (state = 'queued' and ready_at <= %(now)s))",
        {"now": now},
    ).fetchone()
    return bool(row and row[0])
