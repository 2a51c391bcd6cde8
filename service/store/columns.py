"""What kind each column of a row is, read once from the row's own annotations."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from types import UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from service.store.rows import SEALED, Row

SQL_TYPES = {
    "uuid": "uuid", "text": "text", "sealed": "bytea", "bytes": "bytea", "time": "timestamptz",
    "int": "bigint", "bool": "boolean", "json": "jsonb",
}  # fmt: skip
_KINDS: dict[object, str] = {UUID: "uuid", str: "text", bytes: "bytes", datetime: "time", int: "int", bool: "bool"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its kind (a key of SQL_TYPES) and whether it may be null."""

    name: str
    kind: str
    optional: bool


_KNOWN: dict[str, tuple[Column, ...]] = {}  # a pure function of the class; kept because it is asked for with every row


def columns_of(row: type[Row]) -> tuple[Column, ...]:
    """The columns of a row class in the order of its fields."""
    found = _KNOWN.get(row.TABLE)
    if found is None:
        hints = get_type_hints(row, include_extras=True)
        found = _KNOWN[row.TABLE] = tuple(_column(item.name, hints[item.name]) for item in fields(row))
    return found


def _column(name: str, hint: object) -> Column:
    options = [part for part in get_args(hint) if part is not type(None)]
    optional = get_origin(hint) in (Union, UnionType) and type(None) in get_args(hint)
    return Column(name, _kind(options[0] if optional else hint), optional)


def _kind(hint: object) -> str:
    if get_origin(hint) is Annotated:
        return "sealed" if SEALED in get_args(hint) else _kind(get_args(hint)[0])
    return "json" if get_origin(hint) is dict else _KINDS[hint]
