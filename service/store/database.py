"""Connections: prepared psycopg for the hot path, set up so that nothing in SQL decides by a clock or a guess."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

# Each caller says in its own words that the database is away; the pool would add a line for every try.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

Pool = ConnectionPool[psycopg.Connection[TupleRow]]
WAIT = 1.5  # seconds for a connection: the webhook must say 503 within two

# What is raised where the server is away, stopping, or does not answer in time.
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)

DURABLE = {"fsync": "on", "full_page_writes": "on"}
SYNCHRONOUS = ("on", "local", "remote_write", "remote_apply")


def open_pool(url: str, size: int = 8) -> Pool:
    """A pool of connections to `url`; it opens lazily, so that a database that is away at start is no crash."""
    return ConnectionPool(
        url, min_size=0, max_size=size, timeout=WAIT, open=True, kwargs={"autocommit": True, "connect_timeout": 2},
        configure=_configure, check=None, reconnect_timeout=2, max_idle=300,
    )  # fmt: skip


def ask(
    connection: psycopg.Connection[Any], statement: bytes, values: Sequence[Any]
) -> psycopg.RawCursor[tuple[Any, ...]]:
    """Execute a prepared statement whose places are $1, $2 and so on.

    psycopg takes statements of more than 4,096 characters apart at every execution to find its own kind of places, which
    was a twelfth of the processor time of a text.
    """
    return psycopg.RawCursor(connection).execute(statement, values, prepare=True)


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.prepare_threshold = 0
    # One round trip. A generic plan: the hot statements take one document each, so their values never change the plan. No
    # sequential scans where there is an index: the plan may be made while tables are empty, and is kept while they grow.
    connection.execute(
        "select set_config('timezone', 'UTC', false), set_config('plan_cache_mode', 'force_generic_plan', false),"
        " set_config('statement_timeout', '10s', false), set_config('lock_timeout', '5s', false),"
        " set_config('jit', 'off', false), set_config('enable_seqscan', 'off', false)"
    )


def weak_settings(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    """What makes this server forget committed work, as sentences with a mend; empty when it keeps its word."""
    found = [
        f"PostgreSQL runs with {name} = {_setting(connection, name)}: set it to {value}, or an answered text can be lost"
        for name, value in DURABLE.items()
        if _setting(connection, name) != value
    ]
    if _setting(connection, "synchronous_commit") not in SYNCHRONOUS:
        found.append("PostgreSQL runs with synchronous_commit = off: set it to on, or an answered text can be lost")
    return tuple(found)


def _setting(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("select current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""
