"""What flows may refer to outside themselves: actions, facts, slots and the words that belong to the service."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flows.engine.kinds import Kind
from flows.engine.problems import Severity


@dataclass(frozen=True, slots=True)
class Argument:
    """One thing that an action is told."""

    kind: Kind
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something that the service does for a flow, with what it is told and what it answers.

    An action with results makes the conversation wait until they are there. `ready` is false while the service has no
    handler for it yet: a flow that uses it is checked and tested, and not published.
    """

    name: str
    about: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    results: Mapping[str, Kind] = field(default_factory=dict)
    ready: bool = True


class Measured(Protocol):
    """What one text costs on the way: its alphabet (`gsm7` or `ucs2`) and its segments."""

    @property
    def encoding(self) -> str:
        """The alphabet that the text needs."""

    @property
    def segments(self) -> int:
        """How many segments it is sent in."""


@dataclass(frozen=True, slots=True)
class WordRule:
    """Wording that our own texts keep away from: a pattern over folded text, and what to say instead."""

    pattern: re.Pattern[str]
    instead: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that flows may name: actions, facts with their kinds, slots with their greatest length, words.

    `consent_words` are read before any flow and may never be a reply; neither may `door_words` (TALK, NOW, PAUSE).
    `service_words` may be replies, and then the step's own meaning goes first; they are never what a slip of the
    finger is taken for. All are in the form that `flows.engine.normalise.plain_words` gives. `measure` counts what a
    text costs, `outside_gsm` finds the characters that make it dear, and `wording` is what texts keep away from.
    """

    actions: Mapping[str, Action]
    facts: Mapping[str, Kind]
    slots: Mapping[str, int]
    consent_words: frozenset[str]
    door_words: frozenset[str]
    service_words: frozenset[str]
    measure: Callable[[str], Measured]
    outside_gsm: Callable[[str], tuple[tuple[int, str], ...]]
    wording: tuple[WordRule, ...] = ()
    languages: tuple[str, ...] = ("en", "es")

    @property
    def not_for_flows(self) -> frozenset[str]:
        """The words that never reach a flow: those of consent, and the doors to a person and to rest."""
        return self.consent_words | self.door_words

    @property
    def reserved(self) -> frozenset[str]:
        """Every word that the service reads for itself."""
        return self.consent_words | self.door_words | self.service_words
