"""The Peerline of this process, put together at its first use and then kept."""

from __future__ import annotations

import os
import threading
from functools import cache

from config.settings import read_settings
from service.assembly import Peerline, assemble
from service.gateways.crashing import crash_points
from service.gateways.waking import open_waker
from service.soundness import demand_soundness

_FIRST = threading.Lock()


def peerline() -> Peerline:
    """The one assembled Peerline of this process. Raises SettingsProblem and the problems of files, all mistakes at once."""
    # The first tasks come side by side, and a cache alone would put one together for each thread.
    with _FIRST:
        return _assembled()


@cache
def _assembled() -> Peerline:
    settings = read_settings(os.environ)
    assembled = assemble(settings, open_waker(settings.database_url, crash_points(settings, os.environ)).poke)
    demand_soundness(settings, assembled.pool)
    return assembled
