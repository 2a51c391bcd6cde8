"""A clock for tests that live through long times in one process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from service.gateways.clock import Clock


@dataclass(frozen=True, slots=True)
class HeldClock(Clock):
    """A clock that stands until it is moved."""

    times: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        """The moment it was moved to last."""
        return self.times[-1]
