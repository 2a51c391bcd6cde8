"""Reads STOP, START and HELP in a member's words, before anything else is read.

Whole messages, or plain requests to be left alone, in both languages whatever the member's own. Never loosely: a word inside a
sentence ("I can't stop crying") is not consent, and a narrowed request ("stop texting me at night") is for a person to read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from config.vocabulary import ConsentWords, Words
from service.rules.normalise import clauses_of, is_one_clause, sentences_of, words_of
from service.rules.patterns import as_matched, compile_pattern

Consent = Literal["stop", "start", "help"]


def read_consent(words: Words, text: str, *, stopped: bool) -> Consent | None:
    """Return what `text` says about contact, or None where it says nothing about it.

    `stopped` tells whether this number has said stop: only then do YES and SI mean start.
    """
    reader = _reader(words)
    plain = reader.without_politeness(words_of(text))
    if plain in reader.stop or reader.is_request(text):
        return "stop"
    if plain in reader.start or (stopped and plain in reader.agree):
        return "start"
    return "help" if plain in reader.help else None


def is_consent_word(words: Words, text: str) -> bool:
    """Whether `text` as a whole message is one of the words about contact, YES and SI left out."""
    return read_consent(words, text, stopped=False) is not None


@dataclass(frozen=True, slots=True)
class _Reader:
    stop: frozenset[str]
    start: frozenset[str]
    help: frozenset[str]
    agree: frozenset[str]
    polite: re.Pattern[str]
    request: re.Pattern[str]
    reported: frozenset[str]

    def without_politeness(self, said: tuple[str, ...]) -> str:
        """Return the words as one line, without please and thank you."""
        return self.polite.sub("", as_matched(said)).strip()

    def is_request(self, text: str) -> bool:
        """Whether the message, or one of its sentences, is a plain request; with reported speech, only the whole message."""
        said = words_of(text)
        if self._asks(said):
            return True
        if is_one_clause(text) or self.reported.intersection(said):
            return False
        return any(map(self._asks, (*sentences_of(text), *clauses_of(text))))

    def _asks(self, said: tuple[str, ...]) -> bool:
        return self.request.match(self.without_politeness(said) + " ") is not None


@lru_cache(maxsize=4)
def _reader(words: Words) -> _Reader:
    """Return the compiled form of `words`, made once for each set of word files."""
    languages = tuple(words.consent.values())
    return _Reader(
        stop=_phrases(each.stop for each in languages),
        start=_phrases(each.start for each in languages),
        help=_phrases(each.help for each in languages),
        agree=_phrases(each.agree for each in languages),
        polite=re.compile(rf"(?<!\S){_any(phrase for each in languages for phrase in each.polite)}"),
        request=re.compile("|".join(map(_requests, languages))),
        reported=_phrases(each.reported for each in languages),
    )


def _requests(words: ConsentWords) -> str:
    """Return the expression for one language's requests: a head or two, the request, then the end or a new thought."""
    requests = "|".join(compile_pattern(request, words.parts).expression for request in words.requests)
    return rf"(?:{_any(words.heads)}){{0,2}}(?:{requests})(?:{_any(words.heads)})?(?=\Z|{_any(words.tails)})"


def _phrases(lists: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(" ".join(words_of(phrase)) for phrases in lists for phrase in phrases)


def _any(phrases: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(as_matched(words_of(phrase))) for phrase in phrases) + ")"
