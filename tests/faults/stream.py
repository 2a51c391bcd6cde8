"""People who text at a steady pace, whether or not those before them were answered; now and then one of them is in danger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.faults.house import House
from tests.faults.people import AREAS, MEMBERS, member_phone
from tests.faults.texting import DANGER, Told

EVERY = 40  # one text in so many is of somebody new who is in danger
HANDS = 128  # texts under way at once: a webhook may go unanswered for as long as the provider waits
ORDINARY = ("thank you", "ok", "bien", "gracias", "later", "HELP")


def everybody(number: int) -> tuple[str, str]:
    """Members in turn, with ordinary words, and among them the one in danger: somebody nobody knows yet, so that each has an alert of their own."""
    if number % EVERY != EVERY // 2:
        return member_phone(number % MEMBERS), ORDINARY[number % len(ORDINARY)]
    who = number // EVERY
    return f"+1{AREAS[who % len(AREAS)]}55501{20 + who // len(AREAS) % 50:02d}", f"{DANGER} {number}"


@dataclass(slots=True)
class Stream:
    """So many texts a second for as long as the block lasts; at its end all of them have been answered, or given up."""

    house: House
    told: Told
    rate: float
    first: int = 0  # how many were begun before this stream, so that each text has a number of its own
    says: Callable[[int], tuple[str, str]] = everybody  # who says what, by the number of a text
    most: int | None = None  # under way at once, beyond which a text is left out
    _sids: dict[int, str] = field(default_factory=dict)  # by their order
    _begun: int = 0
    _ending: threading.Event = field(default_factory=threading.Event)
    _hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(HANDS))
    _pace: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._pace = threading.Thread(target=self._go_on, daemon=True)
        self._pace.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        """End, when the last has been answered."""
        self._ending.set()
        if self._pace is not None:
            self._pace.join()
        self._hands.shutdown()

    def begun(self) -> int:
        """How many have been begun."""
        return self._begun

    def sids(self, first: int, many: int) -> Iterable[str]:
        """The provider's ids of so many texts from one on; ask at the end."""
        return (self._sids[place] for place in range(first, first + many) if place in self._sids)

    def _go_on(self) -> None:
        began = time.monotonic()
        while not self._ending.wait(max(0.0, began + self._begun / self.rate - time.monotonic())):
            if self.most is None or self._begun - len(self._sids) < self.most:
                self._hands.submit(self._text, self._begun)
                self._begun += 1
            else:
                began += 1 / self.rate

    def _text(self, place: int) -> None:
        number = self.first + place
        phone, words = self.says(number)
        answer = self.house.text(phone, words)
        self.told.texts[answer.sid] = (phone, words)
        self.told.answers.append((self.house.now(), answer))
        self._sids[place] = answer.sid
        if answer.good:
            self.told.answered[answer.sid] = self.house.now()
        else:
            self.told.left.add(answer.sid)  # nobody comes again with it: it must be imported
