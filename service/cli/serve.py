"""`peerline serve`: the web process."""

import os
import sys
from typing import Annotated

import typer

from service.cli.environment import settings_or_exit

# Granian finishes the requests that it has taken before it stops; after this many seconds it no longer waits.
_PATIENCE_SECONDS = 10


def command(
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; PORT or 8000 if left away.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many processes answer.")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="How many requests each of them answers at once.")] = 4,
) -> None:
    """Answer phones and Twilio. Ctrl-C or SIGTERM finishes what has begun."""
    settings = settings_or_exit()
    options = {
        "host": host,
        "port": port or settings.web_port,
        "workers": processes,
        "blocking-threads": threads,
        "workers-kill-timeout": _PATIENCE_SECONDS,
        "log-level": "warning",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    target = ["--interface", "wsgi", "--no-ws", "--respawn-failed-workers", "--factory", "service.app:create_app"]
    # Granian takes the place of this process, so that signals reach it as they are.
    os.execv(sys.executable, [sys.executable, "-m", "granian", *arguments, *target])  # noqa: S606 - our own command
