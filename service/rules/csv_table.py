"""A table as people save it from a spreadsheet: any usual encoding and separator, every mistake with its place."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO

# A row longer than this is a quotation mark that was never closed, which swallows the lines after it.
LONGEST_ROW = 4_000
SEPARATORS = (",", ";", "\t")
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class RowMistake:
    """One mistake of a file: its line (the first is 1), the column (or "" for the whole line), what stands there, the mend."""

    line: int
    column: str
    found: str
    mend: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line of the file it begins on, and its cells by column, without the space around them."""

    number: int
    cells: Mapping[str, str]


def read_table(
    data: bytes, columns: Sequence[str], needed: Sequence[str]
) -> tuple[tuple[Line, ...], tuple[RowMistake, ...]]:
    """Give the rows of a file whose first line names its columns, and every mistake in its form.

    A column that is missing or unknown is a mistake; the rows are read all the same, unless one of `needed` is missing.
    Empty lines are left out. Whatever a cell begins with stays as it is: guarding against formulas is for writing.
    """
    text = _decoded(data)
    first = text.partition("\n")[0]
    records = _records(text, max(SEPARATORS, key=first.count))
    header = next(records, (1, []))
    if isinstance(header, RowMistake):
        return (), (header,)
    names = [name.strip().lower() for name in header[1]]
    mistakes = _mistakes_of_header(names, columns)
    if not set(needed) <= set(names):
        return (), mistakes
    rows = [_row(record, names, columns) for record in records]
    lines = tuple(row for row in rows if isinstance(row, Line) and any(row.cells.values()))
    return lines, (*mistakes, *(row for row in rows if isinstance(row, RowMistake)))


def _decoded(data: bytes) -> str:
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked)
    except UnicodeDecodeError:
        # Spreadsheets on Windows save so; latin-1 has a letter for every byte, cp1252 for nearly all and the usual ones.
        return data.decode("cp1252") if not set(data) & {0x81, 0x8D, 0x8F, 0x90, 0x9D} else data.decode("latin-1")


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]] | RowMistake]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield RowMistake(
                number, "", str(problem), 'a cell with quotation marks needs them doubled: "Ana ""Ani"" Diaz"'
            )
            continue
        if sum(map(len, record)) > LONGEST_ROW:
            yield RowMistake(
                number, "", record[0][:40], "this row never ends; look for a quotation mark that is not closed"
            )
        else:
            yield number, record


def _mistakes_of_header(names: Sequence[str], columns: Sequence[str]) -> tuple[RowMistake, ...]:
    missing = [name for name in columns if name not in names]
    unknown = [name for name in dict.fromkeys(names) if name not in columns]
    twice = [name for name in columns if names.count(name) > 1]
    expected = f"the first line names the columns: {','.join(columns)}"
    return (
        *(RowMistake(1, name, "", f"this column is missing; {expected}") for name in missing),
        *(RowMistake(1, name, name, _mend_of_name(name, missing, expected)) for name in unknown),
        *(RowMistake(1, name, name, "this column stands twice; leave one") for name in twice),
    )


def _mend_of_name(name: str, missing: Sequence[str], expected: str) -> str:
    near = get_close_matches(name, missing, n=1)
    return f"write {near[0]}" if near else f"this column is not known and not read; {expected}"


def _row(record: tuple[int, list[str]] | RowMistake, names: Sequence[str], columns: Sequence[str]) -> Line | RowMistake:
    if isinstance(record, RowMistake):
        return record
    number, cells = record
    if any(cell.strip() for cell in cells[len(names) :]):
        return RowMistake(
            number, "", cells[len(names)], "there are more cells than columns; put quotation marks around a comma"
        )
    found = dict(zip(names, (cell.strip() for cell in cells), strict=False))
    return Line(number, {name: found.get(name, "") for name in columns})
