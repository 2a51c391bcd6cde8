"""Turns: in one process, what comes from one number is taken in one after the other.

Each decision is made on what the one before it left, so those made at once would be made again and again, and a phone that
texts without end would cost everybody else four times its share.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PLACES = 1024  # numbers that share a place wait for each other, which is rare and harms nothing


class Busy(Exception):
    """The turn did not come in time."""


@dataclass(frozen=True, slots=True)
class Turns:
    """A lock for each number, as good as."""

    patience: float = 5.0  # seconds until somebody gives up
    _locks: tuple[threading.Lock, ...] = field(default_factory=lambda: tuple(threading.Lock() for _ in range(PLACES)))

    @contextmanager
    def of(self, number: str) -> Iterator[None]:
        """Have the turn of a number. Raises Busy where it does not come in time."""
        lock = self._locks[hash(number) % PLACES]
        if not lock.acquire(timeout=self.patience):
            raise Busy
        try:
            yield
        finally:
            lock.release()
