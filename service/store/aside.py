"""What stands still: timers that fail or were set aside, and open escalations that no timer looks at any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from service.store.codec import decode_columns
from service.store.rows import Timer

OFTEN = 3  # failures after which a person was told (service.due)


def read_aside(connection: psycopg.Connection[Any]) -> tuple[Timer, ...]:
    """What was set aside, and what concerns safety and fails again and again; the gravest first."""
    return tuple(decode_columns(Timer, row) for row in connection.execute(_ASIDE, {"often": OFTEN}).fetchall())


def revive(connection: psycopg.Connection[Any], *, safety: bool = False) -> int:
    """Have everything that was set aside tried again, or only what concerns safety; returns how much. When it was due stays as it is."""
    return connection.execute(_REVIVE, {"lanes": 1 if safety else 9}).rowcount


def rearm_ladders(connection: psycopg.Connection[Any], now: datetime) -> tuple[tuple[UUID, int], ...]:
    """Give a timer to every escalation that is not closed and has none that is looked at; returns their ids and running numbers."""
    return tuple(connection.execute(_REARM, {"now": now}).fetchall())


_ASIDE = """select kind, subject, number_id, due_at, lane, fence, failures, aside from timers
where aside or failures >= %(often)s order by lane, due_at, subject"""
_REVIVE = "update timers set aside = false, failures = 0 where aside and lane < %(lanes)s"
# One statement sees an escalation and its timer as one commit left them. Where a decision about it commits meanwhile, the timer
# that it set stays, and one of ours with an old fence does nothing.
_REARM = """with still as materialized (select e.* from escalations e where e.state <> 'closed' and not exists (
        select 1 from timers t where t.subject = e.id and t.kind in ('rung', 'outcome') and not t.aside)),
armed as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select case s.state when 'taken' then 'outcome' else 'rung' end, s.id, s.number_id, coalesce(s.next_at, %(now)s), 0,
        s.rung::text, 0, false from still s
    on conflict (kind, subject) do update set aside = false, failures = 0 where timers.aside returning subject)
select s.id, s.running from still s join armed a on a.subject = s.id"""
