"""Whether there is work for the workers: one cheap question, asked often."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from service.store.dialing import TO_CALL

_TO_SEND = """exists (select 1 from outbound where state = 'queued' and ready_at <= %(now)s)
    or exists (select 1 from outbound where state in ('sending', 'unsure') and lease_until <= %(machine)s)"""
_DUE = "exists (select 1 from timers where due_at <= %(now)s and not aside)"


def is_to_send(connection: psycopg.Connection[Any], now: datetime, machine: datetime) -> bool:
    """Whether a message is ready to be sent, or it is time to find out about an uncertain one."""
    return _ask(connection, f"select {_TO_SEND}", now, machine)


def has_work(connection: psycopg.Connection[Any], now: datetime, machine: datetime) -> bool:
    """Whether a timer is due, or there is something to send, to place or to find out."""
    return _ask(connection, f"select {_DUE} or {_TO_SEND} or {TO_CALL}", now, machine)


def _ask(connection: psycopg.Connection[Any], statement: str, now: datetime, machine: datetime) -> bool:
    row = connection.execute(statement, {"now": now, "machine": machine}, prepare=True).fetchone()
    return bool(row and row[0])
