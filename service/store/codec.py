"""Rows to JSON for the one write and JSON to rows after the one read; sealing and opening on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Protocol, TypeVar
from uuid import UUID

from service.store.columns import Column, columns_of
from service.store.rows import Row
from service.store.wire import WIRE

R = TypeVar("R", bound=Row)
_Work = tuple[int, Callable[[Any], Any]]  # the place of a column, and what is done with its value

_ODD = re.compile(
    "[\x00\ud800-\udfff]"
)  # for every text that is written: a pattern takes a tenth of a look at each character


class Ring(Protocol):
    """What seals and opens (service.gateways.keys.KeyRing)."""

    def seal(self, text: str, place: str) -> bytes:
        """The ciphertext of a text for one place."""

    def open(self, sealed: bytes, place: str) -> str:
        """The text sealed at a place."""


class Finder(Ring, Protocol):
    """A ring that also says under which bytes a number is found."""

    def blind(self, number: str) -> bytes:
        """The bytes under which an E.164 number is found."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows of one class, or some of their columns, are taken apart: worked out once, as every text asks for a dozen rows.

    Columns that need work are named by their places: what reads them from JSON, what writes them to JSON, and what makes
    them parameters; `sealed` are those that are ciphertext.
    """

    table: str
    names: tuple[str, ...]
    of_row: Callable[[Row], tuple[Any, ...]]
    of_json: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    read: tuple[_Work, ...]
    to_json: tuple[_Work, ...]
    to_parameter: tuple[_Work, ...]
    sealed: tuple[tuple[int, str], ...]


def encode(row: Row, keys: Ring, only: tuple[str, ...] | None = None) -> dict[str, Any]:
    r"""The row as a JSON object that PostgreSQL's jsonb_to_recordset reads: bytes as \\x hex, sealed columns sealed.

    With `only`, no more than the columns of these names.
    """
    shape = _shape(type(row), only)
    return dict(zip(shape.names, _written(row, shape, shape.to_json, keys, _hex), strict=True))


def parameters(row: Row, keys: Ring, only: tuple[str, ...] | None = None) -> list[bytes | None]:
    """The row's values in the order of its columns, as parameters of a statement (service.store.wire), sealed columns sealed."""
    shape = _shape(type(row), only)
    return _written(row, shape, shape.to_parameter, keys, _as_it_is)


def decode(row: type[R], found: Mapping[str, Any], keys: Ring) -> R:
    """The row that PostgreSQL's row_to_json gave, with what was sealed opened."""
    shape = _shape(row, None)
    values = list(shape.of_json(found))
    for place, read in shape.read:
        if values[place] is not None:
            values[place] = read(values[place])
    if shape.sealed:
        key = _key([str(found[name]) for name in row.KEY])
        for place, name in shape.sealed:
            if values[place] is not None:
                values[place] = keys.open(bytes.fromhex(values[place][2:]), f"{shape.table}.{name}.{key}")
    return row(*values)


def decode_columns(row: type[R], values: Sequence[Any]) -> R:
    """The row of a plain SELECT of its columns in order; for rows with nothing sealed."""
    return row(*values)


def _written(
    row: Row, shape: _Shape, work: tuple[_Work, ...], keys: Ring, box: Callable[[bytes], str | bytes]
) -> list[Any]:
    values = list(shape.of_row(row))
    for place, write in work:
        if values[place] is not None:
            values[place] = write(values[place])
    if shape.sealed:
        key = _key(map(str, row.key))
        for place, name in shape.sealed:
            if values[place] is not None:
                values[place] = box(keys.seal(storable(values[place]), f"{shape.table}.{name}.{key}"))
    return values


_SHAPES: dict[tuple[type[Row], tuple[str, ...] | None], _Shape] = {}


def _shape(row: type[Row], only: tuple[str, ...] | None) -> _Shape:
    found = _SHAPES.get((row, only))
    if found is None:
        found = _SHAPES[row, only] = _shaped(row, [c for c in columns_of(row) if only is None or c.name in only])
    return found


def _shaped(row: type[Row], columns: Sequence[Column]) -> _Shape:
    def work(by_kind: Mapping[str, Callable[[Any], Any]]) -> tuple[_Work, ...]:
        return tuple((place, by_kind[column.kind]) for place, column in enumerate(columns) if column.kind in by_kind)

    names = tuple(column.name for column in columns)
    sealed = tuple((place, column.name) for place, column in enumerate(columns) if column.kind == "sealed")
    return _Shape(
        row.TABLE, names, _all_of(attrgetter, names), _all_of(itemgetter, names),
        work(_READ), work(_TO_JSON), work(WIRE), sealed,
    )  # fmt: skip


def _all_of(getter: Callable[..., Callable[[Any], Any]], names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """The library's getter, which gives a bare value where one name is asked for, so that it always gives all."""
    found = getter(*names)
    return found if len(names) > 1 else lambda of: (found(of),)


def _key(parts: Iterable[str]) -> str:
    """How a row is called in the associated data of what is sealed in it."""
    return ".".join(parts)


def storable(text: str) -> str:
    """PostgreSQL has no NUL in text, and JSON no lone surrogates: both become the replacement character."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode() if _ODD.search(text) else text


def _as_it_is(value: bytes) -> bytes:
    return value


def _hex(value: bytes) -> str:
    return "\\x" + value.hex()


@lru_cache(maxsize=4096)
def _uuid(text: str) -> UUID:
    """An id as it stands in JSON; the same few stand in many columns of one reading."""
    return UUID(int=int(text.replace("-", ""), 16))  # in half the time: theirs looks for other ways of writing one


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is UTC else at.astimezone(UTC)


_READ: dict[str, Callable[[Any], Any]] = {"uuid": _uuid, "time": _time, "bytes": lambda text: bytes.fromhex(text[2:])}
# orjson writes ids and times by itself; what PostgreSQL would not take of a text is seen in the whole document.
_TO_JSON: dict[str, Callable[[Any], Any]] = {"bytes": _hex}
