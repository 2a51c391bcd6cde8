"""Values as PostgreSQL takes them with a prepared statement: bytes, in its binary form where that is what we have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson

TEXT, BINARY = 0, 1
_AS_BINARY = frozenset({"uuid", "bytea"})
_PLACE = re.compile(r"\$(\d+)::(\w+(?:\[\])?)")


def formats_of(statement: str) -> tuple[int, ...]:
    """In which form the value for each place of a statement goes, which names the type of each, such as `$1::uuid`."""
    types = {int(place): kind for place, kind in _PLACE.findall(statement)}
    return tuple(BINARY if types[place] in _AS_BINARY else TEXT for place in range(1, len(types) + 1))


def wire_text(text: str) -> bytes:
    """A text; PostgreSQL has no NUL in it, and UTF-8 no lone surrogates: the replacement character and `?` stand for them."""
    made = text.encode("utf-8", "replace")
    return made.replace(b"\0", b"\xef\xbf\xbd") if b"\0" in made else made


def wire_time(at: datetime) -> bytes:
    """An aware moment."""
    return at.isoformat().encode()


def wire_ids(ids: Iterable[UUID]) -> bytes:
    """An array of ids, as text."""
    return b"{" + ",".join(map(str, ids)).encode() + b"}"


def wire_texts(texts: Iterable[str]) -> bytes:
    """An array of texts, as text."""
    quoted = ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return b"{" + wire_text(",".join(quoted)) + b"}"


# What makes bytes of a value that is there; bytes and sealed columns are bytes already.
WIRE: Mapping[str, Callable[[Any], bytes]] = {
    "uuid": attrgetter("bytes"),
    "text": wire_text,
    "time": wire_time,
    "int": lambda value: b"%d" % value,
    "bool": lambda value: b"t" if value else b"f",
    "json": orjson.dumps,
}
