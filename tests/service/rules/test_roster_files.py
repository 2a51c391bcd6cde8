"""Tests of members.csv and staff.csv: good rows are kept, mistakes are told by line and column."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.roster_files import (
    MEMBER_COLUMNS,
    STAFF_COLUMNS,
    MemberRow,
    Roster,
    StaffRow,
    read_members,
    read_staff,
)

GOOD = {
    "name": "Ana",
    "phone": "+1 555 555 0111",
    "language": "es",
    "zone": "America/Denver",
    "specialist_phone": "+1 555 555 0102",
    "channel": "text",
    "rule": "FREQ=DAILY",
    "flow": "check-in",
    "consent_date": "2026-03-01",
    "consent_how": "signed form",
}
ANA = MemberRow(
    2,
    "Ana",
    "+15555550111",
    "es",
    "America/Denver",
    "+15555550102",
    "FREQ=DAILY",
    "check-in",
    date(2026, 3, 1),
    "signed form",
)
DEE = {
    "name": "Dee",
    "phone": "+1 555 555 0102",
    "role": "Specialist",
    "language": "EN",
    "zone": "America/Chicago",
    "backup_phone": "",
}


def test_a_good_row_of_members_is_read() -> None:
    """Every column has its place, and phones are in E.164."""
    assert read_members(members(GOOD)) == Roster((ANA,), ())


def test_only_name_phone_language_and_zone_are_needed() -> None:
    """Without the others there is no specialist, no rule and no consent."""
    row = {name: GOOD[name] if name in ("name", "phone", "language", "zone") else "" for name in GOOD}
    expected = MemberRow(2, "Ana", "+15555550111", "es", "America/Denver", None, "", "check-in", None, None)
    assert read_members(members(row)) == Roster((expected,), ())


def test_a_good_row_of_staff_is_read() -> None:
    """Roles and languages may be written in any case."""
    expected = StaffRow(2, "Dee", "+15555550102", "specialist", "en", "America/Chicago", None)
    assert read_staff(staff(DEE)) == Roster((expected,), ())


@pytest.mark.parametrize(
    ("column", "text", "mend"),
    [
        ("name", "", "name is missing"),
        ("name", "Ana\nLu", "line break"),
        ("name", "A" * 61, "first name is enough"),
        ("phone", "", "number is missing"),
        ("phone", "12", "too short"),
        ("phone", "+1 900 555 0123", "cost extra"),
        ("language", "fr", "en or es"),
        ("zone", "EST", "America/New_York"),
        ("zone", "America/Springfield", "America/New_York"),
        ("zone", "", "America/New_York"),
        ("zone", "../../etc/passwd", "America/New_York"),
        ("specialist_phone", "Dee", "not a phone number"),
        ("specialist_phone", "+1 555 555 0111", "own number"),
        ("channel", "voice", "calls are not possible yet"),
        ("channel", "pigeon", "write text"),
        ("rule", "FREQ=DAILY;BYHOUR=25", "from 0 to 23"),
        ("rule", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "never happens"),
        ("flow", "Check In", "small letters"),
        ("consent_date", "3/1/2026", "year-month-day"),
        ("consent_date", "2026-02-30", "no such day"),
    ],
)
def test_a_mistake_of_a_member_has_its_place_and_mend(column: str, text: str, mend: str) -> None:
    """The line, the column, what stands there and what to write are told; the good row after it is kept."""
    roster = read_members(members({**GOOD, column: text}, {**GOOD, "phone": "+1 555 555 0112"}))
    assert [(mistake.line, mistake.column, mistake.found) for mistake in roster.mistakes] == [(2, column, text)]
    assert mend in roster.mistakes[0].mend
    assert [row.phone for row in roster.rows] == ["+15555550112"]


@pytest.mark.parametrize(
    ("column", "text", "mend"),
    [("role", "boss", "supervisor"), ("role", "", "supervisor"), ("backup_phone", "+1 555 555 0102", "own number")],
)
def test_a_mistake_of_staff_has_its_place_and_mend(column: str, text: str, mend: str) -> None:
    """Roles are three, and nobody is their own backup."""
    (mistake,) = read_staff(staff({**DEE, column: text})).mistakes
    assert (mistake.line, mistake.column) == (2, column)
    assert mend in mistake.mend


def test_all_mistakes_of_a_row_are_told_at_once() -> None:
    """Four cells that are wrong are four mistakes."""
    roster = read_members(members({**GOOD, "phone": "12", "language": "x", "zone": "y", "channel": "voice"}))
    assert {mistake.column for mistake in roster.mistakes} == {"phone", "language", "zone", "channel"}


def test_consent_needs_both_its_parts() -> None:
    """A day without the way they said yes is a mistake, and so is the way without a day."""
    without_how = read_members(members({**GOOD, "consent_how": ""}))
    without_day = read_members(members({**GOOD, "consent_date": ""}))
    assert [mistake.column for mistake in without_how.mistakes] == ["consent_how"]
    assert [mistake.column for mistake in without_day.mistakes] == ["consent_date"]


def test_a_number_belongs_to_one_person() -> None:
    """The second row with a number is refused, however it is written, and says where the first is."""
    roster = read_members(members(GOOD, {**GOOD, "name": "Ben", "phone": "(555) 555-0111"}))
    assert roster.rows == (ANA,)
    (mistake,) = roster.mistakes
    assert (mistake.line, mistake.column) == (3, "phone")
    assert "line 2" in mistake.mend


def test_rows_without_a_number_are_not_taken_for_the_same_person() -> None:
    """Each of two rows without a number has the one mistake that its number is missing."""
    roster = read_members(members({**GOOD, "phone": ""}, {**GOOD, "phone": ""}))
    assert [(mistake.line, mistake.column) for mistake in roster.mistakes] == [(2, "phone"), (3, "phone")]


def test_a_missing_and_an_unknown_column_are_told_with_the_spelling_that_is_near() -> None:
    """The rows are read all the same, because what is needed is there."""
    data = members(GOOD).replace(b"specialist_phone", b"specialist_fone")
    roster = read_members(data)
    assert {(mistake.line, mistake.column) for mistake in roster.mistakes} == {
        (1, "specialist_phone"),
        (1, "specialist_fone"),
    }
    assert any(mistake.mend == "write specialist_phone" for mistake in roster.mistakes)
    assert [row.specialist_phone for row in roster.rows] == [None]


@pytest.mark.parametrize("data", [b"", b"\n", b"Ana,+15555550111\n", b'"name', b"\x00\x00"])
def test_without_the_needed_columns_nothing_is_read(data: bytes) -> None:
    """A file that is none has mistakes in its first line and no rows."""
    roster = read_members(data)
    assert roster.rows == ()
    assert {mistake.line for mistake in roster.mistakes} == {1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_usual_encodings_and_separators_are_understood(encoding: str, separator: str) -> None:
    """A name with letters of Spanish stays itself, however the spreadsheet saved it."""
    text = members({**GOOD, "name": "Íñigo Peña"}).decode().replace(",", separator).replace("\n", "\r\n")
    assert [row.name for row in read_members(text.encode(encoding)).rows] == ["Íñigo Peña"]


def test_what_a_spreadsheet_takes_for_a_formula_is_left_as_it_is() -> None:
    """Guarding against formulas belongs to writing files; a name that begins with = is kept."""
    assert [row.name for row in read_members(members({**GOOD, "name": "=Ana"})).rows] == ["=Ana"]


def test_lines_are_those_of_the_file_and_empty_ones_are_left_out() -> None:
    """A quoted line break and an empty line count, so that the place is the one an editor shows."""
    bad = {**GOOD, "phone": "12"}
    data = members({**GOOD, "consent_how": '"on paper,\nin March"'}, dict.fromkeys(GOOD, ""), bad)
    roster = read_members(data)
    assert [row.consent_how for row in roster.rows] == ["on paper,\nin March"]
    assert [mistake.line for mistake in roster.mistakes] == [5]


def test_more_cells_than_columns_are_a_mistake_of_the_line() -> None:
    """A comma without quotation marks moves all cells after it, so nothing of that row is taken."""
    roster = read_members(members({**GOOD, "name": "Ana, the first"}, {**GOOD, "phone": "+1 555 555 0112"}))
    assert [(mistake.line, mistake.column) for mistake in roster.mistakes] == [(2, "")]
    assert len(roster.rows) == 1


def test_a_quotation_mark_that_is_not_closed_keeps_the_rows_before_it() -> None:
    """The row it begins in is a mistake; the rows before it are read."""
    roster = read_members(members(GOOD, {**GOOD, "phone": "+1 555 555 0112", "name": '"Ben'}))
    assert roster.rows == (ANA,)
    assert [mistake.line for mistake in roster.mistakes] == [3]


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reading(data: bytes) -> None:
    """Whatever the bytes are, there is an answer."""
    header = ",".join(MEMBER_COLUMNS).encode()
    assert read_members(header + b"\n" + data).rows is not None
    assert read_members(data).mistakes


def members(*rows: dict[str, str]) -> bytes:
    """Write members.csv; a cell with a comma or a line break is as the row has it."""
    return table(MEMBER_COLUMNS, rows)


def staff(*rows: dict[str, str]) -> bytes:
    """Write staff.csv."""
    return table(STAFF_COLUMNS, rows)


def table(columns: tuple[str, ...], rows: tuple[dict[str, str], ...]) -> bytes:
    """Write the lines of a file, with a line break inside a cell in quotation marks."""
    lines = [columns, *([quoted(row[name]) for name in columns] for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines).encode()


def quoted(cell: str) -> str:
    """Put quotation marks around a cell with a line break that has none."""
    return f'"{cell}"' if "\n" in cell and '"' not in cell else cell
