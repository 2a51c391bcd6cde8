"""`peerline explain message` and `peerline explain member`: why texts went or did not, and how things stand."""

import sys
from collections.abc import Callable
from typing import Annotated

import orjson
import typer

from config.organisation import load_organisation
from service.assembly import conversation_handlers, load_setting, planned_handlers
from service.cli.asking import asking
from service.cli.environment import settings_or_exit
from service.explained_people import explain_member
from service.explained_words import Explanation
from service.explanations import Looking, explain_message
from service.foretelling import Ahead
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.gateways.keys import read_keys
from service.rules.phone_numbers import PhoneProblem, read_number
from service.store.database import open_pool
from service.store.reading import Reader

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def message(
    name: Annotated[str, typer.Argument(metavar="ID", help="The id of a text: ours, or the provider's SM...")],
    words: Annotated[bool, typer.Option("--words", help="Show its words too; that you did is kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell why a text went, is held or was not sent, or what was read in one that came in and what followed."""
    _tell(
        lambda looking: explain_message(looking, name), "There is no text with this id.", words=words, as_json=as_json
    )


def member(
    phone: Annotated[str, typer.Argument(help="The number of a member, or of one of staff.")],
    as_json: AsJson = False,
) -> None:
    """Tell how things stand with a member: consent, pause, hours, schedules, what comes, who answers, what waits, calls."""
    try:
        number = read_number(phone)
    except PhoneProblem as problem:
        print(f"{phone}: {problem}", file=sys.stderr)
        raise typer.Exit(2) from None
    missing = "Neither a member nor anybody of staff has this number."
    ahead = _ahead()
    _tell(lambda looking: explain_member(looking, number, ahead), missing, words=False, as_json=as_json)


def _ahead() -> Ahead:
    handlers = conversation_handlers()
    return Ahead(load_setting(settings_or_exit()), handlers, planned_handlers(handlers))


def _tell(explain: Callable[[Looking], Explanation | None], missing: str, *, words: bool, as_json: bool) -> None:
    settings = settings_or_exit()
    zone = load_organisation(settings.config_dir).zone
    now = Clock(settings.clock_file).now()
    with asking(), open_pool(settings.database_url, 1) as pool, pool.connection() as connection:
        found = explain(Looking(Reader(connection, read_keys(settings.keys)), zone, now, new_id, words))
    if found is None:
        print(missing, file=sys.stderr)
        raise typer.Exit(1)
    print(orjson.dumps(found.data).decode() if as_json else "\n".join(found.sentences))
