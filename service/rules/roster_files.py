"""members.csv and staff.csv: rows that can be used, and every mistake of the others by line and column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from service.rules.csv_table import Line, RowMistake, read_table
from service.rules.roster_cells import (
    CHECK_IN,
    Cells,
    Language,
    Role,
    read_channel,
    read_date,
    read_flow,
    read_language,
    read_name,
    read_phone,
    read_phone_or_none,
    read_role,
    read_rule_or_none,
    read_zone,
)

MEMBER_COLUMNS = (
    *("name", "phone", "language", "zone", "specialist_phone"),
    *("channel", "rule", "flow", "consent_date", "consent_how"),
)
STAFF_COLUMNS = ("name", "phone", "role", "language", "zone", "backup_phone")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member: phones in E.164, an empty rule for no check-ins; consent has both its parts or neither."""

    line: int
    name: str
    phone: str
    language: Language
    zone: str
    specialist_phone: str | None
    rule: str
    flow: str
    consent_date: date | None
    consent_how: str | None


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One of staff: phones in E.164."""

    line: int
    name: str
    phone: str
    role: Role
    language: Language
    zone: str
    backup_phone: str | None


Row = TypeVar("Row", MemberRow, StaffRow)


@dataclass(frozen=True, slots=True)
class Roster(Generic[Row]):
    """The rows without a mistake, in the file's order, and all mistakes by line."""

    rows: tuple[Row, ...]
    mistakes: tuple[RowMistake, ...]


def read_members(data: bytes) -> Roster[MemberRow]:
    """Read members.csv (its columns are MEMBER_COLUMNS) from the bytes of the file.

    Whether a specialist's number is somebody's, and the flow's name a flow's, only the database knows.
    """
    return _roster(*read_table(data, MEMBER_COLUMNS, ("name", "phone", "language", "zone")), _member)


def read_staff(data: bytes) -> Roster[StaffRow]:
    """Read staff.csv (its columns are STAFF_COLUMNS) from the bytes of the file."""
    return _roster(*read_table(data, STAFF_COLUMNS, ("name", "phone", "role", "language", "zone")), _staff)


def _roster(lines: Sequence[Line], mistakes: Sequence[RowMistake], read: Callable[[Cells], Row]) -> Roster[Row]:
    found, rows, first = list(mistakes), [], dict[str, int]()
    for line in lines:
        cells = Cells(line)
        row = read(cells)
        if first.setdefault(row.phone, line.number) != line.number and row.phone:
            cells.refuse("phone", f"this number stands in line {first[row.phone]} too; a number belongs to one person")
        found += cells.mistakes
        rows += [] if cells.mistakes else [row]
    return Roster(tuple(rows), tuple(sorted(found, key=lambda mistake: mistake.line)))


def _member(cells: Cells) -> MemberRow:
    phone = cells.read("phone", read_phone, "")
    cells.read("channel", read_channel, "text")
    row = MemberRow(
        line=cells.line.number,
        name=cells.read("name", read_name, ""),
        phone=phone,
        language=cells.read("language", read_language, "en"),
        zone=cells.read("zone", read_zone, ""),
        specialist_phone=cells.read("specialist_phone", read_phone_or_none, None),
        rule=cells.read("rule", read_rule_or_none, ""),
        flow=cells.read("flow", read_flow, CHECK_IN),
        consent_date=cells.read("consent_date", read_date, None),
        consent_how=cells.line.cells["consent_how"] or None,
    )
    _check_other_phone(cells, "specialist_phone", phone, row.specialist_phone)
    _check_consent(cells)
    return row


def _staff(cells: Cells) -> StaffRow:
    phone = cells.read("phone", read_phone, "")
    row = StaffRow(
        line=cells.line.number,
        name=cells.read("name", read_name, ""),
        phone=phone,
        role=cells.read("role", read_role, "specialist"),
        language=cells.read("language", read_language, "en"),
        zone=cells.read("zone", read_zone, ""),
        backup_phone=cells.read("backup_phone", read_phone_or_none, None),
    )
    _check_other_phone(cells, "backup_phone", phone, row.backup_phone)
    return row


def _check_other_phone(cells: Cells, column: str, phone: str, other: str | None) -> None:
    if other is not None and other == phone:
        cells.refuse(column, "this is the person's own number; write another's, or leave it empty")


def _check_consent(cells: Cells) -> None:
    on, how = cells.line.cells["consent_date"], cells.line.cells["consent_how"]
    if on and not how:
        cells.refuse("consent_how", "write how they said yes on that day, such as signed form; or leave both empty")
    if how and not on:
        cells.refuse("consent_date", "write the day on which they said yes, such as 2026-03-01; or leave both empty")
