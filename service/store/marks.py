"""What the service remembers about itself, each under a name: how far it has looked, since when it keeps quiet.

`looked`: up to when (the time people experience) the provider's list of what came in was read; its detail has the machine's
time of reading. `sure`: when (machine time) it
was last certain that this database is the newest; its detail has the same moment as people experience it. `quiet`: since when
(machine time) nothing unasked goes out, because it is not. `canary`: the last time (machine time) a text went all the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg

LOOKED, SURE, QUIET, CANARY = "looked", "sure", "quiet", "canary"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing remembered: a moment, and plain values about it."""

    at: datetime
    detail: dict[str, Any]


def read_mark(connection: psycopg.Connection[Any], name: str) -> Mark | None:
    """What is remembered under a name, or None."""
    row = connection.execute("select at, detail from marks where name = %s", (name,)).fetchone()
    return None if row is None else Mark(row[0], row[1])


def set_mark(
    connection: psycopg.Connection[Any], name: str, at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Remember a moment under a name, in place of what was remembered."""
    connection.execute(
        "insert into marks (name, at, detail) values (%s, %s, %s)"
        " on conflict (name) do update set at = excluded.at, detail = excluded.detail",
        (name, at, orjson.dumps(detail or {}).decode()),
    )


def forget_mark(connection: psycopg.Connection[Any], name: str) -> None:
    """Remember nothing under a name any more."""
    connection.execute("delete from marks where name = %s", (name,))
