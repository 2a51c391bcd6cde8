"""`peerline bench`: how fast the web process is, as a ratio that means the same on every machine."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

_ROOT = Path(__file__).parents[2]


def command(
    quick: Annotated[bool, typer.Option("--quick", help="Eight pairs of slices in place of twenty-four.")] = False,
) -> None:
    """Measure texts that come in against empty signed requests on the same server, both up at once; 1 if any was lost."""
    arguments = ["-m", "tests.benchmarks", *(["--quick"] if quick else [])]
    # The measurement is part of the tests, which the service does not import: it takes the place of this process.
    os.chdir(_ROOT)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own command
