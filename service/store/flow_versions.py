"""Published flows: every version kept for good, and which one is current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, create_engine, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.pool import NullPool

from service.store.migrations import sqlalchemy_url
from service.store.tables import flow_versions, published

LOCK = 72702  # an advisory lock of our own: two that publish at once take turns
CONNECT = 2  # seconds


@dataclass(frozen=True, slots=True)
class Edition:
    """One flow as it is to be published: its name, its source, and the digest by which a change is seen."""

    name: str
    source: str
    digest: str


def publish(database_url: str, editions: Sequence[Edition], now: datetime, by: str) -> tuple[tuple[str, int], ...]:
    """Make every edition that differs from the current version of its flow the next version, all or none of them.

    Returns the names and versions that are new. A version that exists is never written again.
    """
    with _engine(database_url).begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        current = _current_digests(connection)
        changed = [edition for edition in editions if current.get(edition.name) != edition.digest]
        return tuple((edition.name, _add(connection, edition, now, by)) for edition in changed)


def _current_digests(connection: Connection) -> Mapping[str, str]:
    joined = flow_versions.join(
        published,
        (published.c.name == flow_versions.c.name) & (published.c.version == flow_versions.c.version),
    )
    rows = connection.execute(select(flow_versions.c.name, flow_versions.c.digest).select_from(joined))
    return {name: digest for name, digest in rows}  # noqa: C416 - rows are not pairs to the type checker


def _add(connection: Connection, edition: Edition, now: datetime, by: str) -> int:
    highest = select(func.coalesce(func.max(flow_versions.c.version), 0)).where(flow_versions.c.name == edition.name)
    version = int(connection.execute(highest).scalar_one()) + 1
    row = {"name": edition.name, "version": version, "source": edition.source, "digest": edition.digest}
    connection.execute(flow_versions.insert(), {**row, "published_at": now, "published_by": by})
    pointer = insert(published).values(name=edition.name, version=version)
    connection.execute(pointer.on_conflict_do_update(index_elements=["name"], set_={"version": version}))
    return version


def sources_of(database_url: str, versions: Mapping[str, int]) -> Mapping[str, str]:
    """The sources of fixed versions by name, on a connection of its own; one that does not exist is left out.

    The caller may be deciding while it holds a connection of a pool, so none is asked for there.
    """
    if not versions:
        return {}
    wanted = tuple_(flow_versions.c.name, flow_versions.c.version).in_(list(versions.items()))
    with _engine(database_url).connect() as connection:
        rows = connection.execute(select(flow_versions.c.name, flow_versions.c.source).where(wanted))
        return {name: source for name, source in rows}  # noqa: C416 - rows are not pairs to the type checker


def current_versions(database_url: str) -> Mapping[str, int]:
    """The version of each flow with which new conversations begin."""
    with _engine(database_url).connect() as connection:
        rows = connection.execute(select(published.c.name, published.c.version))
        return {name: version for name, version in rows}  # noqa: C416 - rows are not pairs to the type checker


def current_digests(database_url: str) -> Mapping[str, str]:
    """The digest of each flow's current version, by which a change is seen."""
    with _engine(database_url).connect() as connection:
        return _current_digests(connection)


def _engine(database_url: str) -> Engine:
    return create_engine(sqlalchemy_url(database_url), poolclass=NullPool, connect_args={"connect_timeout": CONNECT})
