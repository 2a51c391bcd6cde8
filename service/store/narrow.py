"""The small read: members whom nobody else concerns just now. Most texts answer a check-in, and most of what is due begins one.

It brings a member's own rows, their specialist, and nothing of other people: no thread, queue entry or alert of theirs is
open, so there is nothing to bring. A decision that turns to other people after all finds that it cannot
(service.store.scene.NotGathered) and is made again on the wide read, service.store.gather. The wide read names fourteen
tables, and PostgreSQL opens each with its indexes before it looks for a row: it takes five times as long (docs/performance.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import psycopg

from service.rules.kinds import UNASKED
from service.store.asking import ask
from service.store.codec import Ring, decode
from service.store.gather import LATELY, PARTS, Wanted
from service.store.marks import QUIET
from service.store.rows import (
    Conversation,
    Escalation,
    Inbound,
    Member,
    Number,
    QueueItem,
    Row,
    Schedule,
    Staff,
    Thread,
    Turn,
)  # fmt: skip
from service.store.scene import Scene, scene_of
from service.store.wire import BINARY, TEXT, wire_ids, wire_text, wire_time

_KINDS: tuple[type[Row], ...] = (Number, Member, Staff, Conversation, Inbound, Schedule, Turn)
_SPOKEN = {"routine": "routine_at", "time-bound": "reminded_at"}  # where the scene keeps when which kind went out


def gather_narrow(connection: psycopg.Connection[Any], wanted: Wanted, now: datetime, keys: Ring) -> tuple[Scene, ...]:
    """The narrow scenes of those wanted who are such members, in one statement; the others are left out."""
    blind = wanted.blind if wanted.newcomer is None else wanted.newcomer.blind
    values = (
        blind, wire_ids(wanted.ids), wire_text(wanted.sid), wire_time(now - PARTS), wire_time(now - LATELY),
    )  # fmt: skip
    found = ask(connection, _STATEMENT, values, _FORMATS)
    rows = [(found.get_value(place, 0) or b"", found.get_value(place, 1) or b"") for place in range(found.ntuples)]
    specialists: dict[str, Row] = {}
    published: Mapping[str, int] = orjson.loads(rows[0][1]) if rows else {}
    return tuple(_scene(orjson.loads(row[0]), published, keys, specialists) for row in rows)


def is_alone(scene: Scene) -> bool:
    """Whether a wide scene is of a member whom nobody else concerned when it was gathered, so that a narrow one would do."""
    return scene.number.owner == "member" and not any(scene.all(kind) for kind in (Thread, Escalation, QueueItem))


def _scene(found: Sequence[Any], published: Mapping[str, int], keys: Ring, specialists: dict[str, Row]) -> Scene:
    *lists, spoken, last_in_at, quiet = found
    rows = [
        _specialist(item, keys, specialists) if kind is Staff else decode(kind, item, keys)
        for kind, items in zip(_KINDS, lists, strict=True)
        for item in items
        if item is not None
    ]
    facts = {"last_in_at": last_in_at, "quiet": quiet, "published": published, **_spoken(spoken)}
    return scene_of(rows[0], rows, facts, narrow=True)  # type: ignore[arg-type]  # the first kind is Number


def _specialist(item: Mapping[str, Any], keys: Ring, known: dict[str, Row]) -> Row:
    """The row of a specialist, opened once for all their members of a statement."""
    if item["id"] not in known:
        known[item["id"]] = decode(Staff, item, keys)
    return known[item["id"]]


def _spoken(entries: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {name: [] for name in _SPOKEN.values()}
    for kind, at in entries:
        facts[_SPOKEN[kind]].append(at)
    return facts


def _list(table: str, where: str, order: str = "") -> str:
    return f"(select coalesce(json_agg(row_to_json(x){order}), '[]') from {table} x where {where})"


# An array has its own indexes for each arm, and a `limit` keeps PostgreSQL from reading a whole table for all at once.
_INBOUND = """x.id = any(array(select i.id from inbound i where i.sid = %(sid)s
    union all (select i.id from inbound i where i.number_id = n.id and i.received_at > %(parts)s
        order by i.received_at desc limit 8)
    union all select i.id from inbound i where i.number_id = n.id and i.state = 'unsettled'))"""
_ALONE = " and ".join(
    f"(select true from {table} x where x.number_id = n.id and {is_open} limit 1) is null"
    for table, is_open in (
        ("threads", "x.closed_at is null"), ("escalations", "x.state <> 'closed'"), ("queue", "x.closed_at is null")
    )
)  # fmt: skip
_VALUES = ("blind", "ids", "sid", "parts", "lately")
_FORMATS = (BINARY, TEXT, TEXT, TEXT, TEXT)
_UNASKED = ", ".join(f"'{kind}'" for kind in UNASKED)
_STATEMENT = re.sub(
    r"%\((\w+)\)s",
    lambda place: f"${_VALUES.index(place[1]) + 1}",
    f"""select json_build_array(
    json_build_array(row_to_json(n)), json_build_array(row_to_json(m)),
    json_build_array((select row_to_json(s) from staff s where s.id = m.specialist_id)),
    {_list("conversations", "x.number_id = n.id and x.state = 'open'")},
    {_list("inbound", _INBOUND, " order by x.received_at, x.id")},
    {_list("schedules", "x.number_id = n.id and x.active")},
    {_list("turns", "x.member_id = m.id")},
    (select coalesce(json_agg(json_build_array(o.kind, o.at) order by o.at), '[]') from outbound o
        where o.number_id = n.id and o.kind in ({_UNASKED}) and o.state not in ('withheld', 'failed') and o.at > %(lately)s),
    (select max(i.received_at) from inbound i where i.number_id = n.id),
    (select exists (select 1 from marks where name = '{QUIET}')))::text,
    (select coalesce(json_object_agg(p.name, p.version), '{{}}') from published p)::text
from numbers n, lateral (select * from members x where x.number_id = n.id limit 1) m
where (n.blind = %(blind)s::bytea or n.id = any(%(ids)s::uuid[])) and n.owner = 'member' and {_ALONE}""",
).encode()
