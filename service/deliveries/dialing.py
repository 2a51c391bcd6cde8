"""Places the calls that wait: claimed first, then asked for with no transaction open, then noted.

At least once, at most twice: where it is uncertain whether the provider has a call it is placed again, once, at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from service.deliveries.choosing import is_stopped
from service.gateways.clock import Clock
from service.gateways.keys import KeyRing
from service.gateways.twilio import CONNECT, READ, Accepted, Provider, TwilioRefused, TwilioUncertain
from service.gateways.twilio_calls import fetch_call, place_call
from service.store.consequences import STOPPED
from service.store.database import Pool
from service.store.dialing import (
    Dialed,
    Result,
    claim_calls,
    claim_silent_calls,
    is_to_call,
    left_behind,
    mark_calls,
    note_call,
    report_call,
)  # fmt: skip
from service.store.rows import Call

AT_ONCE = 8  # calls that one process has the provider asked for side by side
LEASE = timedelta(seconds=30)  # machine time; longer than the longest request
REQUEST = timedelta(seconds=CONNECT + READ)
BUSY = timedelta(minutes=5)  # machine time after which a call of which no end was told does not hold up the next
TRIES = 4  # of a call about the account, on temporary refusals; then somebody else is called
# Between two tries of a call about an alert, which goes on until its round is over.
LONGEST_PAUSE = timedelta(seconds=15)
TAKEN = "the alert was taken or closed before the call was placed"
OVER = "its round was over before the call was placed"
RETRIES = "#rc=3&rp=all"  # the provider asks again where we do not answer (RELIABILITY.md 1.2)

_STATES = {
    "queued": "placed", "initiated": "placed", "ringing": "placed", "in-progress": "placed", "completed": "ended",
    "busy": "failed", "no-answer": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Dialing:
    """One process's calls. Any number of processes may run."""

    pool: Pool
    keys: KeyRing
    provider: Provider
    clock: Clock
    public_url: str
    new_id: Callable[[], UUID]
    poke: Callable[[], None]
    crash: Callable[[str], None] = field(default=lambda _: None)

    def run(self) -> int:
        """Place every call that is ready; returns how many tries were made. Raises the database's error where it is away."""
        tries = 0
        while self._is_to_call():
            self._settle()
            claim, given_up = self.new_id(), self.clock.machine() + LEASE - REQUEST
            claimed = self._claimed(claim)
            if not claimed:
                break
            self._place_all(claimed, claim, given_up)
            tries += len(claimed)
        return tries

    def report(self, call_id: UUID, sid: str, status: str, code: int | None) -> bool:
        """Store the provider's report about a call of ours; returns whether it was new. Raises where the database is away."""
        state = _STATES.get(status)
        if state is None:
            log.warning("unknown status of a call", call=str(call_id), status=status[:40])
            return False
        with self.pool.connection() as connection:
            new = report_call(connection, call_id, sid, state, status, code, self.clock.now())
        if new:
            self.poke()
        return new

    def ask_about_silent(self) -> int:
        """Ask the provider about calls of which no end was told, since a report may be lost; returns of how many it said something new."""
        with self.pool.connection() as connection:
            silent = claim_silent_calls(connection, self.clock.now(), self.clock.machine(), AT_ONCE)
        return sum(self._fetch(call_id, sid) for call_id, sid in silent)

    def _fetch(self, call_id: UUID, sid: str) -> bool:
        try:
            return self.report(call_id, sid, fetch_call(self.provider, sid), None)
        except (TwilioRefused, TwilioUncertain) as problem:
            log.info("the provider could not say", call=str(call_id), why=str(problem))
            return False

    def _is_to_call(self) -> bool:
        with self.pool.connection() as connection:
            return is_to_call(connection, self.clock.now(), self.clock.machine())

    def _claimed(self, claim: UUID) -> list[Dialed]:
        with self.pool.connection() as connection, connection.transaction():
            now, machine = self.clock.now(), self.clock.machine()
            waiting = claim_calls(connection, now, machine - BUSY, AT_ONCE, self.keys)
            held = [(item.call.id, why_held(item)) for item in waiting]
            ours = mark_calls(connection, held, claim, now, machine, machine + LEASE)
        self.crash("after_claim")
        return [item for item in waiting if item.call.id in ours]

    def _place_all(self, claimed: Sequence[Dialed], claim: UUID, given_up: datetime) -> None:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for result in threads.map(lambda item: self._place(item, claim, given_up), claimed):
                self._note(result)
        self.poke()

    def _place(self, item: Dialed, claim: UUID, given_up: datetime) -> Result:
        """One try; not made after `given_up`, when this process was frozen for so long that others may settle it."""
        base = f"{self.public_url}/twilio/calls/{item.call.id}"
        answer: Accepted | TwilioRefused | TwilioUncertain
        try:
            if self.clock.machine() >= given_up:
                raise TwilioRefused(0, "temporary")  # noqa: TRY301 - the same road as the provider's own
            answer = place_call(self.provider, item.number.number, f"{base}/0{RETRIES}", f"{base}/status")
        except (TwilioRefused, TwilioUncertain) as problem:
            answer = problem
        self.crash("after_http")
        return after_placing(item.call, claim, answer, self.clock.now())

    def _note(self, result: Result) -> None:
        with self.pool.connection() as connection:
            note_call(connection, result, self.clock.now())

    def _settle(self) -> None:
        """What was left behind by a process that died is uncertain."""
        with self.pool.connection() as connection:
            for call in left_behind(connection, self.clock.machine(), self.keys):
                note_call(connection, in_doubt(call, call.claim or call.id, self.clock.now()), self.clock.now())


def why_held(item: Dialed) -> str | None:
    """Why a call must not be placed now; None if it may."""
    if is_stopped(item.number):
        return STOPPED
    if item.call.kind == "alert" and item.escalation != "open":
        return TAKEN
    return OVER if item.call.kind == "alert" and item.round is not None and item.call.round < item.round else None


def after_placing(call: Call, claim: UUID, answer: Accepted | TwilioRefused | TwilioUncertain, now: datetime) -> Result:
    """What a try came to."""
    if isinstance(answer, Accepted):
        return Result(call.id, claim, "placed", sid=answer.sid)
    if isinstance(answer, TwilioUncertain):
        return in_doubt(call, claim, now)
    if answer.kind == "temporary" and (call.kind == "alert" or call.attempts + 1 < TRIES):
        again = now + min(timedelta(seconds=2 ** min(call.attempts + 1, 10)), LONGEST_PAUSE)
        return Result(call.id, claim, "queued", code=answer.code, ready_at=again)
    return Result(call.id, claim, "failed", code=answer.code)


def in_doubt(call: Call, claim: UUID, now: datetime) -> Result:
    """A call of which nobody knows whether it was placed: again at once the first time, then the ladder climbs."""
    if call.copies == 0:
        return Result(call.id, claim, "queued", ready_at=now, again=True)
    return Result(call.id, claim, "unknown")
