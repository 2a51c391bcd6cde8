"""Claiming what is to be sent: at most one message for each recipient, decided under the lock of the recipient's row.

A claim is one short transaction: take our sender's row (its rate is shared by all workers), lock the recipients of the first
messages that are ready, read them as they are now, and mark each as being sent or as withheld. No transaction is open while
the provider is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg

from service.rules.kinds import UNASKED
from service.store.codec import Ring, decode
from service.store.consequences import CONSEQUENCES
from service.store.rows import Member, Number, Outbound


@dataclass(frozen=True, slots=True)
class Sender:
    """One of our numbers: until when its rate is used up, and until when routine texts wait (machine time); its segments of a day.

    `day` and `told_day` are dates of the organisation's zone: whose segments these are, and when the cap was last told of.
    """

    free_at: datetime
    held_until: datetime | None
    day: str | None = None
    segments: int = 0
    told_day: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is ready, its recipient as they are now, and the member they are, read where nobody asked for it.

    Of an alert also the state of its escalation, and whether this phone was told of it anew meanwhile.
    """

    outbound: Outbound
    number: Number
    member: Member | None
    escalation: str | None = None
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a claim makes of one message: it is being sent, or withheld for a reason."""

    outbound_id: UUID
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: its id, both clocks, and until when (machine time) nobody else may settle what it took."""

    claim_id: UUID
    now: datetime
    machine: datetime
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Why one of our numbers is held, and until when (machine time)."""

    number: str
    until: datetime
    code: int
    machine: datetime
    now: datetime


def lock_sender(connection: psycopg.Connection[Any], number: str, machine: datetime) -> Sender:
    """Our number's row, locked until the transaction ends, so that claims follow one another."""
    row = connection.execute(_SENDER, (number,), prepare=True).fetchone()
    if row is None:
        connection.execute(
            "insert into senders (number, free_at) values (%s, %s) on conflict do nothing", (number, machine)
        )
        row = connection.execute(_SENDER, (number,), prepare=True).fetchone()
    if row is None:  # inserted just now; nothing deletes it
        raise LookupError("our own number has no row")
    return Sender(*row[:5])


def use_sender(connection: psycopg.Connection[Any], number: str, free_at: datetime, day: str, segments: int) -> None:
    """Note until when the rate of our number is used up, and how many segments it has sent on a day."""
    connection.execute(
        "update senders set free_at = %s, day = %s, segments = %s where number = %s", (free_at, day, segments, number)
    )


def give_back(connection: psycopg.Connection[Any], number: str, day: str, segments: int) -> None:
    """Take segments that the provider refused off what our number has sent on a day, unless another day has begun."""
    connection.execute(
        "update senders set segments = greatest(0, segments - %s) where number = %s and day = %s",
        (segments, number, day),
    )


def tell_of_cap(connection: psycopg.Connection[Any], number: str, day: str, now: datetime) -> None:
    """Have every coordinator told, once a day, that the segments of the day are used up."""
    connection.execute("update senders set told_day = %s where number = %s", (day, number))
    connection.execute(
        "insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)"
        " select 'spend cap', s.id, s.number_id, %s, 1, %s, 0, false from staff s where s.role = 'coordinator' and s.active"
        " on conflict (kind, subject) do nothing",
        (now, day),
    )


def hold_sender(connection: psycopg.Connection[Any], hold: Hold) -> None:
    """Let routine texts wait: the provider refuses the whole account. Where that is new, every coordinator's queue has it.

    Where there is no coordinator it is the supervisors'. No text is sent: the provider would not take it.
    """
    connection.execute(_HOLD, asdict(hold))


def held_code(connection: psycopg.Connection[Any], machine: datetime) -> int | None:
    """The code with which the provider refuses the whole account just now, or None."""
    row = connection.execute("select held_code from senders where held_until > %s limit 1", (machine,)).fetchone()
    return None if row is None else row[0]


def lock_waiting(
    connection: psycopg.Connection[Any],
    clocks: tuple[datetime, datetime],
    limit: int,
    keys: Ring,
    lanes: int,
    since: datetime | None = None,
) -> tuple[Waiting, ...]:
    """The first ready message of up to `limit` recipients with nothing in flight, safety first, their rows locked.

    `clocks` are now and machine time. Only lanes below `lanes` are looked at. A recipient whose row somebody else holds is
    left for the next look. Alerts and safety texts pass by what has been in flight for too long (PATIENCE). With `since`
    this database may lack what happened from then on: alerts and safety texts go, which may go twice, and what was written
    later, but nothing that nobody asked for.
    """
    now, machine = clocks
    values = {"now": now, "patience": machine - PATIENCE, "limit": limit, "lanes": lanes, "since": since}
    rows = connection.execute(_LOCK, values, prepare=True, binary=False).fetchall()
    return tuple(_waiting(row, keys) for row in sorted(rows, key=lambda row: (row[0], row[1])))


def mark(connection: psycopg.Connection[Any], marks: Sequence[Mark], claim: Claim) -> frozenset[UUID]:
    """Mark messages as being sent or withheld, with what follows from withholding; returns those that are now being sent.

    A message that is no longer queued, or whose recipient has another in flight by now, stays as it is.
    """
    found = [{"id": item.outbound_id, "held": item.held} for item in marks]
    values = {
        "doc": orjson.dumps(found).decode(), "claim_id": claim.claim_id, "now": claim.now, "machine": claim.machine,
        "lease_until": claim.lease_until, "soon": claim.machine + PATIENCE, "patience": claim.machine - PATIENCE,
    }  # fmt: skip
    rows = connection.execute(_MARK, values, prepare=True, binary=False).fetchall()
    return frozenset(row[0] for row in rows)


def _waiting(row: Sequence[Any], keys: Ring) -> Waiting:
    outbound, number = decode(Outbound, row[2], keys), decode(Number, row[3], keys)
    return Waiting(outbound, number, None if row[4] is None else decode(Member, row[4], keys), row[5], row[6])


# A worker that is frozen while it holds the lock must not hold up everybody: the server ends its transaction.
# And the plan of the read that follows is made for its small limit: a plan for any limit reads the whole queue. Making it
# takes a millisecond, so the read itself sees to it that what comes after it has plans that are kept.
_SENDER = """select free_at, held_until, day, coalesce(segments, 0), told_day,
    set_config('idle_in_transaction_session_timeout', '1s', true), set_config('plan_cache_mode', 'force_custom_plan', true)
from senders where number = %s for update"""

# What was held within the last ten minutes is the same trouble still, of which people know.
_HOLD = """with old as materialized (select s.held_until from senders s where s.number = %(number)s for update),
changed as (insert into senders (number, free_at, held_until, held_code) values (%(number)s, %(machine)s, %(until)s, %(code)s)
    on conflict (number) do update set held_until = greatest(senders.held_until, excluded.held_until), held_code = excluded.held_code)
insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)
select 'account refused', s.id, s.number_id, %(now)s, 0, %(code)s::text, 0, false from staff s
where s.active and s.role = case when exists (select 1 from staff c where c.active and c.role = 'coordinator')
    then 'coordinator' else 'supervisor' end
  and not exists (select 1 from old where old.held_until > %(machine)s::timestamptz - interval '10 minutes')
on conflict (kind, subject) do nothing"""

# One message of a recipient is under way at a time. Alerts and safety texts do not wait for one that seems to be in nobody's
# hands any more: a dead worker's is settled when its lease is over, an uncertain one when the provider tells (decision 13).
_SAFETY = "({0}.kind in ('alert', 'safety') or ({0}.kind = 'staff' and {0}.lane = 0))"
_IN_FLIGHT = f"""exists (select 1 from outbound e where e.number_id = o.number_id and e.state in ('sending', 'unsure')
        and not ({_SAFETY.format("o")} and e.claimed_at <= %(patience)s))"""
# Nor is their own first try waited for any longer: they may go twice, and then go again at once.
PATIENCE = timedelta(seconds=5)  # machine time; requests take less than one second, as a rule
# What may go while this database may lack what happened since a moment.
_CAREFUL = "(%(since)s::timestamptz is null or {0}.kind in ('alert', 'safety') or (({0}.lane = 1 or {0}.kind = 'staff') and {0}.at > %(since)s::timestamptz))"
_UNASKED = "(" + ", ".join(f"'{kind}'" for kind in UNASKED) + ")"
# A later alert of the same escalation to the same phone, unless nothing came of it.
_ANEW = """exists (select 1 from outbound l where l.number_id = o.number_id and l.at >= o.at and l.seq > o.seq and l.kind = 'alert'
        and l.escalation_id = o.escalation_id and l.state in ('queued', 'sending', 'unsure', 'sent', 'delivered'))"""
_LOCK = f"""with free as materialized (
    select o.id, o.number_id from outbound o
    where o.state = 'queued' and o.ready_at <= %(now)s and o.lane < %(lanes)s and not {_IN_FLIGHT}
      and {_CAREFUL.format("o")}
      and not exists (select 1 from outbound e where e.number_id = o.number_id and e.state = 'queued'
          and e.ready_at <= %(now)s and (e.lane, e.seq) < (o.lane, o.seq) and {_CAREFUL.format("e")})
    order by o.lane, o.seq limit %(limit)s)
select o.lane, o.seq, row_to_json(o), row_to_json(n),
    (select row_to_json(m) from members m where m.number_id = n.id and o.kind in {_UNASKED}),
    case when o.kind = 'alert' then (select s.state from escalations s where s.id = o.escalation_id) end,
    o.kind = 'alert' and {_ANEW},
    (select set_config('plan_cache_mode', 'force_generic_plan', true))
from free join numbers n on n.id = free.number_id join outbound o on o.id = free.id
order by n.id for update of n skip locked"""

_MARK = f"""with r as (select * from jsonb_to_recordset(%(doc)s::jsonb) as r(id uuid, held text)),
changed as (update outbound o set
    state = case when r.held is null then 'sending' else 'withheld' end,
    reason = case when r.held is null then o.reason else o.reason || jsonb_build_object('withdrawn', r.held) end,
    claim = %(claim_id)s, claimed_at = case when r.held is null then %(machine)s else o.claimed_at end,
    lease_until = case when r.held is not null then null
        when o.kind in ('alert', 'safety') and o.copies = 0 then %(soon)s::timestamptz else %(lease_until)s end,
    attempts = o.attempts + (r.held is null)::int,
    final_at = case when r.held is not null then %(now)s end
  from r where o.id = r.id and o.state = 'queued' and not {_IN_FLIGHT} returning o.*),
{CONSEQUENCES}
select id from changed where state = 'sending'"""
