"""Keeps the processes running as a machine does in earnest: what ended is started again, and nobody waits until it answers.

All from one thread: a process ends with the thread that started it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from service.local.process import Part
from tests.faults.house import House, parts

AGAIN = 1.0  # seconds between two starts of a process that ends by itself
READY = 90.0  # seconds until everything answers after the storm


@dataclass(frozen=True, slots=True)
class Outage:
    """Something was away: what, how, and between which moments of the moved clock."""

    name: str
    how: str
    began: datetime
    ended: datetime


@dataclass(slots=True)
class Keeper:
    """What runs, what is kept from running for now, and what was done to it."""

    house: House
    counts: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)  # crash points
    outages: list[Outage] = field(default_factory=list)
    _parts: dict[str, Part] = field(default_factory=dict)
    _armed: dict[str, str] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)
    _back: dict[str, tuple[float, Callable[[], None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._parts = parts(self.house)

    def is_away(self, name: str) -> bool:
        """Whether a process is stopped or frozen for a while."""
        return name in self._back

    def runs_since(self, name: str) -> float:
        """The moment (of time.monotonic) at which a process was last started."""
        return self._since.get(name, 0.0)

    def kill(self, name: str, crash_at: str | None = None) -> None:
        """SIGKILL a process and start it again; `crash_at` names the point at which it then dies by itself."""
        self.house.stack.kill(name)
        self._launch(name, crash_at)

    def stop(self, name: str, seconds: float, how: str, gently: signal.Signals | None = None) -> None:
        """End a process, by SIGKILL or a gentler signal, and start it again after some seconds."""
        if gently is None:
            self.house.stack.kill(name)
        else:
            os.kill(self.house.stack.pid(name), gently)
        self.away(name, seconds, how, lambda: self._launch(name))

    def freeze(self, name: str, seconds: float, how: str) -> None:
        """SIGSTOP a process and all that it started, and let them go on after some seconds without their knowing."""
        pids = family(self.house.stack.pid(name))
        _signal(pids, signal.SIGSTOP)
        self.away(name, seconds, how, lambda: _signal(pids, signal.SIGCONT))

    def away(self, name: str, seconds: float, how: str, back: Callable[[], None]) -> None:
        """Note that something is away for some seconds; `back` brings it back."""
        began = self.house.now()

        def ended() -> None:
            back()
            self.outages.append(Outage(name, how, began, self.house.now()))

        self._back[name] = (time.monotonic() + seconds, ended)

    def bring_back(self, name: str) -> None:
        """End what keeps something away, now."""
        _, back = self._back.pop(name)
        back()

    def pass_time(self, seconds: float) -> None:
        """Let time pass; whatever is to come back does, and whatever ended is started again."""
        until = time.monotonic() + seconds
        while True:
            self._look_after()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(0.05, left))

    def settle(self) -> None:
        """Bring everything back, start what was to crash as it is in earnest, and wait until all of it answers."""
        while self._back:
            self.bring_back(next(iter(self._back)))
        for name in list(self._armed):
            self.kill(name)
        until = time.monotonic() + READY
        while not all(part.ready() for part in self._parts.values()):
            assert time.monotonic() < until, "not everything answers after the storm"
            self.pass_time(0.2)

    def _look_after(self) -> None:
        for name, (moment, _) in list(self._back.items()):
            if moment <= time.monotonic():
                self.bring_back(name)
        for name in self.house.stack.ended():
            if name not in self._back and self.runs_since(name) + AGAIN <= time.monotonic():
                self._note_end(name)
                self._launch(name)

    def _note_end(self, name: str) -> None:
        point = self._armed.get(name)
        if point is None:
            self.counts[f"ended by itself: {name}"] += 1
        else:
            self.reached[point] += 1

    def _launch(self, name: str, crash_at: str | None = None) -> None:
        part = self._parts[name]
        self._armed.pop(name, None)
        if crash_at is not None:
            self._armed[name] = crash_at
            part = replace(part, command=replace(part.command, environ={**part.command.environ, "CRASH_AT": crash_at}))
        self.house.stack.launch(part)
        self._since[name] = time.monotonic()


def family(pid: int) -> list[int]:
    """A process and everything that it started, by the kernel's own list: PostgreSQL's children leave its group."""
    found = [pid]
    for one in found:
        for tasks in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in tasks.read_text().split()]
    return found


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
