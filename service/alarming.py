"""Telling a monitor beside the provider what no text can tell: PEERLINE_ALARM_URL gets a small document without anybody in it.

It is told when something is wrong that was not before, again every ten minutes while it lasts, and once when it is over. What
was told is remembered in the database, so that several clock processes do not all tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from config.settings import Settings
from service.gateways.alarm import post_alarm
from service.gateways.clock import Clock
from service.health import Health, health_of
from service.store.database import WAIT, Pool
from service.store.marks import ALARM, Mark, read_mark, set_mark
from service.store.vitals import read_vitals

AGAIN = timedelta(minutes=10)  # until the same is told once more: a monitor may have forgotten it
State = Literal["trouble", "over"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is needed to look, to tell, and to remember what was told; `post` says whether a document was taken."""

    settings: Settings
    pool: Pool
    clock: Clock
    post: Callable[[str, Mapping[str, object]], bool]

    def look(self) -> State | None:
        """Look once, and tell where there is news; returns what was told. What was not taken is told at the next look.

        Raises the database's error where it is away: of that tells whoever asks /health/ready.
        """
        url, now, machine = self.settings.alarm_url, self.clock.now(), self.clock.machine()
        if url is None:
            return None
        health = health_of(read_vitals(self.pool, now, machine, WAIT), broker=True, now=now, machine=machine)
        found = troubles_of(health)
        with self.pool.connection() as connection:
            before = read_mark(connection, ALARM)
        news = news_of(before, found, machine)
        if news is None:
            return None
        if not self.post(url, document_of(self.settings, news, found, machine)):
            log.error("the monitor did not take the alarm", troubles=list(found))
            return None
        with self.pool.connection() as connection:
            set_mark(connection, ALARM, machine, {"troubles": list(found)})
        return news


def open_alarm(settings: Settings, pool: Pool, clock: Clock) -> Alarm:
    """The alarm of a process."""
    live = settings.mode == "live"
    return Alarm(settings, pool, clock, lambda url, document: post_alarm(url, document, proxies=live))


def troubles_of(health: Health) -> Mapping[str, int]:
    """What is worth an alarm, by name, each with a number: the provider's code, or how many there are. Nothing of people."""
    vitals = health.vitals
    if vitals is None or not vitals.schema_current:
        return {}
    told = {
        "account_refused": vitals.refused_code or 0,
        "canary_missing": int(health.canary_missing),
        "alert_reached_nobody": vitals.unreached,
        "text_undecided": vitals.unsettled,
    }
    return {name: number for name, number in told.items() if number}


def news_of(before: Mark | None, found: Mapping[str, int], machine: datetime) -> State | None:
    """What there is to tell now, or None; `before` is what was told last, and when (machine time)."""
    known = set() if before is None else set(before.detail["troubles"])
    if not found:
        return "over" if known else None
    if before is None or set(found) - known or machine - before.at >= AGAIN:
        return "trouble"
    return None


def document_of(settings: Settings, state: State, found: Mapping[str, int], machine: datetime) -> dict[str, object]:
    """The document as it is posted."""
    return {
        "service": "peerline", "address": settings.public_url, "state": state, "at": machine.isoformat(),
        "troubles": dict(found),
    }  # fmt: skip
