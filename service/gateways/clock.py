"""The two clocks: *now*, which people experience and the demo can move, and *machine time*, which nobody moves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells both times; `file` holds the offset of *now* in seconds and exists in the demo and in tests alone."""

    file: Path | None = None

    def now(self) -> datetime:
        """The time people experience, aware, in UTC."""
        return self.machine() + timedelta(seconds=self._offset())

    def machine(self) -> datetime:
        """The machine's own time, aware, in UTC: for leases, time-outs, rates and heartbeats."""
        return datetime.now(UTC)

    def _offset(self) -> float:
        if self.file is None:
            return 0.0
        try:
            return float(json.loads(self.file.read_text())["offset"])
        except FileNotFoundError:
            return 0.0
