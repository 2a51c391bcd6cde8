"""The versions of flows that there were, who published them and why, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.engine.catalogue import Catalogue
from flows.engine.changes import Change, changes
from flows.engine.compile import compile_flow
from flows.engine.problems import suggest
from service.store.flow_versions import Connection, Version, current_ones, versions_of
from service.store.standing_reading import people_on


class NoSuchVersion(Exception):
    """A flow or a version that was asked for is not there; the message says what is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history. A draft has a negative version; `people` counts open conversations that hold the version."""

    name: str
    version: int
    is_current: bool
    published_at: datetime
    published_by: str
    note: str | None
    digest: str
    people: int


def history(connection: Connection, name: str | None = None) -> tuple[Entry, ...]:
    """Every version of a flow, or of all, by name and the newest first. Raises NoSuchVersion for an unknown name."""
    found = versions_of(connection, name)
    if name is not None and not found:
        raise _unknown(connection, name)
    current, people = current_ones(connection), people_on(connection)
    return tuple(_entry(one, current, people) for one in found)


def _entry(one: Version, current: Mapping[str, Version], people: Mapping[tuple[str, int], int]) -> Entry:
    is_current = one.name in current and current[one.name].version == one.version
    held = people.get((one.name, one.version), 0)
    return Entry(
        one.name, one.version, is_current, one.published_at, one.published_by, one.note, one.digest, held
    )  # fmt: skip


def version_at(connection: Connection, name: str, number: int | None = None) -> Version:
    """A version by its number, or the current one. Raises NoSuchVersion with what there is instead."""
    found = versions_of(connection, name)
    wanted = current_ones(connection)[name].version if number is None and found else number
    if not found:
        raise _unknown(connection, name)
    for one in found:
        if one.version == wanted:
            return one
    there = ", ".join(str(one.version) for one in reversed(found))
    raise NoSuchVersion(f'The flow "{name}" has no version {wanted}. There are: {there}.')


def version_before(connection: Connection, name: str) -> Version:
    """The last version before the current one that says something else. Raises NoSuchVersion where there is none."""
    current = version_at(connection, name)
    for one in versions_of(connection, name):
        if 0 < one.version < current.version and one.digest != current.digest:
            return one
    raise NoSuchVersion(f'The flow "{name}" has no earlier version to go back to.')


def differences(old: Version, new: Version, catalogue: Catalogue) -> tuple[Change, ...]:
    """What differs between two versions. Raises FlowProblems where one cannot be read (any more)."""
    return changes(*(compile_flow(one.source, told(one), catalogue) for one in (old, new)))


def told(version: Version) -> str:
    """A version's name as people say it."""
    return f"{version.name}, {'draft' if version.version < 0 else 'version'} {abs(version.version)}"


def _unknown(connection: Connection, name: str) -> NoSuchVersion:
    return NoSuchVersion(f'No flow "{name}" was ever published. {suggest(name, current_ones(connection))}')
