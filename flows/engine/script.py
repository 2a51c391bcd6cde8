"""Tests that stand in a flow file: a conversation as it should go, line by line. Values only; `rehearsal` plays them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.engine.kinds import Value
from flows.engine.moments import Length
from flows.engine.problems import Place


@dataclass(frozen=True, slots=True)
class We:
    """The next text of ours fits this pattern; `*` stands for any words."""

    pattern: str
    place: Place


@dataclass(frozen=True, slots=True)
class They:
    """The member writes this."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Later:
    """A length of time goes by."""

    length: Length
    place: Place


@dataclass(frozen=True, slots=True)
class Done:
    """An action that is waited for is done, with these results; `failed` says that it could not be done."""

    results: Mapping[str, str]
    failed: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Expect:
    """What holds now: the keys are those of `flows.engine.expectations`, and names of kept values or arguments."""

    wanted: Mapping[str, str]
    place: Place


Line = We | They | Later | Done | Expect


@dataclass(frozen=True, slots=True)
class Trial:
    """One test: who the member is, what is known, and the script. `now` is the member's local time."""

    name: str
    slots: Mapping[str, str]
    language: str
    zone: str
    facts: Mapping[str, Value]
    takes: Mapping[str, Value]
    turn: int
    now: datetime
    lines: tuple[Line, ...]
    place: Place
