"""A flow on its way: what both systems are read into and what our files are written from.

A draft is a graph of nodes. A node does some acts in order and then leaves: to one node, by what the member answers,
by a condition, or in turn. Goals are keys of nodes; None is the end of the flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PERSON = "to a person"  # the key of the node that stands where there is no counterpart
Texts = Mapping[str, str]  # by language, in our notation: {name} is a placeholder
Span = tuple[int, int]
Sign = Literal["in", "not in", "<", ">"]


@dataclass(frozen=True, slots=True)
class Say:
    """Tell something."""

    texts: Texts


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a fixed value, or (`copied`) what is kept under another name."""

    name: str
    value: str
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """Add one to a kept number."""

    name: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Hand this to a person."""

    to: str = "specialist"


@dataclass(frozen=True, slots=True)
class Run:
    """Run another flow of the same import, by its name with us."""

    flow: str


@dataclass(frozen=True, slots=True)
class Do:
    """Carry out an action of the service."""

    action: str
    arguments: Mapping[str, str]


Act = Say | Keep | Count | Pass | Run | Do


@dataclass(frozen=True, slots=True)
class Go:
    """Go on."""

    to: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One named answer: its words by language, its numbers, or its kind.

    `value` is kept where the question keeps: what was said, as near as we know it, or the name of its `category`.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]
    spans: tuple[Span, ...]
    kind: str | None
    value: str
    to: str | None
    category: str = ""


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for an answer: to what the last `Say` of the node asks, or to nothing in particular.

    `anything` is where all other words lead, `silence` where nobody's answer leads after `minutes`. Where it is
    `watched`, a person is told of all other words, as the source could have recognised some of them.
    """

    answers: tuple[Answer, ...]
    anything: str | None
    minutes: int
    silence: str | None
    keep: str | None = None
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A way that is taken where a kept value (or a fact) compares with one of these."""

    name: str
    sign: Sign
    values: tuple[str, ...]
    to: str | None


@dataclass(frozen=True, slots=True)
class Decide:
    """Go the first way that holds, else `otherwise`."""

    ways: tuple[Way, ...]
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class Turns:
    """Go one of these ways after another, from one conversation to the next."""

    to: tuple[str | None, ...]


Leave = Go | Listen | Decide | Turns


@dataclass(frozen=True, slots=True)
class Node:
    """What one node or widget of the source does; `label` is what its step is named after."""

    label: str
    acts: tuple[Act, ...]
    leave: Leave


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole flow; `takes` are values that it must be given when it is started.

    `by_category` are answers that are kept as the name of their category.
    """

    name: str
    title: str
    origin: str
    languages: tuple[str, ...]
    start: str | None
    nodes: Mapping[str, Node]
    takes: frozenset[str] = frozenset()
    by_category: frozenset[str] = frozenset()


def reached(nodes: Mapping[str, Node], start: str) -> dict[str, Node]:
    """The nodes that something leads to, in the order in which a reader meets them."""
    found: dict[str, Node] = {}
    todo = [start]
    while todo:
        key = todo.pop()
        if key not in found and key in nodes:
            found[key] = nodes[key]
            todo += [goal for goal in reversed(goals(nodes[key].leave)) if goal is not None and goal not in found]
    return found


def goals(leave: Leave) -> tuple[str | None, ...]:
    """Everywhere that a way of leaving may lead."""
    if isinstance(leave, Go):
        return (leave.to,)
    if isinstance(leave, Listen):
        return (*(answer.to for answer in leave.answers), leave.anything, leave.silence)
    if isinstance(leave, Decide):
        return (*(way.to for way in leave.ways), leave.otherwise)
    return leave.to


def silent_goals(leave: Leave) -> tuple[str | None, ...]:
    """Everywhere that a way of leaving may lead without a word from the member."""
    return (leave.silence,) if isinstance(leave, Listen) else goals(leave)
