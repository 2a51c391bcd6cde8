"""`peerline faults`: kill processes, race texts against a STOP, live through years; count what was lost and doubled."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

_ROOT = Path(__file__).parents[2]


def command(
    what: Annotated[
        str,
        typer.Argument(
            help="storm; races of a STOP against what is due; years of everybody's schedules; outages, one after the other."
        ),
    ] = "storm",
    *,
    kills: Annotated[int, typer.Option(min=0, help="How many processes are killed (storm).")] = 30,
    messages: Annotated[int, typer.Option(min=1, help="How many texts come in (storm).")] = 200,
    races: Annotated[int, typer.Option(min=1, help="How many races are run (races).")] = 50,
    members: Annotated[int, typer.Option(min=1, help="How many members there are (years).")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="How long each outage lasts (outages).")] = 20,
    rate: Annotated[float, typer.Option(min=0.1, help="How many texts come in each second (outages).")] = 10,
    seed: Annotated[
        int | None, typer.Option(help="The seed of all chance; printed, so that a run can be repeated.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="A file for the account (storm).")] = None,
) -> None:
    """Try the promises on an installation of its own on this machine; prints the account, exits with 1 if one broke."""
    sizes = {
        "storm": ("--kills", str(kills), "--messages", str(messages)),
        "races": ("races", "--races", str(races)),
        "years": ("years", "--members", str(members)),
        "outages": ("outages", "--seconds", str(seconds), "--rate", str(rate)),
    }
    if what not in sizes:
        print(f"{what!r} is none of {', '.join(sizes)}.", file=sys.stderr)
        raise typer.Exit(2)
    chosen = [] if seed is None or what == "outages" else ["--seed", str(seed)]
    chosen += ["--json", str(json.absolute())] if json is not None and what == "storm" else []
    # They are part of the tests, which the service does not import: they take the place of this process.
    os.chdir(_ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "tests.faults", *sizes[what], *chosen])  # noqa: S606 - our own command
