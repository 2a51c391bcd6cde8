"""Members who stand alike have the same days to come, so that one of them is lived through for all.

Two stand alike where every row about them says the same but for who they are: ids, phones, and a plain name's letters
(a name of the same length takes the same room in a text). Whose rhythm is spread by chance is like nobody.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from uuid import UUID

import orjson

from service.forecast.answering import EVERY
from service.forecast.living import Life, World, live_through
from service.store.rows import Member, Number, Outbound, Row, Schedule

WHEN_THEY_CAME = frozenset({"created_at", "consent_at"})  # what decides nothing about the days to come


def foresee(world: World, lives: Iterable[Life]) -> Iterator[Outbound]:
    """Every message to these members until the end; of those who stand alike, each gets the rows of the first."""
    known: dict[Hashable, tuple[Outbound, ...]] = {}
    for place, life in enumerate(lives):
        key = standing_of(world, life, place)
        if key is None:
            yield from live_through(world, life, place)
            continue
        if key not in known:
            known[key] = tuple(live_through(world, life, place))
        yield from known[key]


def standing_of(world: World, life: Life, place: int) -> Hashable | None:
    """How a member stands, without who they are; None where that would not tell their days."""
    if any(schedule.spread for schedule in life.scene.all(Schedule)):
        return None
    ids: dict[UUID, int] = {}
    rows = [_row(row, ids) for found in life.scene.rows.values() for row in found.values()]
    timers = [_row(timer, ids) for timer in sorted(life.timers.values(), key=lambda timer: (timer.due_at, timer.kind))]
    is_for_trying = life.scene.number.number in world.setting.organisation.test_phones
    turn = place % EVERY if world.answering != "none" else 0
    return (*rows, *timers, orjson.dumps(dict(life.scene.facts)), is_for_trying, turn)


def _row(row: Row, ids: dict[UUID, int]) -> Hashable:
    told = (_value(row, name, ids) for name in _names(type(row)))
    return (row.TABLE, *told)


_NAMES: dict[
    type[Row], tuple[str, ...]
] = {}  # a pure function of the class; kept because it is asked for with every row


def _names(kind: type[Row]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind) if field.name not in WHEN_THEY_CAME)
    return _NAMES[kind]


def _value(row: Row, name: str, ids: dict[UUID, int]) -> Hashable:
    value = getattr(row, name)
    if isinstance(value, UUID):  # which of the rows, by the order in which they are first named
        return ids.setdefault(value, len(ids))
    if isinstance(row, Number) and name in ("number", "blind", "version"):
        return None
    if isinstance(row, Member) and name == "name":
        return len(value) if value.isascii() and value.isalpha() else value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if isinstance(value, Mapping) else _plain(value)


def _plain(value: object) -> Hashable:
    return value if isinstance(value, str | int | bool | datetime | None) else repr(value)
