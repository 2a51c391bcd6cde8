"""Waiting until something that was started answers."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from service.local.problems import LocalProblem

_PAUSE_SECONDS = 0.05


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, log: Path, seconds: float = 30.0
) -> None:
    """Return as soon as `ready` says so; raise LocalProblem with the log's end if the process ends or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise LocalProblem(f"{name} ended while starting (status {process.returncode}). It said:\n{_ending(log)}")
        if time.monotonic() > deadline:
            raise LocalProblem(f"{name} did not answer within {seconds:.0f} seconds. It said:\n{_ending(log)}")
        time.sleep(_PAUSE_SECONDS)


def _ending(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"    {line}" for line in lines[-12:]) or "    (nothing)"
