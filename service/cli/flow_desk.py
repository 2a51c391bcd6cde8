"""What the commands about published flows and drafts share: the parts of the service, and flow files read from disk."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from service.assembly import Peerline, assemble, conversation_handlers
from service.cli.asking import asking
from service.cli.environment import settings_or_exit
from service.flow_history import NoSuchVersion
from service.rules.catalogue import CATALOGUE
from service.versions import Press


@contextmanager
def peerline_or_exit() -> Iterator[Peerline]:
    """The parts, for one command; what is not there, or is unreadable, is said in a line and the command ends with 1."""
    peerline = assemble(settings_or_exit())
    try:
        with asking():
            yield peerline
    except NoSuchVersion as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None
    finally:
        peerline.pool.close()


def press_of(peerline: Peerline) -> Press:
    """What publishing works with."""
    return Press(peerline.pool, peerline.keys, peerline.setting, conversation_handlers(), CATALOGUE)


def who(by: str | None) -> str:
    """Who publishes, as given, or whoever is logged in on this machine; some containers know nobody."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "the command line"


def flow_source(file: Path) -> str:
    """The text of a flow file; bytes that are not UTF-8 are left for the check to find."""
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError as problem:
        print(f"{file} cannot be read: {problem.strerror}.", file=sys.stderr)
        raise typer.Exit(2) from None
