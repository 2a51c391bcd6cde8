"""`peerline flows draft`: try a flow on a phone of your own before anybody else gets it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from service.assembly import Peerline
from service.cli.flow_desk import flow_source, peerline_or_exit, press_of, who
from service.drafts import DraftRefused, Trial, put_draft, take_drafts_away
from service.publishing import PublishingRefused
from service.rules.phone_numbers import PhoneProblem, read_number


def draft(
    phone: Annotated[str, typer.Option("--phone", help="A phone that organisation.yaml lists under test_phones.")],
    file: Annotated[Path | None, typer.Argument(help="The flow file to try.")] = None,
    start: Annotated[bool, typer.Option("--start", help="Begin a conversation with it now.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Take every draft off this phone again.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who tries it; without it, whoever is logged in here.")] = None,
) -> None:
    """Put a draft of a flow on a test phone. Nobody else gets it, and nothing is published.

    It is checked as if it were published. With --start a conversation begins at once, within the hours of that phone's
    owner. Exits 1, with nothing changed, where there are mistakes or the phone is no test phone.
    """
    if (file is None) is not clear:
        raise typer.BadParameter("Give a flow file, or --clear.")
    number = _number(phone)
    with peerline_or_exit() as peerline:
        try:
            print(_clear(peerline, number) if file is None else _put(peerline, _trial(file, number, by, starts=start)))
        except (PublishingRefused, DraftRefused) as refused:
            print(refused, file=sys.stderr)
            raise typer.Exit(1) from None


def _number(phone: str) -> str:
    try:
        return read_number(phone)
    except PhoneProblem as problem:
        raise typer.BadParameter(f"{phone}: {problem}") from None


def _trial(file: Path, number: str, by: str | None, *, starts: bool) -> Trial:
    return Trial(str(file), flow_source(file), number, who(by), starts)


def _put(peerline: Peerline, trial: Trial) -> str:
    version = put_draft(press_of(peerline), trial, peerline.clock.now())
    begun = " A conversation with it has begun." if trial.starts else ""
    return f"{trial.phone} has draft {version} of this flow from now on.{begun}"


def _clear(peerline: Peerline, number: str) -> str:
    names = take_drafts_away(press_of(peerline), number, peerline.clock.now())
    return f"Taken away: {', '.join(names)}." if names else "There was no draft on this phone."
