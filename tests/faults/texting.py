"""Everybody who texts while it storms: several at once, each phone's texts one after the other, each until it is answered."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.faults.house import Answer, House
from tests.faults.people import SPECIALISTS, TALKERS, member_phone, stranger_phone

HANDS = 10  # that text at once; each has phones of its own
STOPPING = 5  # the first members say stop in the middle of it and mean it
TRIES = 240  # of a provider that comes again every half second
DANGER = "i want to kill myself"
WORDS = (
    "2", "ok", "TALK", "thank you", "i had a hard night", "bien", "1", "later", "can somebody call me", "SKIP", "gracias",
)  # fmt: skip
_TAG = re.compile(r"\[([A-Z]\d)\]")
_CODE = re.compile(r"Reply (\d{7}) to take it")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard."""

    messages: int
    kills: int
    seed: int


@dataclass(slots=True)
class Told:
    """What was texted: by the provider's id, from whom and what; when its webhook was answered with success; every answer."""

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    answered: dict[str, datetime] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)  # whose webhook nobody repeated: they must be imported
    answers: list[tuple[datetime, Answer]] = field(default_factory=list)
    repeats: int = 0


@dataclass(slots=True)
class Texting:
    """The texts of a plan. They keep step with the kills, so that neither is ever alone."""

    house: House
    plan: Plan
    told: Told = field(default_factory=Told)
    kills: int = 0
    _begun: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _hands: list[threading.Thread] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _done: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Begin, beside whoever calls."""
        self._hands = [threading.Thread(target=self._go, args=(hand,), daemon=True) for hand in range(HANDS)]
        for hand in self._hands:
            hand.start()

    def is_over(self) -> bool:
        """Whether everybody has said everything."""
        return not any(hand.is_alive() for hand in self._hands)

    def is_behind(self) -> bool:
        """Whether the kills are so far ahead that they would strike a service that nobody texts to."""
        through = len(self.told.answered) + len(self.told.left)
        return through < self.kills * self.plan.messages / self.plan.kills - 2 * HANDS

    def _go(self, hand: int) -> None:
        try:
            self._text(hand, random.Random(f"{self.plan.seed}:{hand}"))  # noqa: S311 - a storm must be repeatable
        except Exception as problem:
            self.failed.append(f"hand {hand}: {problem!r}")
            raise

    def _text(self, hand: int, chance: random.Random) -> None:
        while (number := self._next_number()) is not None:
            while not self._may_text(number):
                time.sleep(0.05)
            phone, words = self._next(hand, number, chance)
            self._say(phone, words, chance)
            time.sleep(chance.uniform(0.0, 0.1))

    def _next_number(self) -> int | None:
        with self._lock:
            self._begun += 1
            return self._begun - 1 if self._begun <= self.plan.messages else None

    def _may_text(self, number: int) -> bool:
        plan = self.plan
        return self.kills >= plan.kills or number * plan.kills <= (self.kills + 1) * plan.messages

    def _say(self, phone: str, words: str, chance: random.Random) -> None:
        answer = self.house.text(phone, words)
        self.told.texts[answer.sid] = (phone, words)
        self._note(answer)
        if not answer.good and words != "STOP" and chance.random() < 0.3:
            self.told.left.add(answer.sid)
            return
        for _ in range(TRIES):
            if answer.good:
                break
            time.sleep(0.5)
            answer = self._note(self.house.repeat(phone, answer.sid))
        if chance.random() < 0.1:
            self.told.repeats += 1
            self._note(self.house.repeat(phone, answer.sid))

    def _note(self, answer: Answer) -> Answer:
        now = self.house.now()
        self.told.answers.append((now, answer))
        if answer.good:
            self.told.answered.setdefault(answer.sid, now)
        return answer

    def _next(self, hand: int, number: int, chance: random.Random) -> tuple[str, str]:
        kind = chance.random()
        if kind < 0.15 * HANDS / len(SPECIALISTS) and hand < len(SPECIALISTS):
            return self._staff_reply(SPECIALISTS[hand], number, chance)
        if kind < 0.22:
            return stranger_phone(chance.randrange(10 // HANDS) * HANDS + hand), f"who is this {number}"
        place = chance.randrange(TALKERS // HANDS) * HANDS + hand
        if place < STOPPING and number > self.plan.messages // 2:
            return member_phone(place), "STOP" if chance.random() < 0.5 else f"{DANGER} {number}"
        if kind > 0.92:
            return member_phone(place), f"{DANGER} {number}"
        return member_phone(place), chance.choice(WORDS)

    def _staff_reply(self, phone: str, number: int, chance: random.Random) -> tuple[str, str]:
        heard = self.house.heard(phone)
        # Whoever takes an alert again is sent its words again: here each code is taken once, so that words sent twice are a fault.
        codes = [code for code in _found(_CODE, heard[-60:]) if code not in self._done]
        if codes and chance.random() < 0.5:
            code = chance.choice(codes)
            (self._done if code in self._taken else self._taken).add(code)
            return phone, f"DONE {code} we talked, number {number}" if code in self._done else code
        tags = _found(_TAG, heard)
        return phone, f"{chance.choice(tags)} i am here, number {number}" if tags else "nobody yet"


def _found(pattern: re.Pattern[str], heard: Sequence[str]) -> list[str]:
    return sorted({found[1] for words in heard if (found := pattern.search(words))})
