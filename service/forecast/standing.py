"""Members as they stand in the database now, each with what is set to come; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from service.forecast.living import Key, Life
from service.store.codec import Finder
from service.store.gather import Wanted, gather
from service.store.reading import Reader
from service.store.rows import Timer

BATCH = 200  # members in one read


def standing(
    connection: psycopg.Connection[Any], keys: Finder, kinds: Collection[str], now: datetime
) -> Iterator[Life]:
    """Everybody for whom a timer of these kinds is set, in the order of their numbers' ids."""
    timers = _timers(connection, keys, kinds)
    numbers = sorted(timers)
    for at in range(0, len(numbers), BATCH):
        for scene in gather(connection, Wanted(ids=tuple(numbers[at : at + BATCH])), now, keys):
            yield Life(scene, timers[scene.number.id])


def _timers(
    connection: psycopg.Connection[Any], keys: Finder, kinds: Collection[str]
) -> Mapping[UUID, Mapping[Key, Timer]]:
    found: dict[UUID, dict[Key, Timer]] = defaultdict(dict)
    for timer in Reader(connection, keys).rows(Timer, "not x.aside and x.kind = any(%(kinds)s)", kinds=list(kinds)):
        found[timer.number_id][timer.key] = timer
    return found
