"""Requests in flight: a window of so many at once, and a few claimed messages behind it, so that it stays full.

While answers are stored and the next messages are claimed, requests that end would leave gaps. So up to half a window is
claimed ahead, half of that at a time. A send begins when its claim commits, so what is claimed must not wait: nothing is taken
ahead while the provider is slow, and what has waited for too long all the same is given back.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

SLOW = 1.0  # seconds of one request after which nothing is taken ahead any more
WAITED = 2.0  # seconds after which what was taken ahead is given back
GATHER = 0.005  # seconds for which answers are gathered, so that one statement stores many

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class Flight(Generic[Item, Result]):
    """`width` requests at once, each an `attempt` of one item in a thread. For one thread that takes, and gathers what landed.

    `out` counts what was taken and has not landed.
    """

    threads: ThreadPoolExecutor
    width: int
    attempt: Callable[[Item], Result]
    slow: float = SLOW
    waited: float = WAITED
    out: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: deque[tuple[float, Item]] = field(default_factory=deque)
    _begun: dict[int, float] = field(default_factory=dict)  # by thread, of what is under way
    _busy: int = 0  # threads that are at it
    _landed: SimpleQueue[Result | BaseException] = field(default_factory=SimpleQueue)

    def room(self) -> int:
        """How many more to claim now; none while it would be too few to be worth a claim."""
        ahead = 0 if self._is_slow() else self.width // 2
        room = self.width + ahead - self.out
        return room if room >= max(1, ahead // 2) else 0

    def take(self, items: Iterable[Item]) -> None:
        """Let these go, as soon as the window has room."""
        moment = time.monotonic()
        new = [(moment, item) for item in items]
        self.out += len(new)
        with self._lock:
            self._waiting.extend(new)
            starting = min(len(self._waiting), self.width - self._busy)
            self._busy += starting
        for _ in range(starting):
            self.threads.submit(self._go_on)

    def landed(self, patience: float) -> list[Result]:
        """What ended, after at most so many seconds; empty if nothing did. Raises what an attempt raised."""
        try:
            found = [self._landed.get(timeout=patience)]
        except Empty:
            return []
        if self.out > 1:
            time.sleep(GATHER)
        while not self._landed.empty():
            found.append(self._landed.get())
        self.out -= len(found)
        return [_result(one) for one in found]

    def given_back(self) -> list[Item]:
        """What has waited for too long; it is not attempted any more."""
        back, until = [], time.monotonic() - self.waited
        with self._lock:
            while self._waiting and self._waiting[0][0] < until:
                back.append(self._waiting.popleft()[1])
        self.out -= len(back)
        return back

    def _is_slow(self) -> bool:
        with self._lock:
            oldest = min(self._begun.values(), default=None)
        return oldest is not None and time.monotonic() - oldest > self.slow

    def _go_on(self) -> None:
        """One thread's part: attempt one after the other until nothing waits."""
        me = threading.get_ident()
        while (item := self._next(me)) is not None:
            try:
                self._landed.put(self.attempt(item[0]))
            except BaseException as problem:  # noqa: BLE001 - it is raised again where the results are gathered
                self._landed.put(problem)

    def _next(self, me: int) -> tuple[Item] | None:
        with self._lock:
            if self._waiting:
                self._begun[me] = time.monotonic()
                return (self._waiting.popleft()[1],)
            # Under the same lock as `take`: whoever puts something in sees that this thread has ended.
            self._begun.pop(me, None)
            self._busy -= 1
            return None


def _result(found: Result | BaseException) -> Result:
    if isinstance(found, BaseException):
        raise found
    return found
