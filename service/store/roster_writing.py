"""The people of a file as they stand in the database: a scene for each number, and who of staff has a number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg

from service.store.codec import Finder, decode
from service.store.gather import Wanted, gather
from service.store.rows import Number, Staff
from service.store.scene import Scene, scene_of


def scenes_of(
    connection: psycopg.Connection[Any],
    phones: Collection[str],
    now: datetime,
    keys: Finder,
    new_id: Callable[[], UUID],
) -> dict[str, Scene]:
    """The scene of every number by its E.164 form; one that nobody ever wrote from begins here, with version 0."""
    blinds = [keys.blind(phone) for phone in phones]
    ids = connection.execute("select id from numbers where blind = any(%s::bytea[])", (blinds,)).fetchall()
    found = gather(connection, Wanted(ids=tuple(row[0] for row in ids)), now, keys)
    known = {scene.number.number: scene for scene in found}
    return {
        phone: known.get(phone) or scene_of(Number(new_id(), keys.blind(phone), phone, now))
        for phone in dict.fromkeys(phones)
    }


def staff_at(connection: psycopg.Connection[Any], phones: Collection[str], keys: Finder) -> Mapping[str, Staff]:
    """The members of staff who have these numbers, by number."""
    by_blind = {keys.blind(phone): phone for phone in phones}
    rows = connection.execute(_STAFF, (list(by_blind),)).fetchall()
    return {by_blind[bytes(blind)]: decode(Staff, orjson.loads(row), keys) for blind, row in rows}


def published_flows(connection: psycopg.Connection[Any]) -> Mapping[str, int]:
    """The flows with which conversations can begin, each with its version."""
    return dict(connection.execute("select name, version from published").fetchall())


_STAFF = """select n.blind, row_to_json(s)::text from numbers n join staff s on s.number_id = n.id
    where n.blind = any(%s::bytea[])"""
