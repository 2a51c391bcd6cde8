"""Wakes the workers after commits: one thread for each process, and at most one hint every 50 ms.

A NOTIFY within every commit was seen to cost more than half of the commits (DESIGN.md, "Waking the workers").
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from service.gateways.crashing import nowhere
from service.store.notices import Notices

PAUSE = 0.05  # seconds between two hints


class Waker:
    """A thread that gives a hint soon after `poke`, once for all pokes of 50 ms."""

    def __init__(self, give: Callable[[], object], finish: Callable[[], None] = lambda: None) -> None:
        """`give` sends one hint, `finish` lets go of what it used; both are only ever called by the thread."""
        self._give = give
        self._finish = finish
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def poke(self) -> None:
        """Say that a commit left work. Costs next to nothing and never waits."""
        if self._thread is None:
            self._start()
        self._wanted.set()

    def close(self) -> None:
        """Give a last hint and end the thread."""
        self._closing.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=PAUSE * 20)

    def _start(self) -> None:
        # At the first poke, not before: a web server may fork between making this and using it.
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wanted.wait()
            self._wanted.clear()
            self._give()
            self._closing.wait(PAUSE)
        self._give()
        self._finish()


def open_waker(database_url: str, crash: Callable[[str], None] = nowhere) -> Waker:
    """A waker for this database, on a connection of its own."""
    notices = Notices(database_url)

    def give() -> None:
        crash("before_waking")
        notices.give()
        crash("after_waking")

    return Waker(give, notices.close)
