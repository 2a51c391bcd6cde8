"""`peerline fallback`: the answers for when all of this is down, as documents for the provider to keep."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from config.organisation import OrganisationProblem, load_organisation
from config.texts import TextsProblem, load_texts
from service.cli.environment import settings_or_exit
from service.webhooks.sorry import spoken_sorry, written_sorry

MESSAGES, CALLS = "fallback-messages.xml", "fallback-calls.xml"


def command(
    folder: Annotated[Path, typer.Argument(help="The folder to write the two documents to; it is made if need be.")],
) -> None:
    """Write the truthful answers to texts and calls that reach nobody, to be put where they stand without this service.

    In Twilio: two TwiML Bins, one as the number's messaging fallback, one as its voice fallback. Write them again after a
    change of organisation.yaml or of the texts.
    """
    config = settings_or_exit().config_dir
    try:
        organisation, texts = load_organisation(config), load_texts(config)
    except (OrganisationProblem, TextsProblem) as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in ((MESSAGES, written_sorry(organisation, texts)), (CALLS, spoken_sorry(organisation, texts))):
        (folder / name).write_text(document, "utf-8")
        print(folder / name)
