"""What came in while nobody was there to take it: read from the provider's list and taken in late, each text once.

Any number of processes may look, at any time: a text is stored once by the provider's id, and one that the webhook brings at
the same moment is the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from service.gateways.clock import Clock
from service.gateways.crashing import nowhere
from service.gateways.twilio import Known, Provider, TwilioRefused, TwilioUncertain
from service.inbox import Incoming
from service.store.database import Pool
from service.store.marks import LOOKED, careful_since, set_mark
from service.store.missing import read_since, unknown_sids

OVERLAP = timedelta(minutes=15)  # of two looks: the provider's clock is not ours, and its list may lag behind
UNDER_WAY = timedelta(minutes=1)  # the webhook of a text younger than this may be on its way: the next look sees it

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Missed:
    """What is needed to ask the provider what came in, and the door for it."""

    pool: Pool
    provider: Provider
    take: Callable[[Incoming], str]
    clock: Clock
    crash: Callable[[str], None] = nowhere
    refused: Callable[[int], None] = lambda _: None  # told the code with which the provider refuses our whole account

    def look(self, under_way: timedelta = UNDER_WAY) -> int | None:
        """Take in what came since the last look and is not stored; returns how many texts, or None where it could not be said.

        Raises the database's error, or NotStored, where it is away; then the next look begins where this one did.
        """
        now = self.clock.now()
        with self.pool.connection() as connection:
            if careful_since(connection, self.clock.machine()) is not None:
                return None  # what is unknown may have been answered already: service.restoring reads it
            since = read_since(connection, now)
        try:
            # Before the first text there is nothing to have missed: what the number got earlier was not for us.
            listed = () if since is None else self.provider.received(since - OVERLAP)
        except (TwilioRefused, TwilioUncertain) as problem:
            log.warning("the provider's list of what came in could not be read", why=str(problem))
            self.note_refusal(problem)
            return None
        self.crash("after_listing")
        taken = self.take_in(listed, until=now - under_way)
        self.crash("before_mark")
        with self.pool.connection() as connection:
            set_mark(
                connection, LOOKED, max(since or now, now - under_way), {"machine": self.clock.machine().isoformat()}
            )
        self.crash("after_mark")
        return taken

    def note_refusal(self, problem: TwilioRefused | TwilioUncertain) -> None:
        """Follow a refusal of the whole account as a sender does: on a quiet night nobody else would notice.

        A token that was changed at the provider alone is such a one: its webhooks get 403 from us, and the canary, signed with
        our own, comes through.
        """
        if isinstance(problem, TwilioRefused) and problem.kind == "account":
            self.refused(problem.code)

    def take_in(self, listed: Sequence[Known], until: datetime) -> int:
        """Take in those of the listed texts that came by `until` and are not stored, oldest first; returns how many were new."""
        found = sorted((known for known in listed if known.created <= until), key=lambda known: known.created)
        with self.pool.connection() as connection:
            unknown = unknown_sids(connection, [known.sid for known in found])
        outcomes = [self.take(incoming(known)) for known in found if known.sid in unknown]
        taken = sum(outcome != "repeat" for outcome in outcomes)
        if taken:
            log.warning("texts were taken in late", count=taken)
        return taken


def incoming(known: Known) -> Incoming:
    """A text of the provider's list as the door takes it, with the time at which it reached the provider."""
    return Incoming(known.sid, known.sender, known.to, known.body, known.media, received_at=known.created)
