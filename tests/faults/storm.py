"""The storm: texts come in and check-ins fall due while processes are killed and the provider does wrong, all by one seed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

from service.gateways.crashing import DELIVERING, HINTING, IMPORTING, REPORTS, SETTLING, TAKING, TIMING, WAKING
from tests.faults.house import House, Say
from tests.faults.keeping import Keeper
from tests.faults.strikes import kinds, strike
from tests.faults.texting import Plan, Texting, Told

VICTIMS = ("web", "worker", "worker", "worker", "clock", "valkey", "postgres")
CRASHES = {
    "web": (*TAKING, *REPORTS, *WAKING),
    "worker": (*DELIVERING, *TIMING, *SETTLING),
    "clock": (*IMPORTING, *HINTING),
}  # the points at which each of them is made to die by itself
FREEZES = ("web", "worker", "clock", "valkey")  # stopped for a while without their knowing, between the kills
FAULTS = (
    "500-before", "500-after", "reset", "drop", "hang", "429", "undelivered", "failed",
    "lost-callback", "late-callback", "duplicate-callback", "reordered", "early-callback", "lost-webhook",
)  # fmt: skip
LOST = ("500-after", "reset", "hang")  # the provider takes a text and we do not hear of it
BETWEEN = (0.2, 1.2)  # seconds between two kills: long enough for most to come up and get to work
PATIENCE = 6.0  # seconds more in which the texts may catch up with the kills
EVERY = 4  # kills from one other strike to the next
TAIL = 300.0  # seconds after the last kill until everything was texted


def rage(house: House, plan: Plan, say: Say) -> tuple[Told, Keeper]:
    """Carry out the plan; gives what was texted and what was done to whom. Ends when texts and kills are through."""
    keeper, texting = Keeper(house), Texting(house, plan)
    chance = random.Random(plan.seed)  # noqa: S311 - a storm must be repeatable
    others = _round(kinds(house), chance)
    texting.start()
    for number in range(plan.kills):
        _wait(keeper, texting, chance)
        _provoke(house, chance)
        if number % EVERY == EVERY - 1:
            any(strike(keeper, next(others), chance) for _ in range(3))
        _strike(keeper, chance)
        texting.kills = number + 1
        if number % 10 == 9:
            say(f"{number + 1} kills, {len(texting.told.texts)} texts")
    until = time.monotonic() + TAIL
    while not texting.is_over() and time.monotonic() < until:
        keeper.pass_time(0.2)
    keeper.settle()
    house.end_faults()
    assert not texting.failed, texting.failed
    return texting.told, keeper


def _wait(keeper: Keeper, texting: Texting, chance: random.Random) -> None:
    keeper.pass_time(chance.uniform(*BETWEEN))
    until = time.monotonic() + PATIENCE
    while texting.is_behind() and time.monotonic() < until:
        keeper.pass_time(0.1)


def _round(of: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Every one before any comes again, each time in another order."""
    while True:
        yield from chance.sample(of, len(of))


def _provoke(house: House, chance: random.Random) -> None:
    house.fault(chance.choice(FAULTS), chance.randint(1, 3))
    # An answer that was lost is mostly made good by the report that follows: without that the provider must be asked.
    house.fault("lost-callback", chance.randint(1, 3))
    house.fault(chance.choice(LOST), 1)


def _strike(keeper: Keeper, chance: random.Random) -> None:
    """Freeze somebody now and then, and kill somebody: of two, whoever has run longer."""
    frozen = chance.choice(FREEZES)
    if chance.random() < 0.3 and not keeper.is_away(frozen):
        keeper.freeze(frozen, chance.uniform(0.5, 3.0), "frozen for a moment")
        keeper.counts["frozen for a moment"] += 1
    order = chance.sample(VICTIMS, len(VICTIMS))
    while not (victims := [name for name in order if not keeper.is_away(name)][:2]):
        keeper.pass_time(0.1)  # all of them are frozen or stopped just now
    victim = min(victims, key=keeper.runs_since)
    keeper.kill(victim, _point(keeper, victim, chance))
    keeper.counts[f"kills: {victim}"] += 1


def _point(keeper: Keeper, victim: str, chance: random.Random) -> str | None:
    """Where it is to die next time, mostly: at a point that was not reached yet, while there is one."""
    points = CRASHES.get(victim, ())
    left = [point for point in points if not keeper.reached[point]]
    return chance.choice(left or points) if points and chance.random() < 0.7 else None
