"""Rounds of the clock process: what is looked after every few minutes, beside the loop, so that no slow provider holds it up."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class Round:
    """Something done again and again: its name in the log, what it does, and every how many seconds; the first time at once."""

    name: str
    go: Callable[[], object]
    every: float
    due: float = 0.0  # of time.monotonic


@dataclass(slots=True)
class Rounds:
    """Goes round in a thread of its own until `ending` is set; one round that fails is tried again at its next time."""

    rounds: Sequence[Round]
    ending: threading.Event
    _thread: threading.Thread | None = field(default=None)

    def start(self) -> None:
        """Begin; the thread ends with the process if a provider hangs."""
        self._thread = threading.Thread(target=self._go_on, name="rounds", daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait, but not longer than this, for the round that is under way."""
        if self._thread is not None:
            self._thread.join(seconds)

    def hasten(self, name: str) -> None:
        """Let the round of this name be due now: there is a reason to go it; it goes as soon as any other does."""
        for one in self.rounds:
            if one.name == name:
                one.due = 0.0

    def go_once(self) -> float:
        """Go every round that is due; returns how many seconds there are until the next."""
        for one in self.rounds:
            if one.due <= time.monotonic() and not self.ending.is_set():
                one.due = math.inf
                _go(one)
                one.due = min(one.due, time.monotonic() + one.every)  # sooner where it was hastened meanwhile
        return max(0.0, min(one.due for one in self.rounds) - time.monotonic())

    def _go_on(self) -> None:
        while not self.ending.is_set():
            self.ending.wait(self.go_once())


def _go(one: Round) -> None:
    try:
        one.go()
    except Exception as problem:  # noqa: BLE001 - whatever fails once must not end the rounds
        log.warning("a round failed", round=one.name, kind=type(problem).__name__)
