"""Writing our notation: texts always in double quotes, names bare, small things on one line."""

import json
from collections.abc import Iterable, Mapping

from flows.importing.answers import EVERY_NUMBER
from flows.importing.draft import Span, Way

_SPELLINGS = (str, str.lower, str.upper, str.capitalize)
_LONGEST_CONDITION = 380  # characters; the reader takes 400


def quoted(text: str) -> str:
    """A text in double quotes; line breaks and quotes are escaped."""
    return json.dumps(text, ensure_ascii=False)


def inline(entries: Mapping[str, str]) -> str:
    """Keys with values on one line, in braces; values are written as they are."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def listed(values: Iterable[str]) -> str:
    """Values on one line, in square brackets, written as they are."""
    return "[" + ", ".join(values) + "]"


def length(minutes: int) -> str:
    """A length of time as a flow says it: in minutes or hours, at least one minute and at most a year."""
    minutes = min(max(1, minutes), 366 * 24 * 60)
    if minutes < 9999 and minutes % 60:
        return f"{minutes} minute{'s' * (minutes > 1)}"
    hours = -(-minutes // 60)
    return f"{hours} hour{'s' * (hours > 1)}"


def numbers(spans: Iterable[Span]) -> str:
    """Ranges of numbers: `3`, `[1, 3 to 5]`, or `any`."""
    shown = [
        "any" if span == EVERY_NUMBER else str(span[0]) if span[0] == span[1] else f"{span[0]} to {span[1]}"
        for span in spans
    ]
    return shown[0] if len(shown) == 1 else listed(shown)


def given(value: str) -> str:
    """A fixed value that is handed over; one that begins like a reference gets a capital letter instead."""
    return quoted(value[:1].upper() + value[1:] if value.startswith(("kept ", "fact ")) else value)


def conditions(way: Way, *, as_number: bool) -> tuple[str, ...]:
    """The conditions of a way; several where one would be too long to be read. Words count in their usual spellings."""
    if way.sign in ("<", ">"):
        return tuple(f"{way.name} {way.sign} {value}" for value in way.values[:1])
    if as_number:
        return _lists(way, [str(int(value)) for value in dict.fromkeys(way.values)])
    spelled = dict.fromkeys(spelling(value.strip()) for value in way.values for spelling in _SPELLINGS)
    return _lists(way, [repr(value) for value in spelled])


def _lists(way: Way, literals: list[str]) -> tuple[str, ...]:
    if len(literals) == 1:
        return (f"{way.name} {'==' if way.sign == 'in' else '!='} {literals[0]}",)
    lists: list[list[str]] = [[]]
    for literal in literals:
        if (
            sum(map(len, lists[-1])) + 2 * len(lists[-1]) + len(literal) + len(way.name) + 12 > _LONGEST_CONDITION
            and lists[-1]
        ):
            lists.append([])
        lists[-1].append(literal)
    return tuple(
        f"{way.name} {way.sign} {listed(part)}" if len(part) > 1 else f"{way.name} == {part[0]}" for part in lists
    )
