"""What the word files hold, as plain frozen data: the words that steer consent, the service and the alarm.

Nothing here reads a file; `config.lexicons` does. Patterns are still text in these values: the rules that use them compile them
once (see `service.rules.patterns` for the notation). Values compare by identity, so that a compiled form can be kept for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Phrases = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ConsentWords:
    """One language's words about contact: whole messages, and patterns of plain requests to be left alone."""

    stop: Phrases
    start: Phrases
    help: Phrases
    agree: Phrases
    polite: Phrases
    parts: Mapping[str, Phrases]
    requests: Phrases
    heads: Phrases
    tails: Phrases
    reported: Phrases


@dataclass(frozen=True, slots=True, eq=False)
class ServiceWords:
    """One language's command words, and what PAUSE and LANGUAGE may name after them."""

    words: Mapping[str, Phrases]
    polite: Phrases
    fillers: Phrases
    languages: Mapping[str, Phrases]
    numbers: Mapping[str, Phrases]
    units: Mapping[str, Phrases]


@dataclass(frozen=True, slots=True, eq=False)
class RiskRule:
    """One rule of the lexicon; `place` is the file and line it was written at, for whoever has to mend it."""

    id: str
    category: str
    tier: int
    about: str
    patterns: Phrases
    requires: Phrases
    blocks: Phrases
    heeds: Phrases
    note: str
    positive: Phrases
    negative: Phrases
    place: str


@dataclass(frozen=True, slots=True, eq=False)
class RiskWords:
    """One language's lexicon: spellings to undo first, named parts, contexts that calm a match, and the rules."""

    spellings: Mapping[str, str]
    symbols: Mapping[str, str]
    parts: Mapping[str, Phrases]
    contexts: Mapping[str, Phrases]
    rules: tuple[RiskRule, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """All the words of one organisation, by language."""

    consent: Mapping[str, ConsentWords]
    service: Mapping[str, ServiceWords]
    risk: Mapping[str, RiskWords]
