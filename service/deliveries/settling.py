"""Finding out about messages of which we do not know whether the provider has them: it is asked, then the kind decides."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from service.deliveries.outcomes import Moment, after_asking, pick, read_report
from service.deliveries.reporting import Reporting
from service.gateways.clock import Clock
from service.gateways.crashing import nowhere
from service.gateways.keys import KeyRing
from service.gateways.twilio import Known, Provider, TwilioRefused, TwilioUncertain
from service.store.database import Pool
from service.store.outcomes import Handed, claim_silent, claim_slow, claim_unsure, known_sids, note_outcomes

ASKED = 16  # messages that are asked about at once; each takes a connection to the database for a moment
ASK_AGAIN = timedelta(seconds=20)  # machine time; longer than asking takes
SKEW = timedelta(minutes=1)  # the provider's clock may be behind ours by this

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settling:
    """What is needed to ask the provider and to keep what it says."""

    pool: Pool
    keys: KeyRing
    provider: Provider
    clock: Clock
    new_id: Callable[[], UUID]
    crash: Callable[[str], None] = nowhere

    def settle(self, threads: ThreadPoolExecutor) -> int:
        """Settle every message that is uncertain and due to be asked about; returns how many were looked at."""
        settled = 0
        while handed := self._claimed():
            settled += sum(threads.map(self._settle, handed))
        return settled

    def ask_about_silent(self, threads: ThreadPoolExecutor) -> int:
        """Fetch what was handed over long ago without a final report; returns how many were asked about."""
        with self.pool.connection() as connection:
            handed = claim_silent(connection, self.clock.now(), self.clock.machine(), ASKED, self.keys)
        return sum(threads.map(self._fetch, handed))

    def ask_about_slow(self) -> int:
        """Fetch what concerns safety and has not left, as far as we know; returns how many were asked about."""
        with self.pool.connection() as connection:
            handed = claim_slow(connection, self.clock.now(), self.clock.machine(), ASKED, self.keys)
        return sum(self._fetch(one) for one in handed)

    def _claimed(self) -> tuple[Handed, ...]:
        with self.pool.connection() as connection:
            return claim_unsure(connection, self.clock.machine(), ASK_AGAIN, ASKED, self.keys)

    def _settle(self, handed: Handed) -> int:
        outbound = handed.outbound
        self.crash("before_asking")
        try:
            listed = self.provider.find(handed.number.number, outbound.at - SKEW)
        except (TwilioRefused, TwilioUncertain):
            self._give_up(handed, "no answer")
            return 1
        self.crash("after_asking")
        with self.pool.connection() as connection:
            taken = known_sids(connection, [known.sid for known in listed])
        found = pick(outbound, listed, taken)
        if found is None:
            self._give_up(handed, "nothing there")
        else:
            self._keep(outbound.id, found)
        self.crash("after_settling")
        return 1

    def _give_up(self, handed: Handed, asked: str) -> None:
        moment = Moment(self.clock.now(), self.clock.machine(), self.new_id())
        outcome = after_asking(handed.outbound, "no answer" if asked == "no answer" else "nothing there", moment)
        if outcome is not None:
            with self.pool.connection() as connection:
                note_outcomes(connection, [outcome], moment.now)

    def _fetch(self, handed: Handed) -> int:
        try:
            known = self.provider.fetch(handed.outbound.sid or "")
        except (TwilioRefused, TwilioUncertain) as problem:
            log.info("the provider could not say", outbound=str(handed.outbound.id), why=str(problem))
            return 0
        self._keep(handed.outbound.id, known)
        return 1

    def _keep(self, outbound_id: UUID, known: Known) -> None:
        report = read_report(known.sid, known.status, known.error_code)
        if report is not None:
            Reporting(self.pool, self.provider, self.clock, self.new_id).keep(outbound_id, report)
