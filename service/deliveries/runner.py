"""Hands over what waits: claims in batches, calls the provider from threads with no transaction open, stores the answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from psycopg.errors import DeadlockDetected

from service.deliveries.asking import Asking
from service.deliveries.choosing import Limits, choose, day_of, lanes_open
from service.deliveries.flight import Flight
from service.deliveries.outcomes import Answer, Moment, after_answer, not_begun, read_report, validity
from service.deliveries.reporting import Reporting
from service.deliveries.settling import Settling
from service.gateways.clock import Clock
from service.gateways.keys import KeyRing
from service.gateways.twilio import CONCURRENCY, CONNECT, READ, Accepted, Provider, TwilioRefused, TwilioUncertain
from service.store.database import Pool
from service.store.incidents import end_incidents
from service.store.marks import careful_since
from service.store.outcomes import Outcome, note_outcomes
from service.store.pending import is_to_send
from service.store.sending import Claim, Waiting, give_back, lock_sender, lock_waiting, mark, tell_of_cap, use_sender
from service.store.watching import notice_late

LEASE = timedelta(seconds=16)  # machine time; longer than the longest request, so that only the dead and frozen lose it
REQUEST = timedelta(seconds=CONNECT + READ)
BATCH = 50  # messages of one claim at most: what is claimed goes while the next is, and other workers wait for the lock
LOOK = 0.25  # seconds after which new messages are looked for while others are in flight
STINT = 20.0  # seconds after which one run ends, so that a worker that should stop can

log = structlog.get_logger()
Ours = tuple[Waiting, Claim]  # what is ours to hand over, and since when
Tried = tuple[Waiting, Outcome, Answer | None]


@dataclass(slots=True)
class Deliveries:
    """One process's senders. Any number of processes may run; several runs in one process become one."""

    pool: Pool
    keys: KeyRing
    provider: Provider
    clock: Clock
    limits: Limits
    public_url: str
    new_id: Callable[[], UUID]
    poke: Callable[[], None]
    crash: Callable[[str], None]
    stint: float = STINT
    concurrency: int = CONCURRENCY
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _again: threading.Event = field(default_factory=threading.Event)
    _threads: ThreadPoolExecutor = field(init=False)
    _keeper: ThreadPoolExecutor = field(init=False)
    _asker: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Threads for all requests at once; they start when they are needed."""
        self._threads = ThreadPoolExecutor(self.concurrency, "sender")
        self._keeper = ThreadPoolExecutor(1, "keeper")
        self._asker = ThreadPoolExecutor(1, "asker")

    def run(self) -> int:
        """Settle what is uncertain and hand over all that is ready; returns how many tries were made.

        A second run in this process returns at once and makes the first look again. Raises the database's error where it is away.
        """
        self._again.set()
        tries = 0
        while self._again.is_set() and self._turn.acquire(blocking=False):
            try:
                self._again.clear()
                tries += self._drain()
            finally:
                self._turn.release()
        return tries

    def sweep(self) -> int:
        """Ask the provider about messages of which no final report came; returns how many."""
        return self._settling().ask_about_silent(self._threads)

    def watch(self) -> int:
        """Have people told of alerts and safety texts that have not left within a minute; returns how many. Asks nobody but the database."""
        with self.pool.connection() as connection:
            late = notice_late(connection, self.clock.now())
        if late:
            log.error("what concerns safety has not left within a minute", messages=late)
            self.poke()
        return late

    def end_incidents(self) -> int:
        """Have people told that the provider takes texts again, where it refused our account; returns how many incidents ended."""
        with self.pool.connection() as connection:
            ended = end_incidents(connection, self.clock.now(), self.clock.machine())
        if ended:
            log.info("the provider takes texts again")
            self.poke()
        return ended

    def refused(self, code: int) -> None:
        """Follow that the provider refused our whole account with this code where no text was sent: routine texts wait."""
        self._reporting().hold({code})
        self.poke()

    def ask_about_slow(self) -> int:
        """Ask the provider about alerts and safety texts that it has not let go, as far as we know; returns how many."""
        return self._settling().ask_about_slow()

    def has_work(self) -> bool:
        """Whether anything is ready to be sent, or waits to be settled."""
        with self.pool.connection() as connection:
            return is_to_send(connection, self.clock.now(), self.clock.machine())

    def report(self, outbound_id: UUID, sid: str, status: str, code: int | None) -> bool:
        """Store the provider's report about a message of ours; returns whether it was new. Raises where the database is away."""
        report = read_report(sid, status, code)
        if report is None:
            log.warning("unknown status", outbound=str(outbound_id), status=status[:40])
            return False
        self.crash("before_report")
        new = self._reporting().keep(outbound_id, report)
        self.crash("after_report")
        if new:
            self.poke()
        return new

    def close(self) -> None:
        """Let the senders finish."""
        self._asker.shutdown()  # first: it asks by the senders' threads
        self._threads.shutdown()
        self._keeper.shutdown()

    def _settling(self) -> Settling:
        return Settling(self.pool, self.keys, self.provider, self.clock, self.new_id, self.crash)

    def _reporting(self) -> Reporting:
        return Reporting(self.pool, self.provider, self.clock, self.new_id)

    def _drain(self) -> int:
        until, tries, sure = time.monotonic() + self.stint, 0, False
        flight: Flight[Ours, Tried] = Flight(self._threads, self.concurrency, self._hand_over)
        storing: Future[int] | None = None  # beside the next claim, so that neither waits for the other
        asking = Asking(lambda: self._settling().settle(self._threads), self._asker)
        while True:
            pause, room = None, 0
            if time.monotonic() < until:
                asking.go_on()
                room = min(flight.room(), BATCH)
            if room and (sure or self.has_work()):
                claimed, pause = self._claim(room)
                flight.take(claimed)
                sure = len(claimed) == room  # then more may wait, and nobody needs to ask
            if flight.out or storing is not None:
                tries += 0 if storing is None else storing.result()
                landed = flight.landed(LOOK) if flight.out else []
                storing = self._keeper.submit(self._store, landed) if landed else None
                self._give_back(flight.given_back())
            elif pause is not None:
                time.sleep(pause)
            elif asking.settled(LOOK) == 0:
                return tries

    def _claim(self, limit: int) -> tuple[list[Ours], float | None]:
        """Messages that are now ours to hand over, and in how many seconds to look again if the rate held some back."""
        with self.pool.connection() as connection, connection.transaction():
            now, machine = self.clock.now(), self.clock.machine()
            claim = Claim(self.new_id(), now, machine, machine + LEASE)
            sender = lock_sender(connection, self.provider.number, machine)
            careful = careful_since(connection, machine)
            waiting = lock_waiting(connection, (now, machine), limit, self.keys, lanes_open(sender, machine), careful)
            chosen = choose(waiting, sender, self.limits, now, machine)
            if chosen.marks:
                ours = mark(connection, chosen.marks, claim)
                use_sender(connection, self.provider.number, chosen.free_at, chosen.day, chosen.segments)
                if chosen.capped and sender.told_day != chosen.day:
                    tell_of_cap(connection, self.provider.number, chosen.day, now)
            else:
                ours = frozenset()
        self.crash("after_claim")
        left = len(chosen.marks) < len(waiting)
        pause = min(1.0, max(0.05, (chosen.free_at - machine).total_seconds() - 1)) if left else None
        # What was only withheld may have hidden the next message of the same person: look again at once.
        claimed = [(item, claim) for item in waiting if item.outbound.id in ours]
        return claimed, 0.0 if pause is None and chosen.marks else pause

    def _hand_over(self, ours: Ours) -> Tried:
        """One try; not made where this process was frozen for so long that others may settle it before the provider answers."""
        item, claim = ours
        self.crash("before_http")
        late = self.clock.machine() >= claim.lease_until - REQUEST
        answer = TwilioRefused(0, "temporary") if late else self._ask(item)
        self.crash("after_http")
        now = claim.now if isinstance(answer, Accepted) else self.clock.now()  # of the first nothing is due later
        return item, after_answer(item.outbound, claim.claim_id, answer, self._moment(now)), answer

    def _moment(self, now: datetime) -> Moment:
        return Moment(now, self.clock.machine(), self.new_id())

    def _ask(self, item: Waiting) -> Answer:
        outbound, now = item.outbound, self.clock.now()
        url = f"{self.public_url}/twilio/messages/{outbound.id}/status"
        try:
            return self.provider.send(item.number.number, outbound.body, url, validity(outbound, now))
        except (TwilioRefused, TwilioUncertain) as answer:
            return answer

    def _give_back(self, ours: Collection[Ours]) -> None:
        """Put back what was claimed and not begun, as if it had not been claimed: the next claim reads consent again."""
        if ours:
            self._note([not_begun(item.outbound, claim.claim_id, self.new_id()) for item, claim in ours])
            self._uncount([item for item, _ in ours])

    def _store(self, tried: Collection[Tried]) -> int:
        if not tried:
            return 0
        self.crash("before_store")
        refused = [(item, answer) for item, _, answer in tried if isinstance(answer, TwilioRefused)]
        # A STOP first: as soon as a text is no longer under way, somebody may claim the next one to that number.
        self._reporting().follow_stop({item.number.id for item, answer in refused if answer.kind == "opted_out"})
        self._note([outcome for _, outcome, _ in tried])
        self.crash("after_store")
        self._uncount([item for item, _ in refused])
        self._reporting().hold({answer.code for _, answer in refused if answer.kind == "account"})
        self.poke()
        return len(tried)

    def _uncount(self, items: Collection[Waiting]) -> None:
        """Nothing was spent on these: they do not use up the day."""
        if items and self.limits.spend_cap is not None:
            day, segments = day_of(self.limits, self.clock.now()), sum(item.outbound.segments for item in items)
            with self.pool.connection() as connection:
                give_back(connection, self.provider.number, day, segments)

    def _note(self, outcomes: list[Outcome]) -> None:
        for _ in range(3):
            try:
                with self.pool.connection() as connection:
                    note_outcomes(connection, outcomes, self.clock.now())
            except DeadlockDetected:
                continue
            return
