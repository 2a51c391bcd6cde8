"""The moved clock: machine time and an offset that the service reads from the same file."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path


class MovedClock:
    """Tells moved time and moves it on; back only where all begins again. Without a file it is machine time and an offset in memory."""

    def __init__(self, file: Path | None, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._file = file
        self._offset = _read(file) if file and file.exists() else _offset_to(start)
        self._write()

    def now(self) -> datetime:
        """The moved time, aware, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def offset(self) -> float:
        """How many seconds moved time is ahead of machine time."""
        return self._offset

    def move_to(self, instant: datetime) -> None:
        """Make it this instant now; an instant that has passed changes nothing."""
        with self._lock:
            offset = (instant - datetime.now(UTC)).total_seconds()
            if offset > self._offset:
                self._offset = offset
                self._write()

    def begin_at(self, instant: datetime) -> None:
        """Begin again at this instant, also an earlier one: for a service that has just been emptied."""
        with self._lock:
            self._offset = _offset_to(instant)
            self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_name(self._file.name + ".new")
        fresh.write_text(json.dumps({"offset": self._offset}) + "\n", "utf-8")
        # A rename is seen whole or not at all by the processes that read the file at any moment.
        fresh.replace(self._file)


def _read(file: Path) -> float:
    return float(json.loads(file.read_text("utf-8"))["offset"])


def _offset_to(start: datetime | None) -> float:
    return (start - datetime.now(UTC)).total_seconds() if start else 0.0
