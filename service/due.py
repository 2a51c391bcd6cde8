"""The door for what comes from time: due timers are claimed, decided and carried out in one transaction.

Any number of workers may run it at once. A batch that fails is tried timer by timer; of one that fails three times a person is
told, and it is set aside, unless it concerns safety: that is tried for ever, more and more seldom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog

from service.gateways.clock import Clock
from service.gateways.crashing import nowhere
from service.gateways.keys import KeyRing
from service.rules.setting import Setting
from service.store.aside import rearm_ladders, revive
from service.store.claiming import LANES, claim_due, count_failure
from service.store.commit import write
from service.store.database import Pool
from service.store.gather import Wanted, gather
from service.store.marks import careful_since
from service.store.narrow import gather_narrow
from service.store.reading import Reader, note
from service.store.rows import Audit, QueueItem, Timer
from service.store.scene import NotGathered, Scene

BATCH = 100  # a text from somebody in it waits until it is written; larger ones save one part in fifty (docs/performance.md)
FAILURES = 3  # before a person is told, and what does not concern safety is set aside

REARMED = "a ladder that stood still goes on"  # in the audit table: a name that others may look for
Handler = Callable[[Scene, Setting, Timer, datetime], Scene]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """Carries out what is due. `handlers` has one pure function for each kind of timer."""

    pool: Pool
    keys: KeyRing
    setting: Setting
    handlers: Mapping[str, Handler]
    clock: Clock
    poke: Callable[[], None]
    quiet: bool = True  # keep to safety where this database may lack what happened
    crash: Callable[[str], None] = nowhere

    def run(self) -> int:
        """Carry out everything that is due now, batch by batch; returns how many timers were settled.

        Where there is much of it, two batches are under way at once: one is decided while PostgreSQL carries out the other.
        """
        settled = self._batch(BATCH)
        try:
            if settled == BATCH:
                settled += self._side_by_side()
            elif settled:
                settled += self._rest()
        finally:
            if settled:
                self.poke()
        return settled

    def rearm(self) -> int:
        """Let ladders that lost their timer, and what concerns safety and was set aside, go on; returns how many. Kept in the audit."""
        now = self.clock.now()
        with self.pool.connection() as connection, connection.transaction():
            still = rearm_ladders(connection, now)
            for escalation_id, running in still:
                note(
                    Reader(connection, self.keys),
                    Audit(self.setting.new_id(), now, None, REARMED, escalation_id, {"running": running}),
                )
            revived = revive(connection, safety=True)
        if still or revived:
            log.error("what concerns safety stood still and goes on", ladders=len(still), others=revived)
            self.poke()
        return len(still) + revived

    def _side_by_side(self) -> int:
        with ThreadPoolExecutor(1, "due") as other:
            beside = other.submit(self._rest)
            return self._rest() + beside.result()

    def _rest(self) -> int:
        settled = 0
        while done := self._batch(BATCH):
            settled += done
        return settled

    def _batch(self, limit: int) -> int:
        try:
            return self._carried_out(limit)
        except psycopg.errors.DeadlockDetected:
            return 0  # another worker has it in hand; the next look finds what is left
        except psycopg.OperationalError:
            raise
        except Exception:
            log.exception("a batch of timers failed", size=limit)
            return self._one_by_one()

    def _carried_out(self, limit: int) -> int:
        now = self.clock.now()
        with self.pool.connection() as connection, connection.transaction():
            timers = claim_due(connection, now, limit, self.handlers, self._lanes(connection))
            if not timers:
                return 0
            scenes = self._decided(connection, timers, now)
            self.crash("before_timers")
            settled = len(write(connection, scenes, self.keys).units)
            self.crash("written_timers")
        self.crash("after_timers")
        return settled

    def _lanes(self, connection: psycopg.Connection[Any]) -> int:
        """Only safety is due while this database may lack what happened: a check-in may have gone out already."""
        careful = self.quiet and careful_since(connection, self.clock.machine()) is not None
        return 1 if careful else LANES

    def _decided(self, connection: psycopg.Connection[Any], timers: Sequence[Timer], now: datetime) -> list[Scene]:
        """What follows from each timer: on the narrow read for those whom nobody else concerns, else on the wide one."""
        by_number = {timer.number_id: timer for timer in timers}
        decided: dict[UUID, Scene] = {}
        for scene in gather_narrow(connection, Wanted(ids=tuple(by_number)), now, self.keys):
            try:
                decided[scene.number.id] = self._decide(scene, by_number[scene.number.id], now)
            except NotGathered:
                continue  # among those that are left
        left = tuple(number for number in by_number if number not in decided)
        for scene in gather(connection, Wanted(ids=left), now, self.keys) if left else ():
            decided[scene.number.id] = self._decide(scene, by_number[scene.number.id], now)
        return [decided[timer.number_id] for timer in timers]

    def _decide(self, scene: Scene, timer: Timer, now: datetime) -> Scene:
        # Cancelled first: a handler that sets it again keeps it, and one that does nothing is rid of it.
        return self.handlers[timer.kind](scene.cancel((timer.kind, timer.subject)), self.setting, timer, now)

    def _one_by_one(self) -> int:
        """Carry out what is due one timer at a time, counting failures, so that only the bad ones stay behind."""
        settled, tried = 0, set[tuple[str, UUID]]()
        while True:
            with self.pool.connection() as connection, connection.transaction():
                now = self.clock.now()
                due = claim_due(connection, now, BATCH, self.handlers, self._lanes(connection))
                timers = [timer for timer in due if timer.key not in tried]
                if not timers:
                    return settled
                tried.add((timers[0].kind, timers[0].subject))
                settled += self._alone(connection, timers[0], now)

    def _alone(self, connection: psycopg.Connection[Any], timer: Timer, now: datetime) -> int:
        try:
            with connection.transaction():
                return len(write(connection, self._decided(connection, [timer], now), self.keys).units)
        except Exception:
            log.exception("a timer failed", kind=timer.kind, subject=str(timer.subject))
            if count_failure(connection, timer, FAILURES, now):
                self._tell_a_person(connection, timer, now)
            return 0

    def _tell_a_person(self, connection: psycopg.Connection[Any], timer: Timer, now: datetime) -> None:
        why = f"set aside: {timer.kind}"
        item = QueueItem(
            self.setting.new_id(), timer.number_id, why, now, role="coordinator", tier=2 if timer.lane == 0 else 0
        )
        try:
            with connection.transaction():
                (scene,) = gather(connection, Wanted(ids=(timer.number_id,)), now, self.keys)
                write(connection, [scene.with_rows(item)], self.keys)
        except Exception:
            # What cannot be read fails here too: the failure stays counted, or it would be tried without a pause.
            log.exception("nobody could be told of a timer that fails", kind=timer.kind, subject=str(timer.subject))
