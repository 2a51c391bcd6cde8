"""python -m tests.benchmarks.planning: one planner process that begins at a word, so that several begin together."""

from __future__ import annotations

import os
import sys

from config.settings import read_settings
from service.assembly import assemble


def main() -> int:
    """Say that all is ready, wait for a line, carry out what is due, say how much that was."""
    peerline = assemble(read_settings(os.environ))
    with peerline.pool.connection() as connection:
        connection.execute("select 1")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{peerline.due.run()}\n")
    sys.stdout.flush()
    peerline.deliveries.close()
    peerline.pool.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
