"""python -m tests.faults.racing: a process that plans and sends without a pause, for races."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

from psycopg import errors

from config.settings import read_settings
from service.assembly import assemble

PAUSE = 0.002  # seconds between two looks


def main() -> int:
    """Say that all is ready, then carry out what is due and hand over what waits until SIGTERM."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    peerline = assemble(read_settings(os.environ))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    doing = [threading.Thread(target=_again, args=(over, work)) for work in (peerline.due.run, peerline.deliveries.run)]
    for thread in doing:
        thread.start()
    for thread in doing:
        thread.join()
    peerline.deliveries.close()
    peerline.pool.close()
    return 0


def _again(over: threading.Event, work: Callable[[], int]) -> None:
    while not over.wait(PAUSE):
        try:
            work()
        except errors.DeadlockDetected:
            continue


sys.exit(main())
