"""`peerline canary`: send a text all the way through, to nobody's phone, and say whether it arrived."""

import threading
from typing import Annotated

import typer

from service.assembly import assemble
from service.cli.asking import asking
from service.cli.environment import settings_or_exit

EVERY = 300.0  # seconds between two


def command(
    once: Annotated[bool, typer.Option("--once", help="One canary; exits 1 if it did not come through.")] = False,
) -> None:
    """Send a signed text from a made-up number by the public address, and wait until a sender has its answer in hand.

    Without --once it goes on every five minutes. The clock process does that too; from another machine this shows whether the
    public address can be reached from there.
    """
    peerline = assemble(settings_or_exit())
    while True:
        with asking():
            why = peerline.canary.fly()
        print("The canary came through." if why is None else f"The canary did not come through: {why}.", flush=True)
        if once:
            raise typer.Exit(int(why is not None))
        threading.Event().wait(EVERY)
