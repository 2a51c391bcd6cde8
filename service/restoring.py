"""Making sure that this database is the newest, and making good one that is not, before anything unasked goes out.

The provider is the witness: it has every text that we sent. Where it has some that this database does not know, the database
is a copy of an earlier day. The service keeps quiet then, reads back what came in and what went out, and goes on by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from service.deliveries.outcomes import read_report
from service.due import Due
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.gateways.keys import KeyRing
from service.gateways.twilio import Known, Provider, TwilioRefused, TwilioUncertain
from service.lateness import RESTORED as WITHHELD
from service.missed import OVERLAP, Missed, incoming
from service.reconciling import by_number, is_ours, pair, stops_first, take_back, unknown_of
from service.rules.setting import Setting
from service.store.commit import write
from service.store.database import Pool
from service.store.marks import (
    QUIET,
    RESTORED,
    SURE,
    Mark,
    be_sure,
    careful_since,
    doubt,
    forget_mark,
    read_mark,
    set_mark,
)
from service.store.missing import unknown_sids
from service.store.outcomes import known_sids, note_report
from service.store.restoring import due_again, newest_sent, withhold_again, without_id, written_since
from service.store.roster_writing import scenes_of

TRIES = 5  # to write about a number that somebody else writes about at the same moment
AN_HOUR = timedelta(hours=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Watch:
    """What is needed to ask the provider, and to read back what it has."""

    pool: Pool
    keys: KeyRing
    setting: Setting
    provider: Provider
    missed: Missed
    due: Due
    clock: Clock

    def go_round(self) -> bool:
        """Make sure where nobody is, and look for what was missed where somebody is; returns whether all may go out.

        Raises the database's error where it is away. A provider that does not answer is asked again at the next round.
        """
        return self._is_sure() or self.make_sure()

    def doubt(self) -> None:
        """Be sure no more: the database was away for this process, so nothing unasked goes until somebody has looked again."""
        with self.pool.connection() as connection:
            doubt(connection)

    def make_sure(self) -> bool:
        """Compare this database with the provider's list, and make good what it lacks; returns whether that is done."""
        try:
            return self._reconciled() if self._is_old() else True
        except (TwilioRefused, TwilioUncertain) as problem:
            log.warning("the provider could not say whether this database is the newest", why=str(problem))
            self.missed.note_refusal(problem)
            return False

    def _is_sure(self) -> bool:
        with self.pool.connection() as connection:
            careful = careful_since(connection, self.clock.machine())
            return careful is None and read_mark(connection, SURE) is not None

    def _is_old(self) -> bool:
        """Whether the provider has texts of ours that this database does not know; where it has none, that is noted."""
        if self._mark(QUIET) is not None:
            return True
        since = self._known_until()
        unknown = [] if since is None else self._unknown(self.provider.sent(since - OVERLAP), since - AN_HOUR)
        if since is None or not unknown:
            self._be_sure()
            return False
        log.error("this database is older than what was sent: nothing unasked goes out", unknown=len(unknown))
        with self.pool.connection() as connection:
            set_mark(connection, QUIET, self.clock.machine(), {"since": since.isoformat()})
        return True

    def _known_until(self) -> datetime | None:
        """The last moment of which this database surely knows everything; None before the first text."""
        with self.pool.connection() as connection:
            sure, sent = read_mark(connection, SURE), newest_sent(connection)
        if sent is None:
            return None
        return sent if sure is None else min(self.clock.now(), max(sent, datetime.fromisoformat(sure.detail["now"])))

    def _unknown(self, sent: Sequence[Known], since: datetime) -> list[Known]:
        with self.pool.connection() as connection:
            sids = known_sids(connection, [known.sid for known in sent])
            return unknown_of(sent, sids, written_since(connection, since, self.keys))

    def _be_sure(self) -> None:
        with self.pool.connection() as connection:
            be_sure(connection, self.clock.machine(), self.clock.now())

    def _reconciled(self) -> bool:
        """Read back both lists. Whoever is killed on the way leaves the mark, and the next begins anew: all of it may be done twice.

        1. What came in, the stops first. 2. Texts of ours that went out already. 3. Texts of ours of which nothing is known.
        4. What is due by now, of which nothing goes out again that the provider has.
        """
        mark = self._mark(QUIET)
        since = (self.clock.now() if mark is None else datetime.fromisoformat(mark.detail["since"])) - OVERLAP
        came, sent = self.provider.received(since), [known for known in self.provider.sent(since) if is_ours(known)]
        new = self._take_in(came)
        found = self._note_sent(sent, since - AN_HOUR)
        unknown = self._take_back(sent, came)
        replace(self.due, quiet=False).run()
        self._withhold_again(sent)
        self._go_on({"since": since.isoformat(), "came_in": new, "found": found, "unknown": unknown})
        log.warning("an older database was made good", came_in=new, found=found, unknown=unknown)
        return True

    def _go_on(self, detail: dict[str, Any]) -> None:
        with self.pool.connection() as connection, connection.transaction():
            set_mark(connection, RESTORED, self.clock.now(), detail)
            be_sure(connection, self.clock.machine(), self.clock.now())
            forget_mark(connection, QUIET)

    def _withhold_again(self, sent: Sequence[Known]) -> None:
        had = {(known.to, known.body) for known in sent}
        with self.pool.connection() as connection:
            waiting = due_again(connection, self.keys)
            again = [item.outbound.id for item in waiting if (item.number.number, item.outbound.body) in had]
            withhold_again(connection, again, WITHHELD, self.clock.now())

    def _mark(self, name: str) -> Mark | None:
        with self.pool.connection() as connection:
            return read_mark(connection, name)

    def _take_in(self, came: Sequence[Known]) -> int:
        with self.pool.connection() as connection:
            unknown = unknown_sids(connection, [known.sid for known in came])
        ordered = stops_first([known for known in came if known.sid in unknown], self.setting.words)
        return sum(self.missed.take(incoming(known)) != "repeat" for known in ordered)

    def _note_sent(self, sent: Sequence[Known], since: datetime) -> int:
        """Give texts of ours that have no id yet the one under which the provider has them, so that they never go again."""
        with self.pool.connection() as connection:
            rows = without_id(connection, since, WITHHELD, self.keys)
            pairs = pair(rows, sent, known_sids(connection, [known.sid for known in sent]))
            for outbound_id, known in pairs:
                report = read_report(known.sid, known.status, known.error_code)
                if report is not None:
                    note_report(connection, outbound_id, report, new_id(), self.clock.now())
        return len(pairs)

    def _take_back(self, sent: Sequence[Known], came: Sequence[Known]) -> int:
        with self.pool.connection() as connection:
            sids = known_sids(connection, [known.sid for known in sent])
        unknown = [known for known in sent if known.sid not in sids]
        for number, texts in by_number(unknown).items():
            self._record(number, texts, came)
        return len(unknown)

    def _record(self, number: str, texts: Sequence[Known], came: Sequence[Known]) -> None:
        for _ in range(TRIES):
            now = self.clock.now()
            with self.pool.connection() as connection:
                scene = scenes_of(connection, [number], now, self.keys, new_id)[number]
                if 0 in write(connection, [take_back(scene, self.setting, texts, came, now)], self.keys):
                    return
        raise RuntimeError("a number is being written to all the time; the next round records what went to it")
