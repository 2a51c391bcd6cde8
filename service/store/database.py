"""Connections: prepared psycopg for the hot path, set up so that nothing in SQL decides by a clock or a guess."""

from __future__ import annotations

import logging
import time
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from service.store.fuse import Fuse

# Each caller says in its own words that the database is away; the pool would add a line for every try.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

RV = TypeVar("RV")
WAIT = 1.5  # seconds for a connection: the webhook must say 503 within two
PATIENCE = 15.0  # seconds for an answer; the server gives a statement up after ten, if it can still do anything
HURRY = 3.0  # the same for a webhook: Twilio waits for 15 seconds in all, and others wait behind this one

# What is raised where the server is away, stopping, or does not answer in time.
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)

# The first two digits of what the server says when it throws everybody out, or when a connection is broken.
_GONE = ("08", "57P")


def is_gone(problem: BaseException) -> bool:
    """Whether the server was away or a connection to it lost, and not only a statement too slow or in somebody's way."""
    if isinstance(problem, psycopg.OperationalError) and not isinstance(problem, PoolTimeout):
        return problem.sqlstate is None or problem.sqlstate.startswith(_GONE)
    return isinstance(problem, AWAY)


DURABLE = {"fsync": "on", "full_page_writes": "on"}
SYNCHRONOUS = ("on", "local", "remote_write", "remote_apply")


class Waiting(psycopg.Connection[TupleRow]):
    """A connection that does not wait for ever: a frozen server, or one at the end of a dead line, never says that it is away."""

    patience: float = PATIENCE
    taken_at: float = 0.0  # of time.monotonic, when a pool gave it out

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """The answer. Raises OperationalError where none comes in time; the connection is closed then."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == pq.TransactionStatus.ACTIVE:  # its answer is still to come
                self.close()
            raise


class Hurrying(Waiting):
    """The same for webhooks, which somebody is waiting for."""

    patience = HURRY


Pool = ConnectionPool[Waiting]


class FusedPool(Pool):
    """A pool that tells everybody at once that the database is away, while it is: webhooks would queue up behind those that wait."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as the library has it
        """As the library's pool."""
        self.fuse = Fuse()
        super().__init__(*arguments, **options)

    def getconn(self, timeout: float | None = None) -> Waiting:
        """A connection. Raises PoolTimeout where none comes in time, or none came for others just now."""
        if not self.fuse.lets_through():
            raise PoolTimeout("the database did not answer just now")
        try:
            connection = super().getconn(timeout)
        except PoolTimeout:
            self.fuse.failed()
            raise
        connection.taken_at = time.monotonic()
        return connection

    def putconn(self, conn: Waiting) -> None:
        """Take a connection back. Whoever had it for as long as a webhook may wait did not get an answer in time."""
        slow = time.monotonic() - conn.taken_at >= HURRY
        (self.fuse.failed if slow else self.fuse.held)()
        super().putconn(conn)


def open_pool(url: str, size: int = 8) -> Pool:
    """A pool of connections to `url`; it opens lazily, so that a database that is away at start is no crash."""
    return _open(ConnectionPool, Waiting, url, size)


def open_fused_pool(url: str, size: int = 8) -> Pool:
    """The same for webhooks: it never lets many wait for a database that is away."""
    return _open(FusedPool, Hurrying, url, size)


def _open(kind: type[Pool], connections: type[Waiting], url: str, size: int) -> Pool:
    return kind(
        url, connection_class=connections, min_size=0, max_size=size, timeout=WAIT, open=True,
        kwargs={"autocommit": True, "connect_timeout": 2}, configure=_configure, check=None, reconnect_timeout=2, max_idle=300,
    )  # fmt: skip


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
