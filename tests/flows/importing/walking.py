"""Converted flows played by our engine, for comparison with what their own system plays."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from flows.engine.compile import compile_flow
from flows.engine.effects import Effect, Pass, Say, Stuck
from flows.engine.events import Event, Replied, Silent, Started
from flows.engine.facts import Facts
from flows.engine.flow import Flow
from flows.engine.kinds import Value
from flows.engine.session import dump_session, load_session, new_session
from flows.engine.step import advance
from flows.importing.importer import Imported
from service.rules.catalogue import CATALOGUE

RESERVED = CATALOGUE.consent_words | CATALOGUE.door_words
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Played(Protocol):
    """What a walker of the source gives: texts, and the answers that may come next."""

    texts: list[str]
    options: list[str | None] | None


def compiled(imported: Imported) -> Mapping[str, Flow]:
    """The flows of an import by name."""
    return {file.name: compile_flow(file.source, file.name, CATALOGUE) for file in imported.files}


def effects_of(
    flows: Mapping[str, Flow],
    flow: str,
    answers: Sequence[str | None],
    language: str = "en",
    data: Mapping[str, Value] | None = None,
) -> list[Effect]:
    """Everything that follows when a converted flow is started and answered so, None being silence."""
    facts = Facts(language, "UTC", {"me": "Sam", "specialist": "Ana"}, {"member.language": language}, {})
    session, now = new_session(flow), NOON
    effects: list[Effect] = []
    events: list[Event | None] = [
        Started(data or {}),
        *(Replied(said) if said is not None else None for said in answers),
    ]
    for event in events:
        session, found = advance(flows, session, event or Silent(session.fence), facts, now)
        session, now = load_session(dump_session(session)), now + timedelta(minutes=5)
        effects += found
    return effects


def told(effects: Sequence[Effect]) -> list[str]:
    """The texts among effects, white space aside; a conversation that gets stuck says so."""
    return [
        plain(effect.text) if isinstance(effect, Say) else "stuck"
        for effect in effects
        if isinstance(effect, Say | Stuck)
    ]


def passed(effects: Sequence[Effect]) -> list[str]:
    """To whom things were passed."""
    return [effect.to for effect in effects if isinstance(effect, Pass)]


def plain(text: str) -> str:
    """A text on one line, without the gaps that a missing value leaves."""
    return re.sub(r" ([,.!?])", r"\1", " ".join(text.split()))


def explore(
    play: Callable[[Sequence[str | None]], Played], longest: int
) -> Iterator[tuple[tuple[str | None, ...], Played]]:
    """Every conversation of at most so many answers, with what its own system plays.

    Words that our service reads before any flow are no answers: they reach no flow, here.
    """
    todo: list[tuple[str | None, ...]] = [()]
    while todo:
        answers = todo.pop()
        played = play(answers)
        yield answers, played
        if len(answers) < longest:
            todo += [(*answers, option) for option in dict.fromkeys(played.options or ()) if option not in RESERVED]
