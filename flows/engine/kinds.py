"""The kinds of value that a flow keeps, takes, compares and hands to actions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Value = str | int | float | bool | None
KindName = Literal["number", "one of", "yes or no", "time", "date", "postal code", "phone number", "words", "recording"]
ORDERED: frozenset[KindName] = frozenset({"number", "time", "date"})
PLAIN_KINDS: tuple[KindName, ...] = ("yes or no", "time", "date", "postal code", "phone number", "recording")
LONGEST = {"yes or no": 3, "time": 8, "date": 16, "postal code": 10, "phone number": 15, "recording": 0}
WORDS_LONGEST = 160  # what a kept text may add to a text of ours, at most
_FORMS = {"postal code": re.compile(r"\d{5}(?:-\d{4})?", re.ASCII), "phone number": re.compile(r"\+\d{8,15}", re.ASCII)}
_NUMBER = re.compile(r"number(?: (-?\d{1,9}) to (-?\d{1,9}))?")
_WORDS = re.compile(r"words(?: up to (\d{1,4}))?")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: a number in a range, one of some words, yes or no, a time, a date, words, and so on."""

    name: KindName
    low: int | None = None
    high: int | None = None
    options: tuple[str, ...] = ()
    longest: int = WORDS_LONGEST

    def __str__(self) -> str:
        if self.name == "number" and self.low is not None:
            return f"number {self.low} to {self.high}"
        return f"one of {', '.join(self.options)}" if self.name == "one of" else self.name


def read_kind(text: str) -> Kind | None:
    """Read a kind as it is written in a flow: `number 1 to 5`, `one of a, b`, `words up to 40`; None if it is none."""
    text = " ".join(text.split())
    if text in PLAIN_KINDS:
        return next(Kind(name, longest=LONGEST[name]) for name in PLAIN_KINDS if name == text)
    if text.startswith("one of "):
        return _choice(text.removeprefix("one of "))
    if found := _NUMBER.fullmatch(text):
        return _number(*found.groups())
    if found := _WORDS.fullmatch(text):
        return Kind("words", longest=int(found[1] or WORDS_LONGEST))
    return None


def read_literal(kind: Kind, text: str) -> Value:
    """Read a value of a kind from the words of a flow file, in the form in which it is kept; None if it is not one.

    Times are kept as `HH:MM` and dates as `YYYY-MM-DD`, so that they compare as they stand.
    """
    text = text.strip()
    if kind.name in _LITERALS:
        return _LITERALS[kind.name](kind, text)
    if kind.name in _FORMS:
        return text if _FORMS[kind.name].fullmatch(text) else None
    return text[: kind.longest] or None


def holds(kind: Kind, value: Value) -> bool:
    """Tell whether a value is one of a kind, as it must be before it is kept."""
    if kind.name == "yes or no":
        return isinstance(value, bool)
    if kind.name == "number":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (kind.low is None or kind.high is None or kind.low <= value <= kind.high)  # type: ignore[operator]
    return isinstance(value, str) and read_literal(kind, value) is not None


def _choice(listed: str) -> Kind | None:
    options = tuple(option.strip() for option in listed.split(","))
    if not all(options) or len(set(options)) < len(options):
        return None
    return Kind("one of", options=options, longest=max(map(len, options)))


def _number(low: str | None, high: str | None) -> Kind | None:
    if low is None or high is None:
        return Kind("number", longest=9)
    if int(low) > int(high):
        return None
    return Kind("number", int(low), int(high), longest=max(len(low), len(high)))


def _literal_number(kind: Kind, text: str) -> Value:
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
        return None
    number = int(text)
    return number if kind.low is None or kind.high is None or kind.low <= number <= kind.high else None


def _literal_time(_kind: Kind, text: str) -> Value:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text, re.ASCII)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2])).isoformat("minutes")


def _literal_date(_kind: Kind, text: str) -> Value:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _literal_choice(kind: Kind, text: str) -> Value:
    return text if text in kind.options else None


def _literal_yes_no(_kind: Kind, text: str) -> Value:
    return {"yes": True, "no": False}.get(text)


def _literal_recording(_kind: Kind, text: str) -> Value:
    return text or None


_LITERALS: Mapping[str, Callable[[Kind, str], Value]] = {
    "number": _literal_number,
    "one of": _literal_choice,
    "yes or no": _literal_yes_no,
    "time": _literal_time,
    "date": _literal_date,
    "recording": _literal_recording,
}
