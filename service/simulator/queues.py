"""The queue of each number: a provider sends so many segments a second, first come first served, and keeps the rest for a while."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LONGEST = 36_000  # seconds that a queue holds, and the longest validity (www.twilio.com/docs/errors/21611)
_LOOK = 0.02  # seconds between two looks while something waits: time may be moved at any moment


@dataclass(frozen=True, slots=True)
class Place:
    """One message's place in a queue: its number, its size, from and until when (moved time) it may leave.

    `leave` is called when it does (True), or when it was too late for that (False).
    """

    sid: str
    number: str
    segments: int
    since: datetime
    until: datetime
    leave: Callable[[bool], None]


@dataclass(slots=True)
class _Line:
    """One number's queue, and from when on (moved time) the next may leave."""

    free_at: datetime
    waiting: deque[Place] = field(default_factory=deque)


class Queues:
    """One queue for each number of the organisation. With no rate everything leaves at once."""

    def __init__(self, rate: float | None, size: int | None, now: Callable[[], datetime]) -> None:
        self._rate, self._now = rate, now
        self._size = int(LONGEST * (rate or 1)) if size is None else size
        self._lines: dict[str, _Line] = {}
        self._changed = threading.Condition()
        if rate is not None:
            threading.Thread(target=self._go_on, daemon=True).start()

    def is_full(self, number: str, segments: int) -> bool:
        """Whether a number's queue has no room for so many segments more."""
        with self._changed:
            line = self._lines.get(number)
            return line is not None and sum(place.segments for place in line.waiting) + segments > self._size

    def add(self, place: Place) -> None:
        """Let a message leave in its turn."""
        if self._rate is None:
            place.leave(True)
            return
        with self._changed:
            self._lines.setdefault(place.number, _Line(place.since)).waiting.append(place)
            self._changed.notify()

    def drop(self, sid: str) -> None:
        """Take out a message that was canceled, so that it uses up nothing."""
        with self._changed:
            for line in self._lines.values():
                line.waiting = deque(place for place in line.waiting if place.sid != sid)

    def is_behind(self) -> bool:
        """Whether something should have left by now: time was moved on, and the queue follows."""
        with self._changed:
            now = self._now()
            return any(line.waiting and line.free_at <= now for line in self._lines.values())

    def clear(self) -> None:
        """Forget what waits, and what was used up."""
        with self._changed:
            self._lines.clear()

    def _go_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(_LOOK if any(line.waiting for line in self._lines.values()) else None)
                leaving = [left for line in self._lines.values() for left in self._leaving(line)]
            for place, in_time in leaving:
                place.leave(in_time)

    def _leaving(self, line: _Line) -> list[tuple[Place, bool]]:
        """Who leaves a queue now, and whether in time; who is too late uses up nothing."""
        found: list[tuple[Place, bool]] = []
        while line.waiting:
            place = line.waiting[0]
            at = max(line.free_at, place.since)
            if min(at, place.until) > self._now():
                break
            line.waiting.popleft()
            found.append((place, at <= place.until))
            if at <= place.until:
                line.free_at = at + timedelta(seconds=place.segments / (self._rate or 1))
        return found
