"""The command line: a table of names, and the module that each one loads when it is called.

Nothing else is imported here, so that `peerline --help` answers at once: the database and web libraries together
take seconds to load.
"""

import difflib
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import NoReturn

import typer

# A command's module is service.cli.NAME; it has an `app` (a typer.Typer) or a function `command`.
COMMANDS: Mapping[str, str] = {
    "demo": "Try Peerline on this machine, with made-up people and their phones on a page.",
    "serve": "Answer phones and Twilio: the web process.",
    "worker": "Do what is due and send what waits.",
    "clock": "Tell the workers what is due.",
    "migrate": "Bring the database and the published flows up to this version.",
    "doctor": "See what is right, and what must be mended.",
    "canary": "Send a text all the way through, to nobody's phone.",
    "fallback": "Write the answers for when all of this is down.",
    "queue": "Who waits for whom, since when.",
    "staff": "Specialists, coordinators and supervisors: import a file of them.",
    "members": "The people you walk beside: import a file of them.",
    "flows": "Check flows before anybody gets them.",
    "explain": "Why a message went out, or did not; what a text means here.",
    "schedule": "See the moments of a rule before anybody lives by it.",
    "bench": "Measure how fast the web process is, as a ratio.",
    "faults": "Kill processes, race, live through years; count what was lost and doubled.",
}
_USAGE = "peerline COMMAND ... (peerline COMMAND --help tells more)"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its status: 0 done, 1 not done or mistakes found, 2 called wrongly."""
    name, *rest = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        print(_help())
        sys.exit(0)
    if name not in COMMANDS:
        print(_unknown(name), file=sys.stderr)
        sys.exit(2)
    typer.main.get_command(load(name))(args=rest, prog_name=f"peerline {name}")
    sys.exit(0)


def load(name: str) -> typer.Typer:
    """The command of this name, ready to run."""
    module = import_module(f"service.cli.{name}")
    if hasattr(module, "app"):
        found: typer.Typer = module.app
        return found
    app = typer.Typer(add_completion=False)
    app.command()(module.command)
    return app


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {line}" for name, line in COMMANDS.items()]
    return "\n".join([f"Usage: {_USAGE}", "", "Commands:", *lines])


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    return f"There is no command `{name}`.{hint}\nUsage: {_USAGE}"
