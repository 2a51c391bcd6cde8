"""The storm: texts come in and check-ins fall due while processes are killed and the provider does wrong, all by one seed."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.gateways.crashing import POINTS
from tests.faults.house import House, Say
from tests.faults.people import SPECIALISTS, TALKERS, member_phone, stranger_phone

VICTIMS = ("web", "worker", "worker", "worker", "clock", "valkey", "postgres")
FREEZES = ("web", "worker", "clock", "valkey")  # stopped for a while without their knowing, between the kills
FAULTS = (
    "500-before", "500-after", "reset", "drop", "hang", "429", "undelivered", "failed",
    "lost-callback", "late-callback", "duplicate-callback", "reordered", "early-callback",
)  # fmt: skip
LOST = ("500-after", "reset", "hang")  # the provider takes a text and we do not hear of it
STOPPING = 5  # the first members say stop in the middle of it and mean it
DANGER = "i want to kill myself"
WORDS = (
    "2",
    "ok",
    "TALK",
    "thank you",
    "i had a hard night",
    "bien",
    "1",
    "later",
    "can somebody call me",
    "SKIP",
    "gracias",
)
_TAG = re.compile(r"\[([A-Z]\d)\]")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard."""

    messages: int
    kills: int
    seed: int


@dataclass(slots=True)
class Told:
    """What was texted: by the provider's id, from whom, what, and whether the webhook was answered with success."""

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    repeats: int = 0


def rage(house: House, plan: Plan, say: Say) -> tuple[Told, Counter[str]]:
    """Carry out the plan; gives what was texted and how often each process was killed. Ends when both are through."""
    told, kills, progress = Told(), Counter[str](), _Progress(plan)
    texting = threading.Thread(target=_text, args=(house, plan, told, progress), daemon=True)
    texting.start()
    chance = random.Random(plan.seed)  # noqa: S311 - a storm must be repeatable
    for number in range(plan.kills):
        time.sleep(chance.uniform(0.05, 1.0))
        house.fault(chance.choice(FAULTS), chance.randint(1, 3))
        # An answer that was lost is mostly made good by the report that follows: without that the provider must be asked.
        house.fault("lost-callback", chance.randint(1, 3))
        house.fault(chance.choice(LOST), 1)
        if chance.random() < 0.3:
            house.freeze(chance.choice(FREEZES), chance.uniform(0.5, 3.0))
            kills["frozen, not killed"] += 1
        victim = chance.choice(VICTIMS)
        _strike(house, victim, chance)
        kills[victim] += 1
        progress.kills = number + 1
        if number % 10 == 9:
            say(f"{number + 1} kills, {len(told.texts)} texts")
    texting.join(timeout=300)
    house.end_faults()
    return told, kills


@dataclass(slots=True)
class _Progress:
    """Texts keep step with kills, so that neither is ever alone."""

    plan: Plan
    kills: int = 0

    def may_text(self, texts: int) -> bool:
        return self.kills >= self.plan.kills or texts * self.plan.kills <= (self.kills + 1) * self.plan.messages


def _strike(house: House, victim: str, chance: random.Random) -> None:
    house.kill(victim)
    time.sleep(chance.choice((0.0, 0.0, 0.3, 1.5)))
    if victim == "worker" and chance.random() < 0.5:
        house.restart(victim, chance.choice(POINTS))
        house.died(victim, 4.0)
        house.forget_crash(victim)
    else:
        house.restart(victim)


def _text(house: House, plan: Plan, told: Told, progress: _Progress) -> None:
    chance = random.Random(plan.seed + 1)  # noqa: S311 - a storm must be repeatable
    for number in range(plan.messages):
        while not progress.may_text(number):
            time.sleep(0.05)
        phone, words = _next(house, plan, number, chance)
        sid, status = house.text(phone, words)
        told.texts[sid] = (phone, words)
        _until_answered(house, told, phone, sid, status)
        if chance.random() < 0.1:
            told.repeats += 1
            house.repeat(phone, sid)
        time.sleep(chance.uniform(0.0, 0.2))


def _until_answered(house: House, told: Told, phone: str, sid: str, status: int | None) -> None:
    """As a provider does that was told to try again whatever went wrong."""
    for _ in range(60):
        if status is not None and 200 <= status < 300:
            told.answered.add(sid)
            return
        time.sleep(0.5)
        status = house.repeat(phone, sid)


def _next(house: House, plan: Plan, number: int, chance: random.Random) -> tuple[str, str]:
    kind = chance.random()
    if kind < 0.15:
        return _staff_reply(house, number, chance)
    if kind < 0.22:
        return stranger_phone(chance.randrange(10)), f"who is this {number}"
    place = chance.randrange(TALKERS)
    if place < STOPPING and number > plan.messages // 2:
        return member_phone(place), "STOP" if chance.random() < 0.5 else f"{DANGER} {number}"
    if kind < 0.3:
        return member_phone(place), f"{DANGER} {number}"
    return member_phone(place), chance.choice(WORDS)


def _staff_reply(house: House, number: int, chance: random.Random) -> tuple[str, str]:
    phone = chance.choice(SPECIALISTS)
    tags = _tags(house.heard(phone))
    return phone, f"{chance.choice(tags)} i am here, number {number}" if tags else "nobody yet"


def _tags(heard: Sequence[str]) -> list[str]:
    return sorted({found[1] for words in heard if (found := _TAG.search(words))})
