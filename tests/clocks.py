"""A clock for tests that live through long times in one process."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from service.gateways.clock import Clock


@dataclass(frozen=True, slots=True)
class HeldClock(Clock):
    """A clock that stands until it is moved."""

    times: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        """The moment it was moved to last."""
        return self.times[-1]


def move_clock(file: Path, clock: Clock, now: datetime) -> None:
    """Put *now* at a moment for whoever reads this file, at once: some may be reading it just now."""
    fresh = file.with_suffix(".fresh")
    fresh.write_text(json.dumps({"offset": (now - clock.machine()).total_seconds()}))
    fresh.replace(file)
