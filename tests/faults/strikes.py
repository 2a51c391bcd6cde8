"""The strikes of the storm that are no mere kill: the broker, the database, its disk or a sender is away for a while."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Callable

from service.local.valkey import ask
from tests.faults.house import House
from tests.faults.keeping import Keeper

BEYOND_THE_LEASE = 19.0  # seconds; service.deliveries.runner.LEASE is 16


def strike(keeper: Keeper, kind: str, chance: random.Random) -> bool:
    """Strike, and come back at once: what is away comes back by itself. False where it is away already."""
    name = STRIKES[kind][0]
    if keeper.is_away(name):
        return False
    STRIKES[kind][1](keeper, chance)
    keeper.counts[f"strikes: {kind}"] += 1
    return True


def kinds(house: House) -> tuple[str, ...]:
    """The kinds that this machine can carry out."""
    return tuple(kind for kind in STRIKES if kind != "disk full" or house.disk is not None)


def flush_broker(keeper: Keeper, _chance: random.Random) -> None:
    """Everything in the broker is gone."""
    ask(keeper.house.site.home, b"FLUSHALL")
    keeper.away("valkey", 1.0, "flushed", lambda: None)


def empty_broker(keeper: Keeper, chance: random.Random) -> None:
    """The broker dies and comes back with nothing."""
    keeper.stop("valkey", chance.uniform(0.5, 2.0), "restarted empty")
    shutil.rmtree(keeper.house.site.home.data("valkey"))


def refuse_broker(keeper: Keeper, chance: random.Random) -> None:
    """Nobody listens where the broker was."""
    keeper.stop("valkey", chance.uniform(5.0, 15.0), "refused")


def freeze_broker(keeper: Keeper, chance: random.Random) -> None:
    """The broker takes connections and never answers."""
    keeper.freeze("valkey", chance.uniform(8.0, 20.0), "frozen")


def stop_database(keeper: Keeper, chance: random.Random) -> None:
    """The database is stopped as an administrator does it."""
    keeper.stop("postgres", chance.uniform(3.0, 8.0), "stopped", signal.SIGINT)


def freeze_database(keeper: Keeper, chance: random.Random) -> None:
    """The database takes connections and never answers."""
    keeper.freeze("postgres", chance.uniform(3.0, 8.0), "frozen")


def fill_disk(keeper: Keeper, chance: random.Random) -> None:
    """The database cannot write one byte more."""
    disk = keeper.house.disk
    if disk is not None:
        disk.fill()
        # It is away in name only: it goes on reading, may end by itself, and is started again as often as it does.
        keeper.away("disk", chance.uniform(3.0, 8.0), "full", disk.clear)


def freeze_sender(keeper: Keeper, _chance: random.Random) -> None:
    """A sender is frozen in the midst of sending, and wakes up when others have settled what it had in hand."""
    keeper.house.fault("hang", 2, 3.0)
    keeper.freeze("worker", BEYOND_THE_LEASE, "frozen beyond its lease")


STRIKES: dict[str, tuple[str, Callable[[Keeper, random.Random], None]]] = {
    "broker flushed": ("valkey", flush_broker),
    "broker restarted empty": ("valkey", empty_broker),
    "broker refused": ("valkey", refuse_broker),
    "broker frozen": ("valkey", freeze_broker),
    "database stopped": ("postgres", stop_database),
    "database frozen": ("postgres", freeze_database),
    "disk full": ("disk", fill_disk),
    "sender frozen beyond its lease": ("worker", freeze_sender),
}
