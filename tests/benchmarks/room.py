"""The room on disk that a member, a check-in and an answered text take: tables with their indexes, after the rows are there."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from service.assembly import assemble
from service.inbox import Incoming
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Amount, Ground, Say, settings_of
from tests.benchmarks.people import settle, write_people
from tests.benchmarks.posts import MAIN_NUMBER
from tests.benchmarks.webhook import WORDS

_SIZE = """select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'"""


@dataclass(frozen=True, slots=True)
class Size:
    """Members, each with one check-in and one answer."""

    members: int


SIZES = {"tiny": Size(300), "quick": Size(1000), "long": Size(4000)}


def measure(ground: Ground, amount: Amount, say: Say) -> list[Figure]:
    """Bytes for each, once the tables are tidy."""
    members, settings = SIZES[amount].members, settings_of(ground.fresh("room"))
    peerline = assemble(settings)
    sizes = [_size(settings.database_url)]
    say(f"{members:,} members, a check-in and an answer of each ...")
    phones = write_people(peerline, members)
    sizes.append(_size(settings.database_url))
    peerline.due.run()
    sizes.append(_size(settings.database_url))
    for place, phone in enumerate(phones):
        peerline.inbox.take(Incoming(f"SM{place:032x}", phone, MAIN_NUMBER, WORDS))
    sizes.append(_size(settings.database_url))
    peerline.deliveries.close()
    peerline.pool.close()
    names = ("a member with a schedule", "a check-in and its first text", "a text that comes in, and its answer")
    return [
        Figure("room", name, ((after - before) / members,), "bytes")
        for name, before, after in zip(names, sizes, sizes[1:], strict=False)
    ]


def _size(database_url: str) -> int:
    settle(database_url)
    with psycopg.connect(database_url) as connection:
        row = connection.execute(_SIZE).fetchone()
    return int(row[0]) if row else 0
