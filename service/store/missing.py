"""Which of the texts in the provider's list are stored already, and since when the list must be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from service.store.marks import LOOKED, read_mark


def read_since(connection: psycopg.Connection[Any], now: datetime) -> datetime | None:
    """Up to when what came in is surely stored: as far as the list was read, else the newest text; None before the first.

    Never later than now, since the clock of the demo and of tests may be set back.
    """
    mark = read_mark(connection, LOOKED)
    if mark is not None:
        return min(mark.at, now)
    newest = connection.execute("select max(received_at) from inbound").fetchone()
    return None if newest is None or newest[0] is None else min(newest[0], now)


def unknown_sids(connection: psycopg.Connection[Any], sids: Sequence[str]) -> frozenset[str]:
    """Which of the provider's ids belong to no text that came in and is stored."""
    rows = connection.execute("select sid from inbound where sid = any(%s)", (list(sids),)).fetchall()
    return frozenset(sids) - {row[0] for row in rows}
