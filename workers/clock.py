"""The clock process: hears of commits, tells the workers to look, and does the work itself where they do not.

It holds nothing that matters: whatever is due stands in the database, any number of clocks may run, and one that dies is
not missed. The database and the broker may go away and come back; it goes on without a restart.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType

import structlog

from config.logging import configure_logging
from config.settings import Settings
from service.assembly import Peerline, assemble
from service.gateways.crashing import crash_points, nowhere
from service.gateways.jobs import LOOKS, Hints
from service.gateways.waking import open_waker
from service.joining_names import warn_of_joining
from service.soundness import demand_soundness
from service.store.database import is_gone
from service.store.heartbeats import beat
from service.store.marks import stay_sure
from service.store.notices import Notices
from service.store.pending import has_work
from workers.rounds import Round, Rounds

LOOK = 2.0  # seconds between two looks without a hint
QUICK = 0.1  # the same where time can be moved, so that a move is noticed at once
OVERDUE = 5.0  # seconds that something may be due before the clock does it itself
PAUSE = 0.5  # seconds after a look that failed, as it does while the database is away
AGAIN = 1.0  # seconds until the workers are told again of work that is still there
NO_BROKER = 5.0  # seconds for which a broker that did not answer is left alone
BEAT = 5.0  # seconds between two signs of life
SWEEP = 60.0  # seconds between two looks for messages without a final report
SAFETY = 5.0  # seconds between two looks for alerts and safety texts that have not left within a minute
LADDERS = 20.0  # seconds between two looks for alerts whose ladder stands still
CALLS = 30.0  # seconds between two looks for calls of which no end was told
SLOW = 10.0  # seconds between two looks for those that the provider may not have let go
MISSED = 60.0  # seconds between two looks for texts whose webhook never reached us
MISSED_QUICK = 10.0  # the same where time can be moved: tests wait for it
CANARY = 300.0  # seconds between two canaries
ALARM = 15.0  # seconds between two looks for what a monitor of the organisation's own is told
WATCH = 5.0  # seconds between two questions whether this database is the newest; the provider is asked only if nobody is sure
FOR_EVER = 1e9  # seconds: once, at the start
LAST_ROUND = 3.0  # seconds that a round under way is waited for at the end

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C; what has begun is finished."""
    configure_logging()
    crash = crash_points(settings, os.environ)
    waker = open_waker(settings.database_url, crash)
    peerline = assemble(settings, waker.poke)
    demand_soundness(settings, peerline.pool)
    warn_of_joining(peerline.setting.organisation, settings.database_url)
    notices = Notices(settings.database_url, listens=True)
    clock = ClockProcess(peerline, Hints(settings.broker_url).publish, notices, crash=crash)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, clock.end)
    clock.go_on()
    waker.close()


@dataclass(slots=True)
class ClockProcess:
    """The loop and what it remembers between two looks; `publish` says whether the broker took the hints."""

    peerline: Peerline
    publish: Callable[..., bool]
    notices: Notices
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    ending: threading.Event = field(default_factory=threading.Event)
    waiting_since: float | None = None  # when work was first seen that is still there
    last_beat: float = -BEAT
    last_told: float = -AGAIN
    no_broker_until: float = 0.0
    crash: Callable[[str], None] = nowhere
    last_sweep: float = field(default_factory=time.monotonic)
    last_watch: float = field(default_factory=time.monotonic)

    def end(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Finish what has begun and stop."""
        self.ending.set()

    def go_on(self) -> None:
        """Look again and again, at once after a hint, until `end`."""
        pause = LOOK if self.peerline.settings.clock_file is None else QUICK
        sides = [Rounds(rounds, self.ending) for rounds in self._rounds()]
        for side in sides:
            side.start()
        self.waiting_since = time.monotonic() - OVERDUE  # what is there at the start may have waited for long
        gone = False  # from the moment at which the database was lost until what that may mean is seen to
        while not self.ending.is_set():
            try:
                hinted = self.notices.wait(pause)
                if gone:  # then webhooks failed as well, and an older copy of the database may stand in
                    self.peerline.watch.doubt()
                    for side in sides:
                        side.hasten("watch")
                        side.hasten("missed")
                    gone = False
                self.look(hinted=hinted)
            except Exception as problem:  # noqa: BLE001 - whatever fails once must not end the clock
                gone = gone or is_gone(problem)
                log.warning("a look failed", kind=type(problem).__name__)
                self.ending.wait(PAUSE)
        until = time.monotonic() + LAST_ROUND
        for side in sides:
            side.join(max(0.0, until - time.monotonic()))
        self.notices.close()

    def look(self, *, hinted: bool = False) -> None:
        """Show a sign of life, and have done what is due: by the workers, or here."""
        moment = time.monotonic()
        if moment - self.last_beat >= BEAT:
            self._beat()
            self.last_beat = moment
        if moment - self.last_watch >= SAFETY:
            self.last_watch = moment
            self.peerline.deliveries.watch()
            self.peerline.deliveries.end_incidents()
        if self._has_work():
            self._have_done(moment, hinted=hinted)
        else:
            self.waiting_since = None
        if moment - self.last_sweep >= SWEEP:
            self.last_sweep = moment
            self.peerline.deliveries.sweep()

    def _rounds(self) -> tuple[tuple[Round, ...], ...]:
        """The rounds side by side, each side in a thread: whoever hangs for minutes holds up nobody but what follows it there."""
        watch, settings = self.peerline.watch, self.peerline.settings
        sides: tuple[tuple[Round, ...], ...] = (
            (
                Round("begin", self._begin, FOR_EVER),
                Round("watch", watch.go_round, WATCH),
                Round("missed", self.peerline.missed.look, MISSED if settings.clock_file is None else MISSED_QUICK),
            ),
            (Round("slow", self.peerline.deliveries.ask_about_slow, SLOW),),
            (Round("calls", self.peerline.dialing.ask_about_silent, CALLS),),
            (Round("ladders", self.peerline.due.rearm, LADDERS),),
        )
        if settings.alarm_url is not None:
            sides = (*sides, (Round("alarm", self.peerline.alarm.look, ALARM),))
        # In the demo and in tests everybody counts texts: the canary flies where it must alarm somebody.
        live = settings.mode == "live"
        return (*sides, (Round("canary", self.peerline.canary.go_round, CANARY),)) if live else sides

    def _begin(self) -> None:
        """At the start nothing is on its way to us yet: what is in the provider's list and not here was missed."""
        if self.peerline.watch.make_sure():
            self.peerline.missed.look(timedelta(0))

    def _has_work(self) -> bool:
        now = self.peerline.clock
        with self.peerline.pool.connection() as connection:
            return has_work(connection, now.now(), now.machine())

    def _have_done(self, moment: float, *, hinted: bool) -> None:
        new = self.waiting_since is None
        since = self.waiting_since = moment if self.waiting_since is None else self.waiting_since
        told = self._tell(moment) if new or hinted or moment - self.last_told >= AGAIN else True
        if not told or moment - since >= OVERDUE:
            self.peerline.due.run()
            self.peerline.dialing.run()
            self.peerline.deliveries.run()

    def _tell(self, moment: float) -> bool:
        """Tell the workers to look; a broker that did not take it is not asked again for a while."""
        if moment < self.no_broker_until:
            return False
        self.last_told = moment
        self.crash("before_hint")
        told = self.publish(*LOOKS)
        self.crash("after_hint")
        if not told:
            log.warning("the broker does not answer: the clock does the work itself")
            self.no_broker_until = time.monotonic() + NO_BROKER
        return told

    def _beat(self) -> None:
        with self.peerline.pool.connection() as connection:
            machine, now = self.peerline.clock.machine(), self.peerline.clock.now()
            beat(connection, self.name, "clock", machine)
            stay_sure(connection, machine, now)
