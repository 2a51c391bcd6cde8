"""Which open conversations are on which versions of flows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import psycopg

from service.store.codec import Finder
from service.store.reading import Reader
from service.store.rows import Conversation


def conversations_with(
    connection: psycopg.Connection[Any], keys: Finder, flows: Collection[str]
) -> tuple[Conversation, ...]:
    """The open conversations that can come to one of these flows, in the order of their numbers' ids."""
    where = "x.state = 'open' and jsonb_exists_any(x.versions, %(flows)s::text[]) order by x.number_id"
    return Reader(connection, keys).rows(Conversation, where, flows=list(flows))


def begun_by_schedules(connection: psycopg.Connection[Any]) -> frozenset[tuple[str, bool]]:
    """The flows that members' schedules begin, each with whether such a schedule hangs on a date."""
    rows = connection.execute("select distinct flow, date_id is not null from schedules where active").fetchall()
    return frozenset((flow, dated) for flow, dated in rows)


def people_on(connection: psycopg.Connection[Any]) -> Mapping[tuple[str, int], int]:
    """How many open conversations hold each version of each flow: those that are in it, and those that can come to it."""
    rows = connection.execute(_COUNT).fetchall()
    return {(name, version): people for name, version, people in rows}


_COUNT = """select v.key, v.value::int, count(*)::int from conversations c, jsonb_each_text(c.versions) v
    where c.state = 'open' group by v.key, v.value"""
