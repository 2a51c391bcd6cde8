"""What became of messages that were handed over: answers of the provider, its reports, and what stayed uncertain.

A report may come before the answer, twice, or out of order. States have ranks and never go back: handed over, then
delivered, undelivered or failed. A report proves that the provider has the message, whatever we knew until then.
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
from service.store.consequences import CONSEQUENCES
from service.store.rows import Number, Outbound

State = Literal["sent", "queued", "failed", "unsure", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to. `ready_at` is when to try again (queued), `ask_at` when to ask the provider (unsure; machine time).

    `proof_id` is the id of a ledger row, written if the message turns out to have crossed a STOP. `again` counts a second
    handing-over of a message that may have gone already. What was not `begun` was claimed and given back: no try.
    """

    outbound_id: UUID
    claim: UUID
    state: State
    proof_id: UUID
    sid: str | None = None
    code: int | None = None
    ready_at: datetime | None = None
    ask_at: datetime | None = None
    again: bool = False
    begun: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What the provider says of a message: its id there, our word for its state, and an error code if there is one.

    `left` says whether it has let it go; until then it stands in a queue there, or was put off.
    """

    sid: str
    state: Literal["sent", "delivered", "undelivered", "failed"]
    code: int | None = None
    left: bool = True


@dataclass(frozen=True, slots=True)
class Handed:
    """A message that was handed over, or may have been, and its recipient."""

    outbound: Outbound
    number: Number


def note_outcomes(connection: psycopg.Connection[Any], outcomes: Sequence[Outcome], now: datetime) -> frozenset[UUID]:
    """Store what tries came to, in one statement; returns those that were still this claim's to settle.

    What was handed over counts even if the claim was given up meanwhile; anything else only while it is under way.
    """
    document = orjson.dumps(list(outcomes)).decode()  # it reads dataclasses as they are; asdict copies every value
    rows = connection.execute(_NOTE, {"doc": document, "now": now}, prepare=True, binary=False).fetchall()
    return frozenset(row[0] for row in rows)


def note_report(
    connection: psycopg.Connection[Any], outbound_id: UUID, report: Report, proof_id: UUID, now: datetime
) -> bool:
    """Store a report of the provider; returns whether it said something new. A repeat or an older one changes nothing."""
    values = {"id": outbound_id, **asdict(report), "proof_id": proof_id, "now": now}
    return bool(connection.execute(_REPORT, values, prepare=True, binary=False).fetchall())


def stop_numbers(connection: psycopg.Connection[Any], numbers: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Follow the provider, to whom these numbers said stop; each comes with the id of its row in the ledger."""
    document = orjson.dumps([{"number_id": number, "proof_id": proof} for number, proof in numbers]).decode()
    connection.execute(_STOP, {"doc": document, "now": now}, prepare=True, binary=False)


def claim_unsure(
    connection: psycopg.Connection[Any], machine: datetime, lease: timedelta, limit: int, keys: Ring
) -> tuple[Handed, ...]:
    """Messages of which it is time to find out whether the provider has them, those whose claim ran out among them.

    Nobody else is given them until `lease` is over. Safety comes first.
    """
    values = {"machine": machine, "lease": machine + lease, "limit": limit}
    rows = connection.execute(_CLAIM_UNSURE, values, prepare=True, binary=False).fetchall()
    return _handed(rows, keys)


def claim_silent(
    connection: psycopg.Connection[Any], now: datetime, machine: datetime, limit: int, keys: Ring
) -> tuple[Handed, ...]:
    """Messages handed over at least a quarter of an hour and at most a day ago of which no final report came.

    Each is given out once an hour, since some carriers never report.
    """
    values = {
        "from": now - timedelta(days=1), "to": now - timedelta(minutes=15), "machine": machine,
        "lease": machine + timedelta(hours=1), "limit": limit,
    }  # fmt: skip
    rows = connection.execute(_CLAIM_SILENT, values, prepare=True, binary=False).fetchall()
    return _handed(rows, keys)


def claim_slow(
    connection: psycopg.Connection[Any], now: datetime, machine: datetime, limit: int, keys: Ring
) -> tuple[Handed, ...]:
    """Alerts and safety texts handed over at least 20 seconds and at most an hour ago that the provider has not let go, as far as we know.

    Each is given out every 20 seconds: its report may be lost, or the provider may have put it off.
    """
    values = {
        "from": now - timedelta(hours=1), "to": now - timedelta(seconds=20), "machine": machine,
        "lease": machine + timedelta(seconds=20), "limit": limit,
    }  # fmt: skip
    return _handed(connection.execute(_CLAIM_SLOW, values, prepare=True, binary=False).fetchall(), keys)


def number_of(connection: psycopg.Connection[Any], outbound_id: UUID) -> UUID | None:
    """Whose number a message is for."""
    row = connection.execute("select number_id from outbound where id = %s", (outbound_id,)).fetchone()
    return None if row is None else row[0]


def known_sids(connection: psycopg.Connection[Any], sids: Sequence[str]) -> frozenset[str]:
    """Which of the provider's ids belong to messages already."""
    rows = connection.execute("select sid from outbound where sid = any(%s)", (list(sids),)).fetchall()
    return frozenset(row[0] for row in rows)


def _handed(rows: Sequence[Sequence[Any]], keys: Ring) -> tuple[Handed, ...]:
    return tuple(Handed(decode(Outbound, row[0], keys), decode(Number, row[1], keys)) for row in rows)


# A send begins when its claim commits, so one message may cross a STOP; it is in the ledger then (DESIGN.md, promise 3).
_CROSSED = """crossed as (insert into consent_ledger (id, number_id, at, what, how, wording, language)
    select c.proof_id, c.number_id, %(now)s, 'crossed', 'provider', '', c.language
    from changed c join numbers n on n.id = c.number_id
    where c.was not in ('sent', 'delivered', 'undelivered') and c.state in ('sent', 'delivered', 'undelivered')
      and n.consent = 'stopped' and c.kind <> 'consent' on conflict do nothing)"""

_OPEN = "o.state in ('sending', 'unsure')"
_NOTE = f"""with r as (select * from jsonb_to_recordset(%(doc)s::jsonb) as r(outbound_id uuid, claim uuid, state text,
    proof_id uuid, sid text, code bigint, ready_at timestamptz, ask_at timestamptz, again boolean, begun boolean)),
old as materialized (select o.id, o.state from outbound o join r on r.outbound_id = o.id for update of o),
changed as (update outbound o set
    state = case when r.state = 'sent' and old.state in ('sending', 'unsure', 'queued', 'unknown') then 'sent'
                 when old.state in ('sending', 'unsure') then r.state else o.state end,
    sid = coalesce(o.sid, r.sid), error_code = coalesce(r.code, o.error_code),
    sent_at = case when r.state = 'sent' then coalesce(o.sent_at, %(now)s) else o.sent_at end,
    ready_at = coalesce(r.ready_at, o.ready_at), lease_until = r.ask_at, copies = o.copies + r.again::int,
    attempts = o.attempts - (not r.begun)::int,
    final_at = case when r.state in ('failed', 'unknown') then %(now)s else o.final_at end
  from r join old on old.id = r.outbound_id where o.id = r.outbound_id and o.claim = r.claim
    and (r.state = 'sent' or old.state in ('sending', 'unsure')) returning o.*, old.state as was, r.proof_id),
{_CROSSED},
{CONSEQUENCES}
select id from changed"""

_REPORT = f"""with old as materialized (select id, state from outbound where id = %(id)s for update),
changed as (update outbound o set state = %(state)s, sid = coalesce(o.sid, %(sid)s),
    error_code = coalesce(%(code)s::bigint, o.error_code), sent_at = coalesce(o.sent_at, %(now)s), lease_until = null,
    final_at = case when %(state)s <> 'sent' then %(now)s end,
    left_at = case when o.lane = 0 and %(left)s then coalesce(o.left_at, %(now)s) else o.left_at end
  from old where o.id = old.id and (old.state not in ('sent', 'delivered', 'undelivered', 'failed')
    or (old.state = 'sent' and (%(state)s <> 'sent' or (o.lane = 0 and o.left_at is null and %(left)s))))
  returning o.*, old.state as was, %(proof_id)s::uuid as proof_id),
{_CROSSED},
{CONSEQUENCES}
select id from changed"""

_STOP = """with r as (select * from jsonb_to_recordset(%(doc)s::jsonb) as r(number_id uuid, proof_id uuid)),
changed as (update numbers n set consent = 'stopped', consent_at = %(now)s, version = n.version + 1
  from r where n.id = r.number_id and n.consent not in ('stopped', 'wrong') returning n.id, r.proof_id)
insert into consent_ledger (id, number_id, at, what, how, wording, language)
select proof_id, id, %(now)s, 'stopped', 'provider', '', 'en' from changed on conflict do nothing"""

_CLAIM_UNSURE = f"""with due as materialized (select o.id from outbound o
    where {_OPEN} and o.lease_until <= %(machine)s order by o.lane, o.seq limit %(limit)s for update skip locked)
update outbound o set state = 'unsure', lease_until = %(lease)s from due, numbers n
where o.id = due.id and n.id = o.number_id returning row_to_json(o), row_to_json(n)"""

_CLAIM_SILENT = """with due as materialized (select o.id from outbound o
    where o.state = 'sent' and o.sent_at between %(from)s and %(to)s and o.sid is not null
      and (o.lease_until is null or o.lease_until <= %(machine)s) order by o.sent_at limit %(limit)s for update skip locked)
update outbound o set lease_until = %(lease)s from due, numbers n
where o.id = due.id and n.id = o.number_id returning row_to_json(o), row_to_json(n)"""

_CLAIM_SLOW = """with due as materialized (select o.id from outbound o
    where o.lane = 0 and o.left_at is null and o.state = 'sent' and o.sent_at between %(from)s and %(to)s and o.sid is not null
      and (o.lease_until is null or o.lease_until <= %(machine)s) order by o.sent_at limit %(limit)s for update skip locked)
update outbound o set lease_until = %(lease)s from due, numbers n
where o.id = due.id and n.id = o.number_id returning row_to_json(o), row_to_json(n)"""
