"""Background work in order: status reports of one message after the other, several messages side by side."""

import queue
import threading
import traceback
from collections.abc import Callable

Job = Callable[[], None]
WORKERS = 8


class Reports:
    """A few daemon threads and what they have yet to do; `pending` is zero when all reports were made."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._pending = 0
        self._closed = threading.Event()
        for _ in range(WORKERS):
            threading.Thread(target=self._work, daemon=True).start()

    @property
    def pending(self) -> int:
        """How many jobs are waiting or running; those put off on purpose do not count."""
        return self._pending

    def add(self, job: Job) -> None:
        """Do this soon, on another thread."""
        with self._lock:
            self._pending += 1
        self._jobs.put(job)

    def add_later(self, seconds: float, job: Job) -> None:
        """Do this after some seconds of machine time, on a thread of its own."""
        threading.Thread(target=self._wait_and_do, args=(seconds, job), daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than the simulator runs or `release` is called."""
        self._closed.wait(seconds)

    def release(self) -> None:
        """Let go of everything that waits."""
        self._closed.set()
        self._closed = threading.Event()

    def _work(self) -> None:
        while True:
            _do(self._jobs.get())
            with self._lock:
                self._pending -= 1

    def _wait_and_do(self, seconds: float, job: Job) -> None:
        self._closed.wait(seconds)
        _do(job)


def _do(job: Job) -> None:
    try:
        job()
    except Exception:  # noqa: BLE001 - a worker outlives any one report; what went wrong is shown on the terminal
        traceback.print_exc()
