"""Versions of flows: every published one kept for good, and which one is current; drafts beside them, counted downwards.

A draft has a negative version, so that it can never be current and never be taken for a published one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

LOCK = 72702  # an advisory lock of our own: two that publish at once take turns
CONNECT = 2  # seconds
RELEASE = "release"  # who publishes what is shipped

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Edition:
    """One flow as it is to be published: its name, its source, and the digest by which a change is seen."""

    name: str
    source: str
    digest: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a flow as it was published, by whom and why."""

    name: str
    version: int
    source: str
    digest: str
    published_at: datetime
    published_by: str
    note: str | None


@contextmanager
def publishing(database_url: str) -> Iterator[Connection]:
    """A transaction in which nobody else publishes."""
    with _connected(database_url) as connection, connection.transaction():
        hold(connection)
        yield connection


def hold(connection: Connection) -> None:
    """Let nobody else publish until the end of this transaction."""
    connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))


def publish_release(database_url: str, editions: Sequence[Edition], now: datetime) -> tuple[tuple[str, int], ...]:
    """Publish every shipped flow that changed since it was last shipped, all or none; returns names and versions that are new.

    A flow that somebody here has published since is theirs: what is shipped waits until they take it.
    """
    with publishing(database_url) as connection:
        current = current_ones(connection)
        wanted = [edition for edition in editions if is_news(edition, current.get(edition.name))]
        return tuple((edition.name, add_version(connection, edition, now, RELEASE)) for edition in wanted)


def is_news(edition: Edition, current: Version | None) -> bool:
    """Whether a shipped flow takes the place of the current version."""
    return current is None or (current.published_by == RELEASE and edition.digest != current.digest)


def add_version(connection: Connection, edition: Edition, now: datetime, by: str, note: str | None = None) -> int:
    """Make an edition the next version of its flow, and the current one."""
    version = _insert(connection, edition, "greatest(coalesce(max(version), 0), 0) + 1", now, by, note)
    connection.execute(_POINT, (edition.name, version))
    return version


def add_draft(connection: Connection, edition: Edition, now: datetime, by: str) -> int:
    """Keep an edition as the next draft of its flow, which nobody gets unless they are given it."""
    return _insert(connection, edition, "least(coalesce(min(version), 0), 0) - 1", now, by, None)


def _insert(connection: Connection, edition: Edition, number: str, now: datetime, by: str, note: str | None) -> int:
    row = connection.execute(
        f"insert into flow_versions (name, version, source, digest, published_at, published_by, note)"
        f" select %(name)s, {number}, %(source)s, %(digest)s, %(now)s, %(by)s, %(note)s"
        " from flow_versions where name = %(name)s returning version",
        {"name": edition.name, "source": edition.source, "digest": edition.digest, "now": now, "by": by, "note": note},
    ).fetchone()
    return int(row[0]) if row else 0


_POINT = """insert into published (name, version) values (%s, %s)
    on conflict (name) do update set version = excluded.version"""
_COLUMNS = "v.name, v.version, v.source, v.digest, v.published_at, v.published_by, v.note"


def current_ones(connection: Connection) -> Mapping[str, Version]:
    """The version of each flow with which new conversations begin."""
    found = _versions(connection, "join published p on p.name = v.name and p.version = v.version")
    return {one.name: one for one in found}


def versions_of(connection: Connection, name: str | None = None) -> tuple[Version, ...]:
    """Every version of a flow, or of all flows, drafts among them, the newest first."""
    return _versions(connection, "where %(name)s::text is null or v.name = %(name)s", name=name)


def last_of(connection: Connection, by: str) -> Mapping[str, str]:
    """The digest of each flow's last version by this publisher."""
    found = _versions(connection, "where v.published_by = %(by)s and v.version > 0", by=by)
    return {one.name: one.digest for one in reversed(found)}


def _versions(connection: Connection, where: str, **values: object) -> tuple[Version, ...]:
    statement = f"select {_COLUMNS} from flow_versions v {where} order by v.name, v.version desc"
    with connection.cursor(row_factory=class_row(Version)) as cursor:
        return tuple(cursor.execute(statement, values).fetchall())


def sources_of(database_url: str, versions: Mapping[str, int]) -> Mapping[str, str]:
    """The sources of fixed versions by name, on a connection of its own; one that does not exist is left out.

    The caller may be deciding while it holds a connection of a pool, so none is asked for there.
    """
    if not versions:
        return {}
    with _connected(database_url) as connection:
        return {one.name: one.source for one in _versions(connection, _THESE, **_pairs(versions))}


_THESE = "join unnest(%(names)s::text[], %(numbers)s::int[]) as t (name, version) on (t.name, t.version) = (v.name, v.version)"


def _pairs(versions: Mapping[str, int]) -> dict[str, object]:
    return {"names": list(versions), "numbers": list(versions.values())}


def current_versions(database_url: str) -> Mapping[str, int]:
    """The number of each flow's current version."""
    with _connected(database_url) as connection:
        return {name: one.version for name, one in current_ones(connection).items()}


@dataclass(frozen=True, slots=True)
class Shipped:
    """How what is shipped stands to what is published: what publishing would make current, and what is held back."""

    news: tuple[str, ...]
    held_back: tuple[str, ...]  # changed in a release, and not taken: somebody here has published their own


def compare_release(database_url: str, editions: Sequence[Edition]) -> Shipped:
    """What publishing these shipped flows would do, and would not."""
    with _connected(database_url) as connection:
        current, shipped = current_ones(connection), last_of(connection, RELEASE)
    news = tuple(edition.name for edition in editions if is_news(edition, current.get(edition.name)))
    others = [edition for edition in editions if edition.name in current and edition.name not in news]
    held = [e for e in others if e.digest not in (current[e.name].digest, shipped.get(e.name))]
    return Shipped(news, tuple(edition.name for edition in held))


def _connected(database_url: str) -> Connection:
    return psycopg.connect(database_url, autocommit=True, connect_timeout=CONNECT)
