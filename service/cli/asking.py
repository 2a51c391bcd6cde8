"""What a command says where the database cannot be asked."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from service.store.away import AWAY


@contextmanager
def asking() -> Iterator[None]:
    """Ask the database inside; where it is away or empty, that is said in a line and the command ends with 1."""
    try:
        yield
    except AWAY:
        print("The database does not answer, or has no tables yet. `peerline doctor` tells more.", file=sys.stderr)
        raise typer.Exit(1) from None
