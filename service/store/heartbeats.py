"""Signs of life of processes, in machine time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg

FORGOTTEN = timedelta(days=1)  # after which a process that no longer exists leaves the table


def beat(connection: psycopg.Connection[Any], process: str, kind: str, machine: datetime) -> None:
    """Note that this process lives, and forget those that died long ago."""
    connection.execute(
        "insert into heartbeats (process, kind, at) values (%s, %s, %s) on conflict (process) do update set at = excluded.at",
        (process, kind, machine),
    )
    connection.execute("delete from heartbeats where at < %s", (machine - FORGOTTEN,))
