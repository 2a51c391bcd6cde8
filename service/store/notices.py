"""PostgreSQL's LISTEN and NOTIFY, each on a connection of its own: a hint that there may be work, and nothing more.

A hint that gets lost costs a few seconds, since the clock looks by itself; so both sides come back by themselves after the
database was away and tell nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg

CHANNEL = "peerline_work"
_CONNECT = 2  # seconds


@dataclass(slots=True)
class Notices:
    """One end of the channel; the connection is made when it is needed and again after it broke. For one thread."""

    url: str
    listens: bool = False
    _connection: psycopg.Connection[Any] | None = field(default=None, repr=False)

    def give(self) -> bool:
        """Tell whoever listens that there may be work; returns whether the database took the hint."""
        try:
            self._open().execute(f"notify {CHANNEL}")
        except psycopg.Error:
            self.close()
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until a hint comes, at most so long; returns whether one came. Raises psycopg.Error while the database is away."""
        try:
            return any(True for _ in self._open().notifies(timeout=seconds, stop_after=1))
        except psycopg.Error:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            opened = psycopg.connect(self.url, autocommit=True, connect_timeout=_CONNECT)
            if self.listens:
                opened.execute(f"listen {CHANNEL}")
            self._connection = opened
        return self._connection
