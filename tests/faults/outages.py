"""Broker and database away, in every way and one after the other, while people go on texting at a steady pace.

Unlike in the storm nothing is killed beside it, so what is measured is each outage's own: were texts answered and how soon,
did words of danger reach the provider meanwhile, and how soon was the work done that was left over.
"""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import psycopg

from service.local.valkey import ask
from tests.faults.house import House, Say
from tests.faults.keeping import Keeper
from tests.faults.stream import Stream
from tests.faults.texting import Told

CALM = 5.0  # seconds of texts before each outage, with everything there
ROBOT, FLOOD = "+12125550179", 100.0  # a phone, and how many texts it sends in a second
WORK = 120.0  # seconds after an outage until all work must be done
FLOODED = "a hundred texts a second from one phone"
_LOCK = "lock table numbers, inbound, outbound in access exclusive mode"


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage: of what, and which texts came in while it lasted; seconds from its end until all work was done, None if it never was."""

    kind: str
    sids: frozenset[str]
    rested: float | None


@dataclass(frozen=True, slots=True)
class Way:
    """How something is away: how it begins, given how many seconds it lasts, and what is done every second meanwhile."""

    begin: Callable[[Keeper, float], None]
    meanwhile: Callable[[House], object] = lambda _: None


@dataclass(slots=True)
class Outages:
    """One after the other, each so many seconds, with so many texts a second."""

    house: House
    seconds: float
    rate: float
    say: Say
    told: Told = field(default_factory=Told)
    keeper: Keeper = field(init=False)
    _texts: int = 0

    def __post_init__(self) -> None:
        """Whatever ends by itself is started again, as in earnest."""
        self.keeper = Keeper(self.house)

    def run(self, kinds: Sequence[str]) -> list[Outage]:
        """Go through outages of these kinds; what was texted is in `told`."""
        return [self._one(kind) for kind in kinds]

    def _one(self, kind: str) -> Outage:
        self.say(f"{kind}, {self.seconds:.0f} s ...")
        with Stream(self.house, self.told, self.rate, self._texts) as stream:
            self.keeper.pass_time(CALM)
            before = stream.begun()
            with self._flood(kind):
                self._strike(WAYS[kind])
            during = stream.begun() - before
        self._texts += stream.begun()
        self.keeper.settle()
        return Outage(kind, frozenset(stream.sids(before, during)), self._rested())

    def _strike(self, way: Way) -> None:
        way.begin(self.keeper, self.seconds)
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            way.meanwhile(self.house)
            self.keeper.pass_time(min(1.0, max(0.0, until - time.monotonic())))

    def _flood(self, kind: str) -> AbstractContextManager[object]:
        """Somebody's machine that texts without end, where that is the trouble."""
        if kind != FLOODED:
            return nullcontext()
        return Stream(self.house, self.told, FLOOD, says=lambda number: (ROBOT, f"ROBOT {number}"), most=64)

    def _rested(self) -> float | None:
        began, calm = time.monotonic(), 0
        while time.monotonic() < began + WORK:
            calm = calm + 1 if self.house.is_idle() else 0
            if calm == 4:  # for a second, and not just between two steps
                return time.monotonic() - began - 1.0
            self.keeper.pass_time(0.25)
        return None


def kinds(house: House) -> tuple[str, ...]:
    """The kinds that this machine can carry out."""
    return tuple(kind for kind in WAYS if kind != "disk full" or house.disk is not None)


def _refuse(keeper: Keeper, seconds: float) -> None:
    keeper.stop("valkey", seconds, "refused")


def _freeze(keeper: Keeper, seconds: float) -> None:
    keeper.freeze("valkey", seconds, "frozen")


def _pause(keeper: Keeper, seconds: float) -> None:
    ask(keeper.house.site.home, f"CLIENT PAUSE {seconds * 1000:.0f} ALL".encode())
    keeper.away("valkey", seconds, "paused", _nothing)


def _flush(keeper: Keeper, seconds: float) -> None:
    keeper.away("valkey", seconds, "flushed", _nothing)


def _empty(keeper: Keeper, seconds: float) -> None:
    keeper.stop("valkey", min(1.0, seconds), "restarted empty")
    shutil.rmtree(keeper.house.site.home.data("valkey"))


def _fill_broker(keeper: Keeper, seconds: float) -> None:
    home = keeper.house.site.home

    def empty() -> None:
        ask(home, b"CONFIG SET maxmemory 0")

    ask(home, b"CONFIG SET maxmemory 1")
    keeper.away("valkey", seconds, "full", empty)


def _nothing() -> None:
    """It comes back by itself."""


def _stop_database(keeper: Keeper, seconds: float) -> None:
    keeper.stop("postgres", seconds, "stopped", signal.SIGINT)


def _freeze_database(keeper: Keeper, seconds: float) -> None:
    keeper.freeze("postgres", seconds, "frozen")


def _lock_tables(keeper: Keeper, seconds: float) -> None:
    connection = psycopg.connect(keeper.house.site.environ["DATABASE_URL"])
    connection.execute(_LOCK)
    keeper.away("postgres", seconds, "locked", connection.close)


def _fill_disk(keeper: Keeper, seconds: float) -> None:
    disk = keeper.house.disk
    if disk is not None:
        disk.fill()
        keeper.away("disk", seconds, "full", disk.clear)


def _none(_keeper: Keeper, _seconds: float) -> None:
    """Everything is there."""


WAYS = {
    "broker refused": Way(_refuse),
    "broker frozen": Way(_freeze),
    "broker paused": Way(_pause),
    "broker flushed every second": Way(_flush, lambda house: ask(house.site.home, b"FLUSHALL")),
    "broker restarted empty": Way(_empty),
    "broker full": Way(_fill_broker),
    "database stopped": Way(_stop_database),
    "database frozen": Way(_freeze_database),
    "database locked": Way(_lock_tables),
    "disk full": Way(_fill_disk),
    FLOODED: Way(_none),
}
