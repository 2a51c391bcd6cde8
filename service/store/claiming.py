"""Claiming what is due: whoever holds the rows of the numbers concerned decides about them, and nobody waits for another.

The lock is on the number, not on the timer, because everything about a number is written under its row: a worker and a
webhook that meet there queue up instead of running into a deadlock.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import psycopg

from service.store.codec import decode_columns
from service.store.rows import Timer

WORKERS = 8  # so many may claim at once; each looks past what the others hold, or it would find nothing and go home
LANES = 2  # of timers: safety, and everything else

# Timer by timer in the order in which they are due, until enough numbers are locked; a number may come twice. A lateral
# select that locks is never turned into a join over whole tables, whatever a plan that is made once expects.
_LOCK = """select n.id from (
    select number_id from timers where due_at <= %(now)s and lane < %(lanes)s and not aside and kind = any(%(kinds)s)
    order by lane, due_at limit %(look)s) t,
    lateral (select n.id from numbers n where n.id = t.number_id for update skip locked) n limit %(limit)s"""

_FIRST = """select distinct on (t.number_id) t.kind, t.subject, t.number_id, t.due_at, t.lane, t.fence, t.failures, t.aside
from timers t where t.number_id = any(%(numbers)s) and t.due_at <= %(now)s and t.lane < %(lanes)s and not t.aside
  and t.kind = any(%(kinds)s)
order by t.number_id, t.lane, t.due_at, t.subject"""

_FAILED = """update timers set failures = failures + 1, aside = lane > 0 and failures + 1 >= %(limit)s,
    due_at = %(now)s::timestamptz + case when lane = 0 then %(safety)s::interval else %(other)s::interval end
where kind = %(kind)s and subject = %(subject)s returning failures"""


def claim_due(
    connection: psycopg.Connection[Any], now: datetime, limit: int, kinds: Collection[str], lanes: int = LANES
) -> tuple[Timer, ...]:
    """The first due timer of each number that could be locked, safety first; to be called within a transaction.

    Only lanes below `lanes` are looked at, and these kinds: one that this release does not know is for a later one beside it.
    """
    values = {"now": now, "limit": limit, "look": limit * WORKERS, "lanes": lanes, "kinds": list(kinds)}
    numbers = list(dict.fromkeys(row[0] for row in connection.execute(_LOCK, values).fetchall()))
    if not numbers:
        return ()
    # Read again now that the numbers are ours: another worker may have been here between the two.
    rows = connection.execute(_FIRST, values | {"numbers": numbers}).fetchall()
    place = {number: at for at, number in enumerate(numbers)}
    return tuple(
        sorted((decode_columns(Timer, row) for row in rows), key=lambda timer: (timer.lane, place[timer.number_id]))
    )


def count_failure(connection: psycopg.Connection[Any], timer: Timer, limit: int, now: datetime) -> bool:
    """Note that a timer failed, and let it wait before its next try; returns whether it has failed `limit` times now.

    Safety is tried again for ever, after 2, 4, 8 and at most 60 seconds. All else waits 5 and 25 seconds; at the limit it is set
    aside.
    """
    values = {
        "kind": timer.kind, "subject": timer.subject, "limit": limit, "now": now,
        "safety": timedelta(seconds=min(2 ** min(timer.failures + 1, 6), 60)),
        "other": timedelta(seconds=5 ** min(timer.failures + 1, 3)),
    }  # fmt: skip
    row = connection.execute(_FAILED, values).fetchone()
    return row is not None and row[0] == limit


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
