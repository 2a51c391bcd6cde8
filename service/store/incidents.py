"""The end of an incident: the provider refused our whole account, and takes texts again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg

# From a refusal to the next try, which is when the hold ends (service.deliveries.reporting).
TRIED = timedelta(minutes=1)
# In which a text that was taken is reported as failed after all, where the account is refused so.
SETTLED = timedelta(minutes=2)


def end_incidents(connection: psycopg.Connection[Any], now: datetime, machine: datetime) -> int:
    """Have people told, by timers in the same commit, that texts go out again; returns how many of our numbers were held.

    It is over when the hold has ended and a text was taken since the last refusal: one that was delivered, or of which two
    minutes later nothing bad was heard. Until then nobody knows, since nothing was sent. The next refusal is a new incident.
    """
    values = {"now": now, "machine": machine, "before": machine - SETTLED, "tried": TRIED}
    row = connection.execute(_END, values, prepare=True).fetchone()
    return 0 if row is None else int(row[0])


# Ids follow time, so what was sent lately is found at the end of their index.
_END = """with held as materialized (select s.number, s.held_until from senders s
    where s.held_code is not null and s.held_until <= %(machine)s for update skip locked),
ended as (update senders s set held_until = null, held_code = null from held
  where s.number = held.number and exists (
    select 1 from (select o.state, o.claimed_at from outbound o order by o.id desc limit 500) l
    where l.claimed_at > held.held_until - %(tried)s
      and (l.state = 'delivered' or (l.state = 'sent' and l.claimed_at <= %(before)s))) returning s.number),
entries as materialized (select q.id, q.number_id, q.since from queue q where q.why = 'account' and q.closed_at is null),
told as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'account works', s.id, s.number_id, %(now)s, 1, case when exists (select 1 from outbound o
        join entries e on e.number_id = o.number_id and o.at >= e.since
        where o.number_id = s.number_id and o.kind = 'staff' and o.reason ->> 'rule' = 'told: account_works'
          and o.state in ('sent', 'delivered')) then 'told' else '' end, 0, false from staff s
    where exists (select 1 from ended) and (s.number_id in (select number_id from entries)
        or exists (select 1 from calls c where c.number_id = s.number_id and c.kind = 'account' and c.state = 'ended'
            and c.incident_id in (select id from entries)))
    on conflict (kind, subject) do nothing)
select count(*) from ended"""
