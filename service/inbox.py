"""The door for what comes from phones: gather, decide, carry out, and never lose what was sent.

One text is one read, one decision and one committing write. A stale version is decided again; what cannot be decided is
stored unsettled, a person is told, and a timer takes it up again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import structlog
from psycopg import errors

from service.calls import note_call
from service.canary import answer_canary
from service.conversations import Handlers
from service.gateways.clock import Clock
from service.gateways.crashing import nowhere
from service.gateways.keys import KeyRing
from service.lateness import hold_repeats
from service.member_texts import decide_text
from service.queues import trusted
from service.rules.canary import is_canary
from service.rules.setting import Setting
from service.store.commit import write
from service.store.database import AWAY, Pool
from service.store.gather import Wanted, gather
from service.store.narrow import gather_narrow, is_alone
from service.store.rows import Inbound, Number, Timer
from service.store.scene import NotGathered, Scene
from service.turns import Busy, Turns
from service.undecided import keep_undecided, still_told_of, try_again_later

TRIES = 3  # decisions on versions that turned out stale, before a person is told instead
KEEPING = 50  # tries to store a message as it is, before the provider is told to come again
REMEMBERED = 10_000  # numbers of which it is remembered that others are concerned

log = structlog.get_logger()
DecideStaff = Callable[[Scene, Setting, Inbound, datetime], Scene]


class NotStored(RuntimeError):
    """A text could not be stored now; the caller answers 503, so that nobody believes it was."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text or call as the provider handed it over; `received_at` is set where it was fetched late from the provider's list."""

    sid: str
    from_number: str
    to_number: str
    body: str
    media: int = 0
    received_at: datetime | None = None
    kind: str = "text"  # text | call


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes texts in. Everything it needs is handed in once by the assembly."""

    pool: Pool
    keys: KeyRing
    setting: Setting
    handlers: Handlers
    decide_staff: DecideStaff
    clock: Clock
    poke: Callable[[], None]  # tells the workers, after the commit, that there may be work
    crash: Callable[[str], None] = nowhere
    # Numbers about which others were concerned last time, by blind index: they are read wide at once. It is a guess that
    # saves a statement, and may be wrong either way.
    _together: set[bytes] = field(default_factory=set)
    _turns: Turns = field(default_factory=Turns)

    def take(self, incoming: Incoming) -> str:
        """Store a text and carry out what follows from it, in one commit; returns what happened: taken, repeat or unsettled.

        Raises NotStored where the database cannot be reached or its number is too busy.
        """
        try:
            with self._turns.of(incoming.from_number):
                outcome = self._with_a_connection(incoming)
        except AWAY as problem:
            log.warning("a text could not be stored", sid=incoming.sid, why=type(problem).__name__)
            raise NotStored("the database is away") from problem
        except Busy as problem:
            log.warning("a text could not be stored", sid=incoming.sid, why="too much comes from its number")
            raise NotStored(f"too much comes from the number of the text {incoming.sid}") from problem
        self.crash("after_text")
        self.poke()
        return outcome

    def settle_again(self, scene: Scene, _setting: Setting, timer: Timer, now: datetime) -> Scene:
        """Take up a message that could not be decided when it came (a timer's handler)."""
        inbound = scene.get(Inbound, timer.subject)
        if inbound is None or inbound.state == "settled":
            return scene
        try:
            return self._decide(scene, inbound, now)
        except NotGathered:
            raise
        except Exception:
            log.exception("still unsettled", inbound=str(inbound.id), tries=inbound.tries + 1)
            return try_again_later(scene, self.setting, inbound, now)

    def _with_a_connection(self, incoming: Incoming) -> str:
        # Not the pool's own `with`, which looks for a transaction to commit: each statement here is one by itself.
        connection = self.pool.getconn()
        try:
            return self._settle(connection, incoming)
        finally:
            self.pool.putconn(connection)

    def _settle(self, connection: psycopg.Connection[Any], incoming: Incoming) -> str:
        now = self.clock.now()
        for tries in range(1, KEEPING):
            try:
                decided, outcome = self._taken(self._scene(connection, incoming, now), incoming, now)
            except NotGathered:
                decided, outcome = self._taken(self._wide(connection, incoming, now), incoming, now)
                self._remember(decided.number, together=True)
            if outcome == "repeat" or self._written(connection, decided):
                return outcome
            if tries >= TRIES and not _is_about_consent(decided.inbound(incoming.sid)):
                break
        return self._keep(connection, incoming, now)

    def _taken(self, scene: Scene, incoming: Incoming, now: datetime) -> tuple[Scene, str]:
        """The scene after a text, and what became of it. Raises NotGathered where others are concerned after all."""
        known = scene.inbound(incoming.sid)
        if known is not None and known.state == "settled":
            return scene, "repeat"
        inbound = known or self._row(scene, incoming, now)
        try:
            return self._decide(scene.with_rows(inbound), inbound, now), "taken"
        except NotGathered:
            raise
        except Exception:
            log.exception("a text could not be decided", sid=incoming.sid)
            return keep_undecided(scene, self.setting, inbound, now), "unsettled"

    def _decide(self, scene: Scene, inbound: Inbound, now: datetime) -> Scene:
        decided = still_told_of(self._decided(scene, inbound, now), inbound)
        return hold_repeats(scene, decided, now) if inbound.late and scene.fact("quiet") else decided

    def _decided(self, scene: Scene, inbound: Inbound, now: datetime) -> Scene:
        if is_canary(scene.number.number, inbound.body):
            return answer_canary(scene, self.setting, inbound, now)
        if inbound.kind == "call":
            return note_call(scene, self.setting, self.handlers, inbound, now)
        scene = trusted(scene)
        if scene.number.owner == "staff":
            return self.decide_staff(scene, self.setting, inbound, now)
        return decide_text(scene, self.setting, self.handlers, inbound, now)

    def _scene(self, connection: psycopg.Connection[Any], incoming: Incoming, now: datetime) -> Scene:
        """What a decision needs: little, where nobody else seems to be concerned."""
        blind = self.keys.blind(incoming.from_number)
        if blind not in self._together:
            for scene in gather_narrow(connection, Wanted(blind=blind, sid=incoming.sid), now, self.keys):
                return scene
        return self._wide(connection, incoming, now)

    def _wide(self, connection: psycopg.Connection[Any], incoming: Incoming, now: datetime) -> Scene:
        newcomer = self._newcomer(incoming, now)
        (scene,) = gather(connection, Wanted(newcomer=newcomer, sid=incoming.sid), now, self.keys)
        self._remember(newcomer, together=not is_alone(scene))
        return scene

    def _remember(self, number: Number, *, together: bool) -> None:
        if not together:
            self._together.discard(number.blind)
        elif len(self._together) < REMEMBERED:
            self._together.add(number.blind)

    def _newcomer(self, incoming: Incoming, now: datetime) -> Number:
        return Number(self.setting.new_id(), self.keys.blind(incoming.from_number), incoming.from_number, now)

    def _row(self, scene: Scene, incoming: Incoming, now: datetime) -> Inbound:
        return Inbound(
            self.setting.new_id(), incoming.sid, scene.number.id, incoming.to_number, incoming.body,
            incoming.received_at or now, incoming.media, late=incoming.received_at is not None, kind=incoming.kind,
        )  # fmt: skip

    def _written(self, connection: psycopg.Connection[Any], scene: Scene) -> bool:
        self.crash("before_text")
        try:
            return 0 in write(connection, [scene], self.keys)
        except (errors.UniqueViolation, errors.DeadlockDetected):
            return False  # two decisions took the same thing at once: this one decides again on what is true now

    def _keep(self, connection: psycopg.Connection[Any], incoming: Incoming, now: datetime) -> str:
        """Store the message unsettled until its version holds; its number is busy, not lost."""
        for _ in range(KEEPING):
            scene = self._wide(connection, incoming, now)  # an alert, if there must be one, concerns others
            if scene.inbound(incoming.sid) is not None:
                return "repeat"
            kept = keep_undecided(scene, self.setting, self._row(scene, incoming, now), now)
            if self._written(connection, kept):
                return "unsettled"
        raise NotStored(f"the number of the text {incoming.sid} is being written to all the time")


def _is_about_consent(inbound: Inbound | None) -> bool:
    """Whether a text is a yes or no about contact, which is in force before it is answered, however busy its number is."""
    return inbound is not None and "consent" in inbound.ends.get("in", ())
