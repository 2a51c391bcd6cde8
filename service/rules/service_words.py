"""Reads the service's own command words: TALK, NOW, PAUSE and the rest, in both languages whatever the member's.

Whole messages only, so that "back hurts", "now what" and "call 911" stay what they are. Only FIND takes any words after it, PAUSE
a length and LANGUAGE a language; ES and EN alone choose a language.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from config.vocabulary import Words
from service.rules.normalise import words_of
from service.rules.patterns import as_matched

_LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Command:
    """A command word and what was said with it: words to look for, a length, a language code, or nothing."""

    word: str
    argument: str | timedelta | None = None


def read_word(words: Words, text: str) -> str | None:
    """Return the command that `text` as a whole message is (`talk`, `now`, … `myinfo`), or None."""
    command = read_command(words, text)
    return command.word if command else None


def word_argument(words: Words, text: str) -> str | timedelta | None:
    """Return what was said with the command: FIND's words, PAUSE's length, LANGUAGE's choice (`en`, `es`), else None."""
    command = read_command(words, text)
    return command.argument if command else None


def read_command(words: Words, text: str) -> Command | None:
    """Return the command and its argument, or None where `text` is not a command as a whole."""
    reader = _reader(words)
    said = reader.polite.sub("", as_matched(words_of(text))).strip()
    if said in reader.languages:
        return Command("language", reader.languages[said])
    if said in reader.words:
        return Command(reader.words[said])
    first, _, rest = said.partition(" ")
    word = reader.words.get(first)
    if word == "find":
        return Command(word, _after(first, text))
    return _with_words(reader, word, rest) if rest else None


def _after(word: str, text: str) -> str:
    """Return what was typed after `word`, exactly as typed."""
    typed = text.split()
    place = next(number for number, piece in enumerate(typed) if word in words_of(piece))
    return " ".join(typed[place + 1 :])


def _with_words(reader: "_Reader", word: str | None, rest: str) -> Command | None:
    if word == "pause" and (length := _length(reader, rest)):
        return Command(word, length)
    if word == "language" and (choice := reader.languages.get(reader.fillers.sub("", rest + " ").strip())):
        return Command(word, choice)
    return None


def _length(reader: "_Reader", rest: str) -> timedelta | None:
    """Return the length that `rest` names, at most a year; None where it is not wholly a length."""
    match = reader.length.fullmatch(rest + " ")
    if not match:
        return None
    number = match["number"] or "1"
    count = reader.numbers.get(number.strip()) or int(number)
    days = reader.units[match["unit"].strip()]
    unit = timedelta(hours=1) if days == "h" else timedelta(days=int(days))
    return min(count * unit, _LONGEST_PAUSE) or None


@dataclass(frozen=True, slots=True)
class _Reader:
    words: Mapping[str, str]
    languages: Mapping[str, str]
    polite: re.Pattern[str]
    fillers: re.Pattern[str]
    numbers: Mapping[str, int]
    units: Mapping[str, str]
    length: re.Pattern[str]


@lru_cache(maxsize=4)
def _reader(words: Words) -> _Reader:
    """Return the compiled form of `words`, made once for each set of word files."""
    each = tuple(words.service.values())
    numbers = _named(table.numbers for table in each)
    units = _named(table.units for table in each)
    fillers = rf"(?:(?<!\S){_any(phrase for table in each for phrase in table.fillers)})"
    return _Reader(
        words=_named(table.words for table in each),
        languages=_named(table.languages for table in each),
        polite=re.compile(rf"(?<!\S){_any(phrase for table in each for phrase in table.polite)}"),
        fillers=re.compile(fillers),
        numbers={phrase: int(number) for phrase, number in numbers.items()},
        units=units,
        length=re.compile(rf"{fillers}*(?P<number>\d{{1,3}} |{_any(numbers)})?{fillers}*(?P<unit>{_any(units)})"),
    )


def _named(tables: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, str]:
    """Return phrase → name for every table."""
    return {
        " ".join(words_of(phrase)): name for table in tables for name, phrases in table.items() for phrase in phrases
    }


def _any(phrases: Iterable[str]) -> str:
    longest_first = sorted((as_matched(words_of(phrase)) for phrase in phrases), key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, longest_first)) + ")"
