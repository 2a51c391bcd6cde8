"""What the service remembers about itself, each under a name.

`looked`: up to when (the time people experience) the provider's list of what came in was read; its detail has the machine's
time of reading. `sure`: when (machine time) somebody last was certain that this database is the newest; its detail has that
moment as people experience it, and since when that server runs: another one may have an older copy. `quiet`: since when (machine time) an older database is being made good; its detail says from
which moment on nothing was known. `canary`: the last time (machine time) a text went all the way. `canaries
since`: when (machine time) a clock process first sent one off. `alarm`: when (machine time) the monitor was last told, and of what. `restored`: when an older
database was last made good, and what was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg

LOOKED, SURE, QUIET, CANARY, RESTORED = "looked", "sure", "quiet", "canary", "restored"
CANARIES_SINCE, ALARM = "canaries since", "alarm"
FOR_EVER = datetime.max.replace(tzinfo=UTC)
# After which nobody is sure any more: a backup is older, and so is a service that was away.
STALE = timedelta(minutes=3)


# Since when the server runs tells servers apart: one that stands in after another failed has its copy of the marks, and may lack
# the last seconds of it. A server that was only started again is taken for another; then somebody looks once more.
_SERVER = "extract(epoch from pg_postmaster_start_time())::text"
_CAREFUL = (
    f"select name, at, detail, coalesce(detail ->> 'server', {_SERVER}) = {_SERVER} from marks where name in (%s, %s)"
)


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


def begin_mark(connection: psycopg.Connection[Any], name: str, at: datetime) -> None:
    """Remember a moment under a name unless one is remembered."""
    connection.execute(
        "insert into marks (name, at, detail) values (%s, %s, '{}') on conflict (name) do nothing", (name, at)
    )


def forget_mark(connection: psycopg.Connection[Any], name: str) -> None:
    """Remember nothing under a name any more."""
    connection.execute("delete from marks where name = %s", (name,))


def be_sure(connection: psycopg.Connection[Any], machine: datetime, now: datetime) -> None:
    """Remember that this database is the newest: somebody has just looked."""
    connection.execute(
        f"insert into marks (name, at, detail) values (%s, %s, jsonb_build_object('now', %s::text, 'server', {_SERVER}))"
        " on conflict (name) do update set at = excluded.at, detail = excluded.detail",
        (SURE, machine, now.isoformat()),
    )


def stay_sure(connection: psycopg.Connection[Any], machine: datetime, now: datetime) -> None:
    """Go on being sure, which whoever has been all the time may; a mark that is stale or another server's stays so until somebody has looked."""
    connection.execute(
        f"update marks set at = %s, detail = detail || jsonb_build_object('now', %s::text, 'server', {_SERVER})"
        f" where name = %s and at > %s and coalesce(detail ->> 'server', {_SERVER}) = {_SERVER}",
        (machine, now.isoformat(), SURE, machine - STALE),
    )


def doubt(connection: psycopg.Connection[Any]) -> None:
    """Be sure no more, until somebody has looked: the database was out of reach, and what came back may be an older copy."""
    connection.execute("update marks set detail = detail || %s where name = %s", ('{"server": "?"}', SURE))


def careful_since(connection: psycopg.Connection[Any], machine: datetime) -> datetime | None:
    """The moment (as people experience it) since which this database may lack what happened; None where it is the newest.

    While an older database is being made good, that is for ever: nothing but alerts and safety texts goes. Without any mark
    there is nothing that it could lack, since nobody was ever sure of anything.
    """
    rows = connection.execute(_CAREFUL, (QUIET, SURE), prepare=True).fetchall()
    found = {row[0]: (Mark(row[1], row[2]), row[3]) for row in rows}
    if QUIET in found:
        return FOR_EVER
    sure, same_server = found.get(SURE, (None, True))
    if sure is None or (same_server and sure.at > machine - STALE):
        return None
    return datetime.fromisoformat(sure.detail["now"]) + STALE
