"""Calls to staff in the database: claimed, noted, reported, and read when the phone was picked up.

A claim commits before the provider is asked, under the lock of the recipient's row, so that consent is read as it is then.
One phone has one call at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson
import psycopg

from service.store.codec import Ring, decode
from service.store.consequences import OFTEN
from service.store.rows import Call, Number

Ended = Literal["placed", "queued", "failed", "unknown"]
SILENT = timedelta(minutes=2)  # longer than it rings, and than a mailbox hears the question three times


@dataclass(frozen=True, slots=True)
class Dialed:
    """A call that may be placed, whose phone it is for, and the state and round of the escalation that it tells of, if of one."""

    call: Call
    number: Number
    escalation: str | None
    round: int | None = None


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call, its phone, the running number of its alert, and what it said already at the step that was asked for."""

    call: Call
    number: Number
    running: int | None
    heard: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What trying to place a call came to; `ready_at` is when to try again, `again` counts a second placing after doubt."""

    call_id: UUID
    claim: UUID
    state: Ended
    sid: str | None = None
    code: int | None = None
    ready_at: datetime | None = None
    again: bool = False


def is_to_call(connection: psycopg.Connection[Any], now: datetime, machine: datetime) -> bool:
    """Whether a call is ready to be placed, or one was left behind by whoever was placing it."""
    values = {"now": now, "machine": machine}
    row = connection.execute(f"select {TO_CALL}", values, prepare=True).fetchone()
    return bool(row and row[0])


def claim_calls(
    connection: psycopg.Connection[Any], now: datetime, busy_since: datetime, limit: int, keys: Ring
) -> tuple[Dialed, ...]:
    """The first ready call of each phone that has none, its row locked; to be called within a transaction.

    A phone is taken to be busy with a call that was placed after `busy_since` (machine time) and of which no end was told.
    """
    values = {"now": now, "busy": busy_since, "limit": limit}
    rows = connection.execute(_LOCK, values, prepare=True, binary=False).fetchall()
    return tuple(Dialed(decode(Call, row[0], keys), decode(Number, row[1], keys), row[2], row[3]) for row in rows)


def mark_calls(
    connection: psycopg.Connection[Any],
    held: Sequence[tuple[UUID, str | None]],
    claim: UUID,
    now: datetime,
    machine: datetime,
    lease_until: datetime,
) -> frozenset[UUID]:
    """Mark calls as being placed, or withheld where a reason is given; returns those that are ours to place."""
    found = [{"id": call_id, "held": why} for call_id, why in held]
    values = {
        "doc": orjson.dumps(found).decode(), "claim": claim, "now": now, "machine": machine, "lease_until": lease_until,
    }  # fmt: skip
    return frozenset(row[0] for row in connection.execute(_MARK, values, prepare=True, binary=False).fetchall())


def note_call(connection: psycopg.Connection[Any], result: Result, now: datetime) -> None:
    """Store what placing a call came to; what is known better by now stays."""
    connection.execute(_NOTE, {**asdict(result), "now": now}, prepare=True, binary=False)


def left_behind(connection: psycopg.Connection[Any], machine: datetime, keys: Ring) -> tuple[Call, ...]:
    """The calls whose claim ran out before anybody said what came of it."""
    rows = connection.execute(_LEFT, {"machine": machine}, prepare=True, binary=False).fetchall()
    return tuple(decode(Call, row[0], keys) for row in rows)


def claim_silent_calls(
    connection: psycopg.Connection[Any], now: datetime, machine: datetime, limit: int
) -> tuple[tuple[UUID, str], ...]:
    """Calls placed at least two minutes and at most a day ago of which no end was told, with the provider's ids.

    Each is given out every two minutes: its report may be lost.
    """
    values = {
        "from": now - timedelta(days=1), "to": now - SILENT, "machine": machine, "lease": machine + SILENT, "limit": limit,
    }  # fmt: skip
    return tuple(connection.execute(_SILENT, values, prepare=True, binary=False).fetchall())


def report_call(
    connection: psycopg.Connection[Any],
    call_id: UUID,
    sid: str,
    state: str,
    ended: str,
    code: int | None,
    now: datetime,
) -> bool:
    """Store the provider's report about a call; returns whether it said something new. An end is never taken back."""
    values = {"id": call_id, "sid": sid, "state": state, "ended": ended, "code": code, "now": now}
    return bool(connection.execute(_REPORT, values, prepare=True, binary=False).fetchall())


def read_ringing(connection: psycopg.Connection[Any], call_id: UUID, step: int, keys: Ring) -> Ringing | None:
    """A call that is under way, as one of its steps needs it; None for an id that nobody knows."""
    row = connection.execute(_RINGING, {"id": call_id, "step": step}, prepare=True, binary=False).fetchone()
    return None if row is None else Ringing(decode(Call, row[0], keys), decode(Number, row[1], keys), row[2], row[3])


TO_CALL = """(exists (select 1 from calls where state = 'queued' and ready_at <= %(now)s)
    or exists (select 1 from calls where state = 'sending' and lease_until <= %(machine)s))"""

_LOCK = """with free as materialized (select distinct on (c.number_id) c.id, c.number_id from calls c
    where c.state = 'queued' and c.ready_at <= %(now)s
      and not exists (select 1 from calls e where e.number_id = c.number_id and e.id <> c.id
          and (e.state = 'sending' or (e.state = 'placed' and e.claimed_at > %(busy)s)))
    order by c.number_id, c.at, c.id limit %(limit)s)
select row_to_json(c), row_to_json(n), e.state, e.round
from free join numbers n on n.id = free.number_id join calls c on c.id = free.id left join escalations e on e.id = c.escalation_id
order by n.id for update of n skip locked"""

# A call that failed makes the ladder climb at once, as a text that failed does, and so does one that is refused for now again
# and again, which goes on being tried. Of an incident the next person is called,
# until somebody pressed a key or its entry in the queue is closed.
_FOLLOWS = f"""climb as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'page failed', c.escalation_id, e.number_id, %(now)s, 0, n.owner_id::text, 0, false
    from changed c join escalations e on e.id = c.escalation_id join numbers n on n.id = c.number_id
    where n.owner_id is not null and c.kind = 'alert' and c.state in ('failed', 'unknown')
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
slow as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'page late', c.escalation_id, e.number_id, %(now)s, 0, n.owner_id::text, 0, false
    from changed c join escalations e on e.id = c.escalation_id join numbers n on n.id = c.number_id
    where n.owner_id is not null and c.kind = 'alert' and c.state = 'queued' and c.attempts = {OFTEN} and e.state = 'open'
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
next as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'no texts go out', c.incident_id, c.number_id, %(now)s, 0, (c.round + 1)::text, 0, false from changed c
    where c.kind = 'account' and c.state in ('ended', 'failed', 'unknown', 'withheld')
      and not exists (select 1 from heard h where h.call_id = c.id and h.what = 'call_account_heard')
      and exists (select 1 from queue q where q.id = c.incident_id and q.closed_at is null)
    on conflict (kind, subject) do nothing)"""

_MARK = f"""with r as (select * from jsonb_to_recordset(%(doc)s::jsonb) as r(id uuid, held text)),
changed as (update calls c set
    state = case when r.held is null then 'sending' else 'withheld' end,
    reason = case when r.held is null then c.reason else c.reason || jsonb_build_object('withdrawn', r.held) end,
    claim = %(claim)s, claimed_at = case when r.held is null then %(machine)s::timestamptz else c.claimed_at end,
    lease_until = case when r.held is null then %(lease_until)s::timestamptz end,
    attempts = c.attempts + (r.held is null)::int, final_at = case when r.held is not null then %(now)s::timestamptz end
  from r where c.id = r.id and c.state = 'queued' returning c.*),
{_FOLLOWS}
select id from changed where state = 'sending'"""

_NOTE = f"""with changed as (update calls c set
    state = case when %(state)s = 'placed' and c.state in ('sending', 'queued', 'unknown') then 'placed'
                 when c.state = 'sending' then %(state)s else c.state end,
    sid = coalesce(c.sid, %(sid)s), error_code = coalesce(%(code)s::bigint, c.error_code),
    placed_at = case when %(state)s = 'placed' then coalesce(c.placed_at, %(now)s) else c.placed_at end,
    ready_at = coalesce(%(ready_at)s, c.ready_at), lease_until = null, copies = c.copies + %(again)s::boolean::int,
    final_at = case when %(state)s in ('failed', 'unknown') then %(now)s else c.final_at end
  where c.id = %(call_id)s and c.claim = %(claim)s and (%(state)s = 'placed' or c.state = 'sending') returning c.*),
{_FOLLOWS}
select id from changed"""

_LEFT = """select row_to_json(c) from calls c where c.state = 'sending' and c.lease_until <= %(machine)s
order by c.at limit 50"""

_SILENT = """with due as materialized (select c.id from calls c
    where c.state = 'placed' and c.placed_at between %(from)s and %(to)s and c.sid is not null
      and (c.lease_until is null or c.lease_until <= %(machine)s) order by c.placed_at limit %(limit)s for update skip locked)
update calls c set lease_until = %(lease)s from due where c.id = due.id returning c.id, c.sid"""

_REPORT = f"""with old as materialized (select id, state from calls where id = %(id)s for update),
changed as (update calls c set state = %(state)s, sid = coalesce(c.sid, %(sid)s), lease_until = null,
    error_code = coalesce(%(code)s::bigint, c.error_code), placed_at = coalesce(c.placed_at, %(now)s),
    ended = case when %(state)s = 'placed' then c.ended else %(ended)s end,
    final_at = case when %(state)s = 'placed' then c.final_at else %(now)s end
  from old where c.id = old.id and (old.state not in ('placed', 'ended', 'failed')
    or (old.state = 'placed' and %(state)s <> 'placed')) returning c.*),
{_FOLLOWS}
select id from changed"""

_RINGING = """select row_to_json(c), row_to_json(n), (select e.running from escalations e where e.id = c.escalation_id),
    (select h.what from heard h where h.call_id = c.id and h.step = %(step)s)
from calls c join numbers n on n.id = c.number_id where c.id = %(id)s"""
