"""Settling beside sending: claims run out while other messages are handed over, and the provider may take long to answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass

PAUSE = 1.0  # seconds from the beginning of one round to that of the next


@dataclass(slots=True)
class Asking:
    """Rounds of `settle`, one at a time in a thread of their own; for one thread that begins them and hears of their end."""

    settle: Callable[[], int]
    thread: Executor
    pause: float = PAUSE
    _round: Future[int] | None = None
    _next: float = 0.0  # of time.monotonic, before which no round begins
    _settled: int = 0

    def go_on(self) -> None:
        """Begin a round, unless one is under way or began just now. Raises what a round raised."""
        if self._is_over(0.0) and time.monotonic() >= self._next:
            self._next = time.monotonic() + self.pause
            self._round = self.thread.submit(self.settle)

    def settled(self, patience: float) -> int | None:
        """How much was settled since this was last asked; None if a round is still under way after so many seconds."""
        if not self._is_over(patience):
            return None
        settled, self._settled = self._settled, 0
        return settled

    def _is_over(self, patience: float) -> bool:
        if self._round is not None and wait([self._round], patience).done:
            done, self._round = self._round, None
            self._settled += done.result()
        return self._round is None
