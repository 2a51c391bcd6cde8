"""Named answers without clashes: the first case that takes a word or a number has it, as in the source."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from flows.engine.catalogue import Catalogue
from flows.engine.normalise import plain_words
from flows.engine.numbers import read_number
from flows.importing.draft import Answer, Span
from flows.importing.names import UniqueNames, step_name
from flows.importing.notes import Margin
from flows.importing.texts import one_line

MOST = 999_999_999  # the largest number that a reply is read as
EVERY_NUMBER = (0, MOST)
MOST_CASES = 300  # for one question; what would be recognised by later ones counts as other words
MOST_ANSWERS = 99  # what our notation takes, `anything` aside
_LONGEST_WORDS = 120  # characters of one phrase; nobody types more to choose something
_SIMPLE_PATTERN = re.compile(r"[\w\s|'’.,!?-]+")
_PATTERN_EDGES = re.compile(r"^(?:\(\?i\))?\^?(?:\\b)?\(?(?:\?:)?|\)?(?:\\b)?[.!?]?\$?$")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one case of the source listens for, and where it leads; `open` takes every word."""

    name: str
    to: str | None
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    kind: str | None = None
    open: bool = False


def build_answers(heard: Iterable[Heard], catalogue: Catalogue, margin: Margin) -> tuple[Answer, ...]:
    """Answers in the order of their cases, those of one name and one goal together.

    Words that the service reads before any flow are left out with a note; so is a case that nothing is left of.
    """
    ledger = _Ledger(catalogue.consent_words | catalogue.door_words, margin)
    taken = [found for case in heard if (found := ledger.take(case)) is not None]
    if len({(case.name, case.to) for case in taken}) > MOST_ANSWERS:
        margin.note(f"There are more than {MOST_ANSWERS} answers here.", "The last ones count as other words.")
    names, merged = UniqueNames(taken=("anything",)), dict[tuple[str, str | None], Heard]()
    for case in taken:
        before = merged.get((case.name, case.to))
        merged[case.name, case.to] = _together(before, case) if before else case
    return tuple(_answer(case, names) for case in list(merged.values())[:MOST_ANSWERS])


def words_of_pattern(pattern: str) -> tuple[str, ...]:
    """The words of a pattern that is a plain choice, such as `^(yes|yeah)$`; none where it is anything more."""
    inner = _PATTERN_EDGES.sub("", pattern.strip())
    return tuple(word.strip() for word in inner.split("|")) if _SIMPLE_PATTERN.fullmatch(inner) else ()


class _Ledger:
    """Which words, numbers and kinds earlier cases of a question have taken."""

    def __init__(self, reserved: Collection[str], margin: Margin) -> None:
        self._reserved, self._margin = reserved, margin
        self._phrases: set[str] = set()
        self._spans: list[Span] = []
        self._kinds: set[str] = set()

    def take(self, case: Heard) -> Heard | None:
        """What is left for a case; None if nothing is."""
        words: dict[str, tuple[str, ...]] = {}
        numbers: list[Span] = list(case.spans)
        for language, phrases in case.words.items():
            numbers += [(number, number) for phrase in phrases if (number := _number(phrase)) is not None]
            kept = tuple(phrase for phrase in phrases if _number(phrase) is None and self._is_free(phrase))
            words |= {language: kept} if kept else {}
        spans = tuple(part for number in numbers for part in self._take_span(number))
        kind = case.kind if case.kind not in self._kinds else None
        self._kinds |= {kind} if kind else set()
        return Heard(case.name, case.to, words, spans, kind) if words or spans or kind else None

    def _is_free(self, phrase: str) -> bool:
        plain = plain_words(phrase)
        if not plain or plain in self._phrases or len(phrase) > _LONGEST_WORDS:
            return False
        if plain in self._reserved:
            self._margin.note(
                f'"{one_line(phrase)}" is read by the service before any flow, so it is no reply here.',
                "Take it out of the texts, too, if they ask for it.",
            )
            return False
        self._phrases.add(plain)
        return True

    def _take_span(self, wanted: Span) -> list[Span]:
        """What is left of a range of numbers; it is taken from then on."""
        left = [wanted] if 0 <= wanted[0] <= wanted[1] <= MOST else []
        for low, high in self._spans:
            left = [part for span in left for part in _without(span, low, high)]
        self._spans += left
        return left


def _without(span: Span, low: int, high: int) -> list[Span]:
    """A range without the numbers of another."""
    parts = [(span[0], min(span[1], low - 1)), (max(span[0], high + 1), span[1])]
    return [span] if high < span[0] or span[1] < low else [(first, last) for first, last in parts if first <= last]


def _number(phrase: str) -> int | None:
    number = read_number(plain_words(phrase))
    return number if number is not None and number <= MOST else None


def _together(one: Heard, other: Heard) -> Heard:
    languages = dict.fromkeys([*one.words, *other.words])
    words = {language: one.words.get(language, ()) + other.words.get(language, ()) for language in languages}
    return Heard(one.name, one.to, words, one.spans + other.spans, one.kind or other.kind)


def _answer(case: Heard, names: UniqueNames) -> Answer:
    category = one_line(case.name) or "yes"
    name = names.take(step_name(case.name, "choice"))
    return Answer(name, case.words, case.spans, case.kind, _said(case) or category, case.to, category)


def _said(case: Heard) -> str:
    """What somebody said who gave this answer: its first word, or its number where it is one alone."""
    words = next((phrases[0] for phrases in case.words.values() if phrases), "")
    only = {number for span in case.spans for number in span}
    return words or (str(min(only)) if len(only) == 1 else "")
