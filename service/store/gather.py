"""The one read: everything a decision about a number may need, in one statement.

For a member: the person, their conversation, schedules, threads, what waits, open escalations and the staff who might be
told. For a member of staff: the threads on their phone, the escalations they were told of, and the members of both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg

from service.store.asking import ask
from service.store.codec import Ring, decode
from service.store.marks import QUIET
from service.store.rows import (
    Call,
    Conversation,
    Escalation,
    Held,
    Inbound,
    Member,
    Number,
    Page,
    QueueItem,
    Row,
    Schedule,
    Staff,
    Thread,
    Turn,
)  # fmt: skip
from service.store.scene import Scene, scene_of
from service.store.wire import BINARY, TEXT, wire_ids, wire_text, wire_time

Seen = dict[tuple[str, Any], Row]
PARTS = timedelta(minutes=2)  # texts that come within this are read as one (FLOW-LANGUAGE.md, RISK-LEXICON.md 11.2)
OVERLAP = timedelta(minutes=10)  # how long a closed thread still makes an untagged reply ambiguous (DESIGN.md, relay)
REST = timedelta(days=7)  # how long a tag rests on a phone before it is used again (DESIGN.md, relay)
LATELY = timedelta(days=8)  # what caps count: their today and the six days before, whatever clocks do meanwhile

_KINDS: dict[str, type[Row]] = {
    "numbers": Number, "members": Member, "staff": Staff, "inbound": Inbound, "conversations": Conversation,
    "turns": Turn, "threads": Thread, "queue": QueueItem, "held": Held, "escalations": Escalation, "pages": Page,
    "schedules": Schedule, "calls": Call,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose scene: numbers by id, or one by its blind index together with the provider's id of the message in hand.

    `newcomer` is the row that a number gets if it never wrote before; its scene has the staff who might be told. Where it
    is left out, only a number that did is found by `blind`.
    """

    ids: tuple[UUID, ...] = ()
    newcomer: Number | None = None
    sid: str = ""
    blind: bytes | None = None


def gather(connection: psycopg.Connection[Any], wanted: Wanted, now: datetime, keys: Ring) -> tuple[Scene, ...]:
    """The scenes of the numbers that exist, and of the newcomer, in one statement."""
    newcomer = wanted.newcomer
    values = {
        "blind": wanted.blind if newcomer is None else newcomer.blind, "newcomer": None if newcomer is None else newcomer.id.bytes,
        "ids": wire_ids(wanted.ids), "sid": wire_text(wanted.sid), "parts": wire_time(now - PARTS),
        "overlap": wire_time(now - OVERLAP), "rest": wire_time(now - REST), "lately": wire_time(now - LATELY),
    }  # fmt: skip
    found = ask(connection, _STATEMENT, [values[name] for name in _VALUES], tuple(_VALUES.values()))
    seen: Seen = {}
    return tuple(
        _scene(
            UUID((found.get_value(place, 0) or b"").decode()),
            orjson.loads(found.get_value(place, 1) or b""),
            newcomer,
            keys,
            seen,
        )
        for place in range(found.ntuples)
    )


def _scene(
    me: UUID, found: Mapping[str, Sequence[Mapping[str, Any]]], newcomer: Number | None, keys: Ring, seen: Seen
) -> Scene:
    rows: list[Row] = [newcomer] if newcomer is not None and newcomer.id == me else []
    for name, kind in _KINDS.items():
        rows += [_read(name, kind, item, keys, seen) for item in found[name] or ()]
    number = next(row for row in rows if isinstance(row, Number) and row.id == me)
    facts = {name: value for name, value in found.items() if name not in _KINDS}
    return scene_of(number, rows, facts)


def _read(name: str, kind: type[Row], item: Mapping[str, Any], keys: Ring, seen: Seen) -> Row:
    """One row, opened once for all scenes of a statement: the same few of staff stand in every one."""
    place = (name, item.get("id"))
    if place[1] is None:  # known by other columns
        return decode(kind, item, keys)
    if place not in seen:
        seen[place] = decode(kind, item, keys)
    return seen[place]


def _rows(table: str, where: str, order: str = "") -> str:
    ordering = f" order by {order}" if order else ""
    return f"'{table}', (select coalesce(json_agg(row_to_json(x){ordering}), '[]') from {table} x where {where})"


# The people around a number, step by step: threads and escalations first, then members, then staff, then their numbers.
_THREADS = """lateral (select coalesce(array_agg(t.id), '{}') as ids, coalesce(array_agg(t.member_id), '{}') as members,
    coalesce(array_agg(t.number_id), '{}') as numbers, coalesce(array_agg(t.staff_id), '{}') as staff from threads t
    where (t.number_id = me.id and t.closed_at is null)
       or (t.staff_number_id = me.id and (t.closed_at is null or t.closed_at > %(overlap)s))) th"""
_ESCALATIONS = """lateral (select coalesce(array_agg(e.id), '{}') as ids, coalesce(array_agg(e.member_id), '{}') as members,
    coalesce(array_agg(e.number_id), '{}') as numbers, coalesce(array_agg(e.inbound_id), '{}') as inbound
    from escalations e where e.state <> 'closed' and (e.number_id = me.id or (me.owner = 'staff' and e.id in
        (select p.escalation_id from pages p where p.staff_number_id = me.id)))) es"""
_MEMBERS = """lateral (select coalesce(array_agg(m.id), '{}') as ids, coalesce(array_agg(m.specialist_id), '{}') as staff
    from members m where m.number_id = me.id or m.id = any(th.members || es.members)) mb"""
# Each arm of the unions has an index of its own; an OR of them would read whole tables.
_STAFF = """lateral (select coalesce(array_agg(s.id), '{}') as ids, coalesce(array_agg(s.number_id), '{}') as numbers
    from staff s where s.id = any(array(
        select m.id from staff m where m.number_id = me.id
        union all select r.id from staff r where r.role in ('supervisor', 'coordinator') and r.active
        union all select unnest(mb.staff || th.staff)
        union all select b.backup_id from staff b where b.id = any(mb.staff)
        union all select b.backup_id from staff b where b.number_id = me.id
        union all select p.staff_id from pages p where p.escalation_id = any(es.ids)
        union all (select a.id from staff a where a.active and (me.owner is null
            or exists (select 1 from staff v where v.number_id = me.id and v.role = 'supervisor')) limit 200)))) st"""
_NUMBERS = "n.id = me.id or n.id = any(th.numbers || es.numbers || st.numbers)"

# The message in hand, the last few of two minutes, what could not be settled, and what people wait for or were asked about.
_INBOUND = """select i.id from inbound i where i.sid = %(sid)s
    union all (select i.id from inbound i where i.number_id = me.id and i.received_at > %(parts)s
        order by i.received_at desc limit 8)
    union all select i.id from inbound i where i.number_id = me.id and i.state = 'unsettled'
    union all select unnest(es.inbound)
    union all select h.inbound_id from held h where h.staff_number_id = me.id and h.settled_at is null
    union all select q.inbound_id from queue q where q.closed_at is null and q.number_id = any(es.numbers || me.id)"""

_DOCUMENT = ",\n".join([
    f"'numbers', (select json_agg(row_to_json(n)) from numbers n where {_NUMBERS})",
    _rows("members", "x.id = any(mb.ids)"),
    _rows("staff", "x.id = any(st.ids)", "x.created_at, x.id"),
    _rows("inbound", f"x.id = any(array({_INBOUND}))", "x.received_at, x.id"),
    _rows("conversations", "x.number_id = me.id and x.state = 'open'"),
    # An array again: a plan from when the table was empty joined, and read every turn of everybody for each member.
    _rows("turns", "x.member_id = any(array(select m.id from members m where m.number_id = me.id))"),
    _rows("threads", "x.id = any(th.ids)", "x.opened_at, x.id"),
    _rows("queue", "x.closed_at is null and x.number_id = any(th.numbers || es.numbers || me.id)", "x.since, x.id"),
    _rows("held", "x.staff_number_id = me.id and x.settled_at is null", "x.held_at, x.id"),
    _rows("escalations", "x.id = any(es.ids)", "x.raised_at, x.id"),
    _rows("pages", "x.escalation_id = any(es.ids)", "x.told_at, x.staff_id"),
    _rows("schedules", "x.number_id = me.id and x.active"),
    _rows("calls", "x.escalation_id is not null and x.escalation_id = any(es.ids)", "x.at, x.id"),
    ("'refused', (select coalesce(json_agg(json_build_array(o.number_id, o.error_code) order by o.final_at), '[]')"
    " from outbound o where o.escalation_id is not null and o.escalation_id = any(es.ids) and o.error_code is not null and o.kind = 'alert'"
    " and o.state in ('failed', 'undelivered'))"),
    ("'tags', (select coalesce(json_agg(json_build_array(t.staff_number_id, t.tag)), '[]') from threads t"
    " where t.staff_number_id = any(st.numbers) and (t.closed_at is null or t.closed_at > %(rest)s))"),
    ("'routine_at', (select coalesce(json_agg(o.at order by o.at), '[]') from outbound o where o.number_id = me.id"
    " and o.kind = 'routine' and o.state not in ('withheld', 'failed') and o.at > %(lately)s)"),
    f"'quiet', (select exists (select 1 from marks where name = '{QUIET}'))",
    ("'reminded_at', (select coalesce(json_agg(o.at order by o.at), '[]') from outbound o where o.number_id = me.id"
    " and o.kind = 'time-bound' and o.state not in ('withheld', 'failed') and o.at > %(lately)s)"),
    "'last_in_at', (select max(i.received_at) from inbound i where i.number_id = me.id)",
    "'running', (select coalesce(max(e.running), 0) from escalations e)",
    "'published', (select coalesce(json_object_agg(p.name, p.version), '{}') from published p)",
])  # fmt: skip

# Whoever never wrote before stands beside the rows that exist, so that a stranger's scene takes one statement too.
_ME = """with me as materialized (
    select n.id, n.owner from numbers n where n.blind = %(blind)s::bytea or n.id = any(%(ids)s::uuid[])
    union all select %(newcomer)s::uuid, null::text where %(newcomer)s::uuid is not null
        and not exists (select 1 from numbers n where n.blind = %(blind)s::bytea))"""

_VALUES = {
    "blind": BINARY, "newcomer": BINARY, "ids": TEXT, "sid": TEXT, "parts": TEXT, "overlap": TEXT, "rest": TEXT, "lately": TEXT,
}  # fmt: skip
_PLACES = {name: place for place, name in enumerate(_VALUES, 1)}
_STATEMENT = re.sub(
    r"%\((\w+)\)s",
    lambda place: f"${_PLACES[place[1]]}",
    f"""{_ME}
select me.id, json_build_object({_DOCUMENT})::text from me,
{_THREADS},
{_ESCALATIONS},
{_MEMBERS},
{_STAFF}""",
).encode()
