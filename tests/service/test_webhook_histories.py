"""Webhooks that come again, late and in disorder: what is true at the end is what would be true had each come once.

Ten histories here; with PEERLINE_HISTORIES=10000 in the environment it lives through more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.assembly import conversation_handlers
from service.deliveries.outcomes import read_report
from service.gateways.ids import new_id
from service.inbox import Inbox, Incoming
from service.staff_texts import decide_staff
from service.store.database import open_pool
from service.store.outcomes import note_report
from tests.clocks import HeldClock
from tests.emptying import empty
from tests.house import NOW, setting
from tests.service.test_inbox import KEYS, people

EXAMPLES = int(os.environ.get("PEERLINE_HISTORIES", "10"))
SAM, ROSA, NOBODY = "+15555550101", "+15555550121", "+15555550177"
WORDS = ("hello", "TALK", "STOP", "START", "HELP", "PAUSE", "BACK", "i want to kill myself", "NOW", "ES", "4", "")
STATUSES = ("queued", "sending", "sent", "delivered", "undelivered", "failed", "read", "canceled")
MONTH = 30 * 24 * 3600  # seconds
ARRIVALS = st.lists(st.integers(0, MONTH), min_size=1, max_size=5)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One webhook: when it comes, after how many seconds, and which text it brings or which report of which message."""

    after: int
    what: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class House:
    """An organisation in a database, with a clock that is moved."""

    inbox: Inbox
    clock: HeldClock

    def live(self, texts: Sequence[Arrival], reports: Sequence[Arrival]) -> dict[str, list[tuple[Any, ...]]]:
        """Begin anew, take everything in at its moment, and tell what is true then."""
        with self.inbox.pool.connection() as connection:
            empty(connection)
            people(connection)
            for arrival in texts:
                self.clock.times.append(NOW + timedelta(seconds=arrival.after))
                self.inbox.take(Incoming(*arrival.what))
            rows = connection.execute("select id from outbound order by seq").fetchall()
            for arrival in reports:
                place, status = arrival.what
                if place < len(rows):
                    at = NOW + timedelta(seconds=MONTH + arrival.after)
                    report(connection, rows[place][0], f"SM-out-{place}", status, at)
            return truth(connection)


def report(connection: psycopg.Connection[Any], outbound: Any, sid: str, status: str, now: datetime) -> None:  # noqa: ANN401
    """The provider's report about a message."""
    read = read_report(sid, status, 30003 if status in ("undelivered", "failed") else None)
    assert read is not None
    note_report(connection, outbound, read, new_id(), now)


def truth(connection: psycopg.Connection[Any]) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that counts, without ids and codes, which are drawn anew each time."""
    asked = {
        "inbound": "select sid, state, received_at, ends, verdict from inbound order by sid",
        "outbound": "select kind, state, at, sent_at, final_at, error_code, reason ->> 'rule' from outbound order by seq",
        "consent": "select blind, consent, consent_at from numbers order by blind",
        "ledger": "select what, how, at from consent_ledger order by at, what, how",
        "alerts": "select running, tier, state, said_stop from escalations order by running",
        "queue": "select why, role, tier, since, closed_at from queue order by since, why, role",
        "timers": "select kind, due_at from timers order by due_at, kind",
        "audit": "select at, what from audit order by at, what",
    }
    return {name: connection.execute(statement).fetchall() for name, statement in asked.items()}


@pytest.fixture
def house(database: str) -> Iterator[House]:
    """The made-up organisation."""
    clock = HeldClock(None)
    with open_pool(database) as pool:
        made = replace(setting(), new_id=new_id)
        yield House(Inbox(pool, KEYS, made, conversation_handlers(), decide_staff, clock, lambda: None), clock)


def in_time(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Arrivals in the order of their coming."""
    return sorted(arrivals, key=lambda arrival: arrival.after)


def first_ones(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Of each text or report the first arrival alone."""
    found: dict[tuple[Any, ...], Arrival] = {}
    for arrival in arrivals:
        found.setdefault(arrival.what, arrival)
    return list(found.values())


TEXTS = st.lists(st.tuples(st.sampled_from((SAM, SAM, ROSA, NOBODY)), st.sampled_from(WORDS), ARRIVALS), max_size=8)
REPORTS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(STATUSES), ARRIVALS), max_size=8)


@given(texts=TEXTS, reports=REPORTS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_repeats_and_disorder_change_nothing(
    house: House, texts: list[tuple[str, str, list[int]]], reports: list[tuple[int, str, list[int]]]
) -> None:
    """Each webhook one to five times, in any order, up to a month later: no text, alert or fact more than with each once."""
    came = in_time([
        Arrival(after, (f"SM-in-{place}", sender, "+15555550100", words))
        for place, (sender, words, times) in enumerate(texts) for after in times
    ])  # fmt: skip
    told = in_time([Arrival(after, (place, status)) for place, status, times in reports for after in times])
    assert house.live(came, told) == house.live(first_ones(came), first_ones(told))
