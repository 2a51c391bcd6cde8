"""Carrying a file of people into the database: gather, decide, write, in batches, with a line of account for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg

from service.gateways.keys import KeyRing
from service.roster import Decided, House, Known, What, decide_backup, decide_member, decide_staff_member
from service.rules.roster_files import MemberRow, StaffRow
from service.store.commit import write
from service.store.database import Pool
from service.store.roster_writing import published_flows, scenes_of, staff_at
from service.store.scene import Scene

BATCH = 50  # rows in one read and one write
TRIES = 3  # decisions on versions that turned out stale, before the row is told as not imported

R = TypeVar("R", MemberRow, StaffRow)
Decide = Callable[[R, Scene], Decided]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an import works: the database, the keys, and what decides. `writes` is false for a preview."""

    pool: Pool
    keys: KeyRing
    house: House
    writes: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one row, or would: its line in the file, whose it is, and what to know about it."""

    line: int
    name: str
    what: What
    notes: tuple[str, ...]


def import_members(desk: Desk, rows: Sequence[MemberRow]) -> tuple[Account, ...]:
    """Import the good rows of members.csv, or tell what importing would do. The accounts come in the file's order.

    Raises psycopg's errors where the database is away; what was written before stays, and importing again goes on.
    """
    places = {row.line: place for place, row in enumerate(rows)}
    with desk.pool.connection() as connection:
        named = {row.specialist_phone for row in rows if row.specialist_phone}
        known = Known(staff_at(connection, named, desk.keys), published_flows(connection))

        def decide(row: MemberRow, scene: Scene) -> Decided:
            return decide_member(scene, row, known, desk.house, places[row.line])

        return _imported(connection, desk, rows, decide)


def import_staff(desk: Desk, rows: Sequence[StaffRow]) -> tuple[Account, ...]:
    """Import the good rows of staff.csv, or tell what importing would do: first the people, then who backs up whom."""
    with desk.pool.connection() as connection:
        good, refused = _with_backups(connection, desk, rows)
        accounts = _imported(connection, desk, good, lambda row, scene: decide_staff_member(scene, row, desk.house))
        if desk.writes:
            _link(connection, desk, [row for row in good if row.backup_phone])
    return tuple(sorted((*accounts, *refused), key=lambda account: account.line))


def _imported(
    connection: psycopg.Connection[Any], desk: Desk, rows: Sequence[R], decide: Decide[R]
) -> tuple[Account, ...]:
    return tuple(account for batch in _batches(rows) for account in _batch(connection, desk, batch, decide))


def _batches(rows: Sequence[R]) -> Iterator[Sequence[R]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _batch(connection: psycopg.Connection[Any], desk: Desk, rows: Sequence[R], decide: Decide[R]) -> list[Account]:
    accounts: dict[int, Account] = {}
    for _ in range(TRIES):
        left = [row for row in rows if row.line not in accounts]
        if not left:
            break
        scenes = scenes_of(connection, [row.phone for row in left], desk.house.now, desk.keys, desk.house.new_id)
        decided = [(row, decide(row, scenes[row.phone])) for row in left]
        accounts |= {row.line: _account(row, found) for row, found in _kept(connection, desk, decided)}
    return [accounts.get(row.line) or Account(row.line, row.name, "refused", (BUSY,)) for row in rows]


BUSY = "phone: much is happening on this number just now; import again"


def _kept(
    connection: psycopg.Connection[Any], desk: Desk, decided: Sequence[tuple[R, Decided]]
) -> list[tuple[R, Decided]]:
    """Those that stand: all in a preview; else those without a change, and those whose change was written."""
    changes = [(row, found) for row, found in decided if found.what in ("new", "changed")]
    if not desk.writes:
        return list(decided)
    done = write(connection, [found.scene for _, found in changes], desk.keys)
    written = {row.line for unit, (row, _) in enumerate(changes) if unit in done}
    return [(row, found) for row, found in decided if found.what in ("same", "refused") or row.line in written]


def _account(row: MemberRow | StaffRow, found: Decided) -> Account:
    return Account(row.line, row.name, found.what, found.notes)


def _with_backups(
    connection: psycopg.Connection[Any], desk: Desk, rows: Sequence[StaffRow]
) -> tuple[list[StaffRow], list[Account]]:
    """The rows whose backup is of staff, here or in the file; and, refused, those whose backup is nobody."""
    known = staff_at(connection, {row.backup_phone for row in rows if row.backup_phone}, desk.keys)
    good, refused = list(rows), []
    while lost := [row for row in good if row.backup_phone and not _is_staff(row.backup_phone, known, good)]:
        refused += [Account(row.line, row.name, "refused", (NO_BACKUP,)) for row in lost]
        good = [row for row in good if row not in lost]
    return good, refused


NO_BACKUP = "backup_phone: nobody of staff has this number; add their row, or leave it empty"


def _is_staff(phone: str, known: Mapping[str, object], rows: Sequence[StaffRow]) -> bool:
    return phone in known or any(row.phone == phone for row in rows)


def _link(connection: psycopg.Connection[Any], desk: Desk, rows: Sequence[StaffRow]) -> None:
    """The second pass: everybody is there now, so backups are found by their numbers."""
    for _ in range(TRIES):
        backups = staff_at(connection, {row.backup_phone for row in rows if row.backup_phone}, desk.keys)
        scenes = scenes_of(connection, [row.phone for row in rows], desk.house.now, desk.keys, desk.house.new_id)
        linked = [decide_backup(scenes[row.phone], backups.get(row.backup_phone or "")) for row in rows]
        changed = [scene for scene in linked if scene.changed]
        if not changed or len(write(connection, changed, desk.keys).units) == len(changed):
            return
