"""Where people stand in a flow when another version of it is published, and what becomes of each of them.

A conversation finishes on the version it began with. It moves only where the new version says of its step what it is
called now (`renamed:`); and where it is called over and finds no place, or cannot go on with its own version either, a
person has to see to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import orjson

from flows.engine.flow import Flow
from flows.engine.problems import FlowProblems
from flows.engine.session import Session, load_session
from flows.engine.taking_over import is_called_over, steps_of, take_over
from service.store.rows import Conversation

Fate = Literal["stays", "moves", "leaving", "nowhere"]
Flows = Callable[[Mapping[str, int]], Mapping[str, Flow]]


@dataclass(frozen=True, slots=True)
class News:
    """A version that is being published: the flow, its number, and the number of the one that was current."""

    flow: Flow
    version: int
    replaces: int | None


@dataclass(frozen=True, slots=True)
class Placed:
    """What becomes of one conversation: its step, its fate, and the session with which it moves, if it does.

    stays: it finishes on its own version. leaving: so too, on a step that the new version does not have. moves: it goes
    on in the new version. nowhere: neither version has a place for it.
    """

    step: str
    fate: Fate
    goes_to: str | None = None
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many people stand on one step of one version of a flow, and what becomes of them."""

    flow: str
    version: int
    step: str
    fate: Fate
    goes_to: str | None
    people: int

    @property
    def asks(self) -> bool:
        """Whether somebody should think of these people before the version is published."""
        return self.fate in ("leaving", "nowhere")

    def __str__(self) -> str:
        who = "1 person stands" if self.people == 1 else f"{self.people} people stand"
        return f'{who} on "{self.step}" of version {self.version}: {_ENDS[self.fate].format(to=self.goes_to)}'


_ENDS: Mapping[Fate, str] = {
    "stays": "they finish on that version.",
    "moves": 'they go on in the new version, on "{to}".',
    "leaving": "the new version does not have this step; they finish on that version, or add renamed: to take them over.",
    "nowhere": "they have nowhere to go on. Their conversation would end, and their specialist would be asked to write.",
}


def place(conversation: Conversation, news: News, flows: Flows) -> Placed | None:
    """What becomes of a conversation, or None where it is not in this flow, is on it already, or tries a draft."""
    version = conversation.versions.get(news.flow.name, 0)
    session = load_session(orjson.loads(conversation.session))
    steps = steps_of(session, news.flow.name)
    if not steps or version in (news.version, 0) or version < 0:
        return None
    old = _walkable(flows, news.flow.name, version)
    if old is None:
        return Placed(steps[-1], "nowhere")
    if is_called_over(session, news.flow):
        return _called_over(session, steps[-1], old, news.flow)
    leaves = version == news.replaces and not all(step in news.flow.steps for step in steps)
    return Placed(steps[-1], "leaving" if leaves else "stays")


def _walkable(flows: Flows, name: str, version: int) -> Flow | None:
    """An old version, or None where this release of the service can no longer read it."""
    try:
        return flows({name: version})[name]
    except (FlowProblems, KeyError):
        return None


def _called_over(session: Session, step: str, old: Flow, new: Flow) -> Placed:
    taken = take_over(session, old, new)
    if taken is None:
        return Placed(step, "nowhere")
    return Placed(step, "moves", new.renamed.get(step, step), taken)


def standings(conversations: Iterable[Conversation], news: News, flows: Flows) -> tuple[Standing, ...]:
    """Everybody who is in a flow that is published anew, counted by step and fate; those who need thought come first."""
    counted = Counter(_seen(conversations, news, flows))
    found = [
        Standing(news.flow.name, version, one.step, one.fate, one.goes_to, people)
        for (version, one), people in counted.items()
    ]
    return tuple(sorted(found, key=lambda one: (not one.asks, one.version, one.step, one.fate)))


def _seen(conversations: Iterable[Conversation], news: News, flows: Flows) -> Iterator[tuple[int, Placed]]:
    for conversation in conversations:
        placed = place(conversation, news, flows)
        if placed is not None:
            yield conversation.versions[news.flow.name], Placed(placed.step, placed.fate, placed.goes_to)
