"""A fuse: while a server does not answer, not everybody waits for it; one at a time tries, and the others hear at once that it is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

ROW = 3  # failures one after the other, with no success between: one alone may be a single busy row
REST = 1.0  # seconds between the end of one try and the next
TRYING = 8.0  # seconds after which a try that nobody heard of again is given up


@dataclass(slots=True)
class Fuse:
    """Blown after ROW failures in a row, whole again with the first success. For any number of threads."""

    failures: int = 0
    clock: Callable[[], float] = time.monotonic
    _next: float = 0.0  # when somebody may try again
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lets_through(self) -> bool:
        """Whether to try: always while it is whole, else one at a time, with a rest between."""
        if self.failures < ROW:
            return True
        with self._lock:
            moment = self.clock()
            if moment < self._next:
                return False
            self._next = moment + TRYING
            return True

    def failed(self) -> None:
        """Note that the server did not answer in time."""
        with self._lock:
            self.failures += 1
            self._next = self.clock() + REST

    def held(self) -> None:
        """Note that it did."""
        if self.failures:
            with self._lock:
                self.failures = 0
