"""`peerline bench`: how fast the service is, mostly as ratios, which mean the same on every machine."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

_ROOT = Path(__file__).parents[2]


def command(
    sections: Annotated[
        list[str] | None,
        typer.Argument(
            help="What to measure: engine, signature, webhook, door, checkins, growth, sending, room. All of it if none is named."
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: all of it in less than two minutes.")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="Keep every value in this file too.")] = None,
) -> None:
    """Measure on servers of its own and print one table: medians, how far they spread, and goals; 1 if a text was lost."""
    arguments = ["-m", "tests.benchmarks", *(sections or []), *(["--quick"] if quick else [])]
    arguments += ["--json", str(json.absolute())] if json else []
    # The measurement is part of the tests, which the service does not import: it takes the place of this process.
    os.chdir(_ROOT)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own command
