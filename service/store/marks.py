"""What the service remembers about itself, each under a name.

`looked`: up to when (the time people experience) the provider's list of what came in was read; its detail has the machine's
time of reading. `sure`: when (machine time) somebody last was certain that this database is the newest; its detail has that
moment as people experience it. `quiet`: since when (machine time) an older database is being made good; its detail says from
which moment on nothing was known. `canary`: the last time (machine time) a text went all the way. `restored`: when an older
database was last made good, and what was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg

LOOKED, SURE, QUIET, CANARY, RESTORED = "looked", "sure", "quiet", "canary", "restored"
FOR_EVER = datetime.max.replace(tzinfo=UTC)
STALE = timedelta(
    minutes=3
)  # after which nobody is sure any more: a backup is older, and so is a service that was away


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


def stay_sure(connection: psycopg.Connection[Any], machine: datetime, now: datetime) -> None:
    """Go on being sure, which whoever has been all the time may; a mark that is stale stays so until somebody has looked."""
    connection.execute(
        "update marks set at = %s, detail = %s where name = %s and at > %s",
        (machine, orjson.dumps({"now": now.isoformat()}).decode(), SURE, machine - STALE),
    )


def careful_since(connection: psycopg.Connection[Any], machine: datetime) -> datetime | None:
    """The moment (as people experience it) since which this database may lack what happened; None where it is the newest.

    While an older database is being made good, that is for ever: nothing but alerts and safety texts goes. Without any mark
    there is nothing that it could lack, since nobody was ever sure of anything.
    """
    found = {
        row[0]: Mark(row[1], row[2])
        for row in connection.execute(
            "select name, at, detail from marks where name in (%s, %s)", (QUIET, SURE), prepare=True
        )
    }
    if QUIET in found:
        return FOR_EVER
    sure = found.get(SURE)
    if sure is None or sure.at > machine - STALE:
        return None
    return datetime.fromisoformat(sure.detail["now"]) + STALE
