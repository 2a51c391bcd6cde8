"""`peerline demo`: try everything on this machine, with made-up people and phones on a page."""

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from service.local.problems import LocalProblem
from service.local.runner import Stopped, Wishes, listening_for_the_end, running, wait_for_end


def command(
    data: Annotated[Path, typer.Option(help="The folder that keeps everything.")] = Path(".demo"),
    port: Annotated[int | None, typer.Option(min=1, max=65534, help="The port; the phones take the next one.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder holds and start over.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the phones in a browser.")] = False,
) -> None:
    """Try Peerline on this machine: made-up people, their phones on a page, and time that you can move. Ctrl-C stops it."""
    try:
        with listening_for_the_end(), running(Wishes(data, fresh, port), _say) as (stack, site):
            _say(f"Peerline is ready at {site.web_url}")
            _say(f"The phones are at {site.phones_url}")
            _say("Ctrl-C stops everything and keeps the data.")
            if not no_browser and _somebody_looks():
                webbrowser.open(site.phones_url)
            wait_for_end(stack)
    except Stopped:
        _say("Stopped before everything was ready.")
    except LocalProblem as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None


def _say(line: str) -> None:
    print(line, flush=True)


def _somebody_looks() -> bool:
    return sys.stdout.isatty() and (
        sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
