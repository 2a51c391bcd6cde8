"""Named places at which a process under test dies on the spot, so that each can be shown to lose and double nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping

from config.settings import Settings

POINTS = ("after_claim", "before_http", "after_http", "before_store", "after_store")


def crash_points(settings: Settings, environ: Mapping[str, str]) -> Callable[[str], None]:
    """What kills this process at the point that CRASH_AT names, in test mode; everywhere else it does nothing."""
    place = environ.get("CRASH_AT") if settings.mode == "test" else None

    def crash(point: str) -> None:
        if point == place:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash
