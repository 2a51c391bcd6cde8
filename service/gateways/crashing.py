"""Named places at which a process under test dies on the spot, so that each can be shown to lose and double nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping

from config.settings import Settings

DELIVERING = ("after_claim", "before_http", "after_http", "before_store", "after_store")
TAKING = ("before_text", "after_text")  # its one write, and what is between it and the webhook's answer
TIMING = ("before_timers", "written_timers", "after_timers")  # written, and not committed yet
SETTLING = ("before_asking", "after_asking", "after_settling")
REPORTS = ("before_report", "after_report")
IMPORTING = ("after_listing", "before_mark", "after_mark")
WAKING = ("before_waking", "after_waking")  # the notice to the clock process
HINTING = ("before_hint", "after_hint")  # the clock process's task for the workers
POINTS = (*DELIVERING, *TAKING, *TIMING, *SETTLING, *REPORTS, *IMPORTING, *WAKING, *HINTING)


def nowhere(_point: str) -> None:
    """Die at no point at all, as everybody does in earnest."""


def crash_points(settings: Settings, environ: Mapping[str, str]) -> Callable[[str], None]:
    """What kills this process at the point that CRASH_AT names, in test mode; everywhere else it does nothing."""
    place = environ.get("CRASH_AT") if settings.mode == "test" else None

    def crash(point: str) -> None:
        if point == place:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash
