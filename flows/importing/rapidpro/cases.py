"""The cases of a RapidPro router: what an answer must be like, and how a kept value must compare.

The tests are those of its documentation, docs.textit.com and goflow's docs/md/routing.md.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flows.engine.normalise import plain_words
from flows.importing.answers import EVERY_NUMBER, MOST, Heard, words_of_pattern
from flows.importing.draft import Sign, Span
from flows.importing.rapidpro.expressions import has_expression

_TOKENS = re.compile(r"[\w'’]+|[^\w\s,.;:!?()\[\]\"“”]+")
_KINDS = {"has_date": "date", "has_time": "time", "has_phone": "phone number"}
_WORDS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "has_any_word": lambda text: tuple(_TOKENS.findall(text)),
    "has_all_words": lambda text: (" ".join(_TOKENS.findall(text)),),
    "has_phrase": lambda text: (text,),
    "has_only_phrase": lambda text: (text,),
    "has_only_text": lambda text: (text,),
    "has_beginning": lambda text: (text,),
    "has_pattern": words_of_pattern,
}
LOOSENED = {
    "has_all_words": "words in any order",
    "has_beginning": "words that begin a longer reply",
    "has_pattern": "a pattern",
}
_EVERYTHING = ("has_text", "has_value")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its test, its arguments in the flow's own language and in others, and where its category leads."""

    test: str
    arguments: tuple[str, ...]
    translated: Mapping[str, tuple[str, ...]]
    category: str
    to: str | None


def heard(case: Case, language: str) -> Heard | None:
    """What a case listens for in an answer; None where we have no counterpart."""
    if case.test in _EVERYTHING:
        return Heard(case.category, case.to, open=True)
    if case.test in _KINDS:
        return Heard(case.category, case.to, kind=_KINDS[case.test])
    if any(map(has_expression, case.arguments)):
        return None
    if case.test in _WORDS:
        words = _in_languages(case, language, _WORDS[case.test])
        return Heard(case.category, case.to, words) if words else None
    span = number_span(case.test, case.arguments)
    return Heard(case.category, case.to, spans=(span,) if span[0] <= span[1] else ()) if span else None


def compared(case: Case) -> tuple[Sign, tuple[str, ...]] | None:
    """How a kept value must compare for a case; None where we have no counterpart."""
    if not case.arguments or any(map(has_expression, case.arguments)):
        return None
    if case.test in ("has_number_lt", "has_number_gt", "has_number_eq"):
        sign: Mapping[str, Sign] = {"has_number_lt": "<", "has_number_gt": ">", "has_number_eq": "in"}
        return sign[case.test], case.arguments[:1]
    if case.test == "has_category":
        return "in", case.arguments
    words = _WORDS[case.test](case.arguments[0]) if case.test in _WORDS else ()
    return ("in", words) if words else None


def number_span(test: str, arguments: Sequence[str]) -> Span | None:
    """The whole numbers from 0 up that a test lets through; an empty range (1, 0) where none; None for another test."""
    if test == "has_number":
        return EVERY_NUMBER
    numbers = [_decimal(argument) for argument in arguments[:2]]
    if not numbers or None in numbers or not test.startswith("has_number_"):
        return None
    first, last = float(numbers[0] or 0), float(numbers[-1] or 0)
    spans: Mapping[str, tuple[float, float]] = {
        "has_number_between": (math.ceil(first), math.floor(last)),
        "has_number_eq": (first, first) if first.is_integer() else (1, 0),
        "has_number_lt": (0, math.ceil(first) - 1),
        "has_number_lte": (0, math.floor(first)),
        "has_number_gt": (math.floor(first) + 1, MOST),
        "has_number_gte": (math.ceil(first), MOST),
    }
    if test not in spans:
        return None
    low, high = (max(0, int(spans[test][0])), min(MOST, int(spans[test][1])))
    return (low, high) if low <= high else (1, 0)


def _in_languages(case: Case, language: str, split: Callable[[str], tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    arguments = {language: case.arguments, **case.translated}
    found = {known: split(texts[0]) for known, texts in arguments.items() if texts}
    return {known: words for known, words in found.items() if any(map(plain_words, words))}


def _decimal(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
