"""`peerline worker`: a Celery worker."""

import os
import sys
from typing import Annotated

import typer

from service.cli.environment import settings_or_exit


def command(
    threads: Annotated[int, typer.Option(min=1, help="How many tasks run at once.")] = 4,
) -> None:
    """Do what is due and send what waits. Ctrl-C or SIGTERM finishes what has begun."""
    settings_or_exit()
    # Threads: the work is waiting for the database and for Twilio. Gossip and mingle are for clusters that vote; ours do not.
    options = [
        "--pool",
        "threads",
        "--concurrency",
        str(threads),
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "INFO",
    ]
    # Celery takes the place of this process, so that signals reach it as they are.
    os.execv(sys.executable, [sys.executable, "-m", "celery", "-A", "workers.app:app", "worker", *options])  # noqa: S606 - our own command
