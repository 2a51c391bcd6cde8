"""Keeping what the provider reports of a message, and following where its error says something about the number or the account."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from service.gateways.clock import Clock
from service.gateways.twilio import Provider
from service.store.database import Pool
from service.store.outcomes import Report, note_report, number_of, stop_numbers
from service.store.sending import Hold, hold_sender

# Until the next try while the provider refuses the whole account. Where it says so only afterwards, in its reports, each try
# costs the texts that it took, so that tries are rarer.
ACCOUNT_PAUSE = timedelta(minutes=1)
REPORTED_PAUSE = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reporting:
    """What is needed to keep a report and to follow it."""

    pool: Pool
    provider: Provider
    clock: Clock
    new_id: Callable[[], UUID]

    def keep(self, outbound_id: UUID, report: Report) -> bool:
        """Store a report; returns whether it was new. Only a new one is followed: a repeat, days later, changes nothing."""
        with self.pool.connection() as connection:
            new = note_report(connection, outbound_id, report, self.new_id(), self.clock.now())
        if new and report.code is not None and report.state in ("undelivered", "failed"):
            self._follow_code(outbound_id, report.code)
        return new

    def follow_stop(self, numbers: Iterable[UUID]) -> None:
        """Stop these numbers: they said stop to the provider."""
        stopped = [(number, self.new_id()) for number in numbers]
        if stopped:
            with self.pool.connection() as connection:
                stop_numbers(connection, stopped, self.clock.now())

    def hold(self, codes: Collection[int], pause: timedelta = ACCOUNT_PAUSE) -> None:
        """Let routine texts wait because of these codes, if there are any."""
        if codes:
            log.error("the provider refuses the whole account: routine texts wait", code=min(codes))
            machine = self.clock.machine()
            hold = Hold(self.provider.number, machine + pause, min(codes), machine, self.clock.now())
            with self.pool.connection() as connection:
                hold_sender(connection, hold)

    def _follow_code(self, outbound_id: UUID, code: int) -> None:
        kind = self.provider.errors.class_of(code)
        if kind == "account":
            self.hold({code}, REPORTED_PAUSE)
        elif kind == "opted_out":
            with self.pool.connection() as connection:
                number = number_of(connection, outbound_id)
            self.follow_stop([] if number is None else [number])
