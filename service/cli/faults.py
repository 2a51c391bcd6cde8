"""`peerline faults`: kill processes, let the provider do wrong, and count what was lost and doubled."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

_ROOT = Path(__file__).parents[2]


def command(
    kills: Annotated[int, typer.Option(min=0, help="How many processes are killed.")] = 30,
    messages: Annotated[int, typer.Option(min=1, help="How many texts come in.")] = 200,
    seed: Annotated[
        int | None, typer.Option(help="The seed of all chance; printed, so that a run can be repeated.")
    ] = None,
) -> None:
    """Storm an installation of its own on this machine; prints the account, and exits with 1 if a promise broke."""
    chosen = [] if seed is None else ["--seed", str(seed)]
    arguments = ["-m", "tests.faults", "--kills", str(kills), "--messages", str(messages), *chosen]
    # The storm is part of the tests, which the service does not import: it takes the place of this process.
    os.chdir(_ROOT)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own command
