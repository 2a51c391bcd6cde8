"""The canary flies: through the public address, the signature, the database, and a sender, but to nobody's phone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from config.settings import Settings
from service.gateways.clock import Clock
from service.gateways.keys import KeyRing
from service.gateways.webhook import call_webhook
from service.outbox import Draft, post
from service.rules.canary import NUMBER, REACHED, WORDS
from service.rules.setting import Setting
from service.store.canary import came_through, forget_before
from service.store.database import Pool
from service.store.marks import CANARIES_SINCE, CANARY, begin_mark, set_mark
from service.store.rows import Inbound
from service.store.scene import Scene

PATIENCE = 30.0  # seconds in which the whole way is done even while everything else is busy
_LOOK = 0.2  # seconds

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Canary:
    """What is needed to send it off and to see it arrive."""

    settings: Settings
    main_number: str
    pool: Pool
    keys: KeyRing
    clock: Clock
    new_id: Callable[[], UUID]

    def go_round(self) -> None:
        """Send one off, and remember since when they are sent: one that never comes through must be missed as well.

        Raises the database's error where it is away.
        """
        with self.pool.connection() as connection:
            begin_mark(connection, CANARIES_SINCE, self.clock.machine())
        self.fly()

    def fly(self, patience: float = PATIENCE) -> str | None:
        """Send one off and wait until it has come all the way: then that is remembered, and None is returned; else why not.

        Raises the database's error where it is away.
        """
        sid = "SM" + self.new_id().hex
        form = {"MessageSid": sid, "From": NUMBER, "To": self.main_number, "Body": WORDS, "NumMedia": "0"}
        status = call_webhook(self.settings, "/twilio/messages", form)
        if status != 200:
            return _failed("the webhook did not answer" if status is None else f"the webhook answered {status}")
        if not self._came_through(sid, patience):
            return _failed(f"its answer did not reach a sender within {patience:.0f} seconds")
        with self.pool.connection() as connection:
            set_mark(connection, CANARY, self.clock.machine())
            forget_before(connection, self.keys.blind(NUMBER), sid)
        return None

    def _came_through(self, sid: str, patience: float) -> bool:
        until, pause = time.monotonic() + patience, threading.Event()
        while time.monotonic() < until:
            with self.pool.connection() as connection:
                if came_through(connection, sid, REACHED):
                    return True
            pause.wait(_LOOK)
        return False


def answer_canary(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a canary's text: an answer that a sender claims like any other, and withholds at the last moment."""
    draft = Draft(
        scene.number.id, "answer", WORDS, "en", "the canary shows that texts come through", cause_id=inbound.id
    )
    settled = replace(inbound, state="settled", ends={"in": ["answer"], "how": "the canary"})
    return post(scene.with_rows(settled), setting, draft, now)


def _failed(why: str) -> str:
    log.error("the canary did not come through", why=why)
    return why
