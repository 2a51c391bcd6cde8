"""The door for what happens in a call that we placed: each step is decided once, and a repeat of it hears the same again.

Like a text, a step is one read, one decision and one committing write; what was said is kept in the same commit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from service.call_steps import answer_step
from service.gateways.clock import Clock
from service.gateways.keys import KeyRing
from service.rules.setting import Setting
from service.store.commit import write
from service.store.database import AWAY, Pool
from service.store.dialing import Ringing, read_ringing
from service.store.gather import Wanted, gather
from service.store.rows import Heard

TRIES = 5  # decisions on versions that turned out stale, before the provider is told to come again


class NotDecided(RuntimeError):
    """A step could not be stored now; the caller answers 503."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a call says at a step: the name of its text, the language, and the running number of the alert."""

    what: str
    language: str
    alert: str


@dataclass(frozen=True, slots=True)
class Answering:
    """Takes the steps of calls. Everything it needs is handed in once by the assembly."""

    pool: Pool
    keys: KeyRing
    setting: Setting
    clock: Clock
    poke: Callable[[], None]

    def take(self, call_id: UUID, step: int, to_number: str, keys: str) -> Said | None:
        """Decide a step of a call to this number, or say again what it said; None where there is no such call.

        Raises NotDecided where the database is away or the number too busy.
        """
        try:
            with self.pool.connection() as connection:
                return self._settled(connection, call_id, step, to_number, keys)
        except AWAY as problem:
            raise NotDecided("the database is away") from problem

    def _settled(
        self, connection: psycopg.Connection[Any], call_id: UUID, step: int, to_number: str, keys: str
    ) -> Said | None:
        for _ in range(TRIES):
            ringing = read_ringing(connection, call_id, step, self.keys)
            if ringing is None or ringing.number.number != to_number:
                return None
            what = ringing.heard or self._decided(connection, ringing, step, keys, self.clock.now())
            if what is not None:
                return Said(what, ringing.call.language, str(ringing.running or ""))
        raise NotDecided("the number is being written to all the time")

    def _decided(
        self, connection: psycopg.Connection[Any], ringing: Ringing, step: int, keys: str, now: datetime
    ) -> str | None:
        """What is said, or None where somebody else wrote meanwhile."""
        (scene,) = gather(connection, Wanted(ids=(ringing.number.id,)), now, self.keys)
        decided, what = answer_step(scene, self.setting, ringing.call, step, keys, now)
        decided = decided.with_rows(Heard(ringing.call.id, step, what, now, keys[:20]))
        try:
            done = write(connection, [decided], self.keys)
        except (errors.UniqueViolation, errors.DeadlockDetected):
            return None
        if 0 not in done:
            return None
        self.poke()
        return what
