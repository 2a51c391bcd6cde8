"""python -m tests.faults.planning: a planner that carries out what is due each time it is told to, until its input ends."""

from __future__ import annotations

import os
import sys

from config.settings import read_settings
from service.assembly import assemble


def main() -> int:
    """Say that all is ready; for each line that comes, carry out what is due and say how much that was."""
    peerline = assemble(read_settings(os.environ))
    _say("ready")
    for _ in sys.stdin:
        _say(str(peerline.due.run()))
    peerline.deliveries.close()
    peerline.pool.close()
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


sys.exit(main())
