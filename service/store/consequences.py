"""What follows when a message does not arrive, in the same statement that notes it.

A statement that changes messages has them as `changed` (whole rows, new values) and the parameter `now`. An alert that did
not reach staff makes the ladder climb at once, and so do words about an alert that did not reach whoever took it, and so does one that is refused for now again and again; a person's own words that did not go, or of which nobody knows, are told to
whoever wrote them; a safety text that did not arrive is told to those who were told of its alert; and an error of the provider
may say something about the number. All are timers, so that they are decided like everything else that is due.
"""

from __future__ import annotations

STOPPED = "they said stop"  # why a message was withheld from a number that takes none
# Why an alert was withheld although nobody's phone failed: the ladder has no reason to climb.
TAKEN = "the alert was taken, passed on or closed before it went"
ANEW = "this phone was told of the alert anew before it went"
# The rule of what a taker is told where words were filtered; is it too, others are told.
UNSENT = "told: alert_words_unsent"
OFTEN = 5  # tries of an alert that were refused for now, a quarter of a minute, after which others are told as well

# The phone did not answer (Twilio's error page): three in a row are worth a person's look, which is what `silent` finds out.
PHONE_OFF = 30003
_SILENT = f"""(c.error_code = {PHONE_OFF} and (select count(*) filter (where p.error_code = {PHONE_OFF} and p.place < 3) = 2
    and count(*) filter (where p.error_code = {PHONE_OFF} and p.place = 3) = 0 from (
        select l.error_code, row_number() over (order by l.at desc) as place from (
            select e.error_code, e.at from outbound e where e.number_id = c.number_id and e.id <> c.id
              and e.state in ('delivered', 'undelivered', 'failed') order by e.at desc limit 3) l) p))"""

# The fence of `page failed` is who could not be told; that of `not sent` why, the tag of the thread, and the
# provider's code if it refused the words; that of `safety
# unsent` what became of it; that of `not reached` the provider's code, and whether it is the third in a row of a phone that is off.
CONSEQUENCES = f"""climb as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'page failed', c.escalation_id, e.number_id, %(now)s, 0, string_agg(n.owner_id::text, ','), 0, false
    from changed c join escalations e on e.id = c.escalation_id join numbers n on n.id = c.number_id
    where n.owner_id is not null and c.kind = 'alert' and c.state in ('failed', 'undelivered', 'unknown', 'withheld')
      and coalesce(c.reason ->> 'withdrawn', '') not in ('{TAKEN}', '{ANEW}')
    group by c.escalation_id, e.number_id
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
slow as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'page late', c.escalation_id, e.number_id, %(now)s, 0, string_agg(n.owner_id::text, ','), 0, false
    from changed c join escalations e on e.id = c.escalation_id join numbers n on n.id = c.number_id
    where n.owner_id is not null and c.kind = 'alert' and c.state = 'queued' and c.attempts = {OFTEN} and e.state = 'open'
    group by c.escalation_id, e.number_id
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
words as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'words unreached', c.escalation_id, e.number_id, %(now)s, 0, string_agg(n.owner_id || ':' ||
        case when c.reason ->> 'rule' = '{UNSENT}' then 0 else coalesce(c.error_code, 0) end, ','), 0, false
    from changed c join escalations e on e.id = c.escalation_id join numbers n on n.id = c.number_id
    where n.owner_id is not null and c.kind = 'staff' and c.state in ('failed', 'undelivered', 'unknown', 'withheld')
      and e.state = 'taken'
    group by c.escalation_id, e.number_id
    on conflict (kind, subject) do update set due_at = excluded.due_at, fence = timers.fence || ',' || excluded.fence),
told as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'not sent', c.id, s.number_id, %(now)s, 1,
        (case when c.reason ->> 'withdrawn' = '{STOPPED}' then 'stopped' else 'unsure' end) || ':' || t.tag
        || (case when c.state in ('failed', 'undelivered') then coalesce(':' || c.error_code, '') else '' end), 0, false
    from changed c join staff s on s.id = c.author_id join threads t on t.id = c.thread_id
    where c.kind = 'person' and c.state in ('failed', 'undelivered', 'unknown', 'withheld')
    on conflict (kind, subject) do nothing),
unsent as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'safety unsent', c.id, c.number_id, %(now)s, 0, c.state, 0, false from changed c
    where c.kind = 'safety' and c.state in ('failed', 'undelivered', 'unknown') and c.late_at is null
    on conflict (kind, subject) do nothing),
unreached as (insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
    select 'not reached', c.id, c.number_id, %(now)s, 1, c.error_code || ':' || {_SILENT}, 0, false from changed c
    where c.kind <> 'alert' and c.state in ('failed', 'undelivered') and c.error_code > 0
    on conflict (kind, subject) do nothing)"""
