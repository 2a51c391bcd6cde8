"""Rows to JSON for the one write and JSON to rows after the one read; sealing and opening on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from service.store.columns import Column, columns_of
from service.store.rows import Row

R = TypeVar("R", bound=Row)

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


def encode(row: Row, keys: Ring, only: Collection[str] | None = None) -> dict[str, Any]:
    r"""The row as a JSON object that PostgreSQL's jsonb_to_recordset reads: bytes as \\x hex, sealed columns sealed.

    With `only`, no more than the columns of these names.
    """
    columns = [column for column in columns_of(type(row)) if only is None or column.name in only]
    return {column.name: _out(getattr(row, column.name), column, row, keys) for column in columns}


def _out(value: object, column: Column, row: Row, keys: Ring) -> object:
    if value is None:
        return None
    if column.kind == "sealed":
        return (
            "\\x" + keys.seal(_storable(str(value)), _place(row.TABLE, column.name, ".".join(map(str, row.key)))).hex()
        )
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return _storable(value) if isinstance(value, str) and column.kind == "text" else value


def _storable(text: str) -> str:
    """PostgreSQL has no NUL in text, and JSON no lone surrogates: both become the replacement character."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode() if _ODD.search(text) else text


def decode(row: type[R], found: Mapping[str, Any], keys: Ring) -> R:
    """The row that PostgreSQL's row_to_json gave, with what was sealed opened."""
    key = ".".join(str(found[name]) for name in row.KEY)
    return row(**{column.name: _in(found[column.name], column, row.TABLE, key, keys) for column in columns_of(row)})


def decode_columns(row: type[R], values: Sequence[Any]) -> R:
    """The row of a plain SELECT of its columns in order; for rows with nothing sealed."""
    return row(*values)


def _in(value: Any, column: Column, table: str, key: str, keys: Ring) -> Any:  # noqa: ANN401 - what JSON held
    if value is None:
        return None
    if column.kind == "sealed":
        return keys.open(bytes.fromhex(value[2:]), _place(table, column.name, key))
    reader = _READERS.get(column.kind)
    return value if reader is None else reader(value)


def _place(table: str, column: str, key: object) -> str:
    return f"{table}.{column}.{key}"


_READERS: dict[str, Callable[[Any], Any]] = {
    "uuid": UUID,
    "time": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    "bytes": lambda text: bytes.fromhex(text[2:]),
}
