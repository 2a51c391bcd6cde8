"""Alerts and safety texts that have not left a minute after they were written, found once each, whatever the reason is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg

# After which a safety text that has not left is somebody's business (RELIABILITY.md 0, finding 10).
LATE = timedelta(seconds=60)
_SENT = timedelta(hours=1)  # a carrier that never reports is no news after that


def notice_late(connection: psycopg.Connection[Any], now: datetime) -> int:
    """Have people told of what is late, by timers in the same commit; returns how many messages were found.

    A late alert climbs to whoever is next, and so do words about one that are late for whoever took it; a late safety text is told to those who were told of its alert. What the provider
    took counts as late too while it has not let it go: it may be put off until the morning there.
    """
    values = {"now": now, "before": now - LATE, "since": now - _SENT}
    row = connection.execute(_NOTICE, values, prepare=True).fetchone()
    return 0 if row is None else int(row[0])


_NOTICE = """with late as materialized (select o.id, o.number_id, o.kind, o.state, o.escalation_id from outbound o
    where o.lane = 0 and o.left_at is null and o.late_at is null and o.state in ('queued', 'sending', 'unsure', 'sent')
      and (o.kind in ('alert', 'safety') or (o.kind = 'staff' and o.escalation_id is not null)) and o.at <= %(before)s and (o.state <> 'sent' or o.sent_at > %(since)s)
    order by o.at limit 1000 for update skip locked),
marked as (update outbound o set late_at = %(now)s from late where o.id = late.id),
climb as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'page late', l.escalation_id, e.number_id, %(now)s, 0, string_agg(n.owner_id::text, ','), 0, false
    from late l join escalations e on e.id = l.escalation_id join numbers n on n.id = l.number_id
    where n.owner_id is not null and l.kind = 'alert' and e.state = 'open' group by l.escalation_id, e.number_id
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
words as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'words unreached', l.escalation_id, e.number_id, %(now)s, 0, string_agg(n.owner_id || ':0', ','), 0, false
    from late l join escalations e on e.id = l.escalation_id join numbers n on n.id = l.number_id
    where n.owner_id is not null and l.kind = 'staff' and e.state = 'taken' group by l.escalation_id, e.number_id
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
told as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'safety unsent', l.id, l.number_id, %(now)s, 0, l.state, 0, false from late l where l.kind = 'safety'
    on conflict (kind, subject) do nothing)
select count(*) from late"""
