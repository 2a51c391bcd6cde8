"""What follows when a message does not arrive, in the same statement that notes it.

A statement that changes messages has them as `changed` (whole rows, new values) and the parameter `now`. An alert that did
not reach staff makes the ladder climb at once; a person's own words that did not go, or of which nobody knows, are told to
whoever wrote them. Both are timers, so that they are decided like everything else that is due.
"""

from __future__ import annotations

STOPPED = "they said stop"  # why a message was withheld from a number that takes none

# The fence of `page failed` is who could not be told; that of `not sent` why, and the tag of the thread.
CONSEQUENCES = f"""climb as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'page failed', c.escalation_id, e.number_id, %(now)s, 0, string_agg(n.owner_id::text, ','), 0, false
    from changed c join escalations e on e.id = c.escalation_id join numbers n on n.id = c.number_id
    where n.owner_id is not null and c.kind = 'alert' and c.state in ('failed', 'undelivered', 'unknown', 'withheld')
    group by c.escalation_id, e.number_id
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
told as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'not sent', c.id, s.number_id, %(now)s, 1,
        (case when c.reason ->> 'withdrawn' = '{STOPPED}' then 'stopped' else 'unsure' end) || ':' || t.tag, 0, false
    from changed c join staff s on s.id = c.author_id join threads t on t.id = c.thread_id
    where c.kind = 'person' and c.state in ('failed', 'undelivered', 'unknown', 'withheld')
    on conflict (kind, subject) do nothing)"""
