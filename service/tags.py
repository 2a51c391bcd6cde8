"""Tags of threads, such as B2: read at the start of a reply, and chosen so that two on one phone are hard to mistake."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

# Without I and O, 0 and 1, which look like one another.
LETTERS = "BKRXDMTZFGVHQWCLSYAJNUEP"
DIGITS = "25837496"

# Letters that share a key of a basic phone, and those that look or sound alike.
_KEYS = (
    "ABC",
    "DEF",
    "GHJKL",
    "MN",
    "PQRS",
    "TUV",
    "WXYZ",
    "BP",
    "DT",
    "MN",
    "EF",
    "UVW",
    "CG",
    "CZS",
    "GJ",
    "VY",
    "QK",
    "PR",
)
_DIGIT_LOOKS = ("38", "56", "68", "49", "79", "27")
_FAR, _NEAR = 2, 1

_OPENING, _CLOSING = "[({<", "])}>"
_AT_START = re.compile(
    rf"\s*[{re.escape(_OPENING)}]*\s*(?P<tag>[A-Za-z][0-9]{{1,2}})(?![A-Za-z0-9])\s*[{re.escape(_CLOSING)}]*\s*[:;,.\-–—]*\s*(?P<words>.*)",
    re.DOTALL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tagged:
    """A reply that began with a tag: the tag in capitals, and the words after it, which may be empty."""

    tag: str
    words: str


def read_tag(text: str) -> Tagged | None:
    """The tag at the beginning of a text, in any case and bracket, or None where there is none.

    Whatever has the shape of a tag is read as one, so that a slip (B0 for B2) is asked back and not sent to somebody.
    """
    found = _AT_START.fullmatch(_plain_beginning(text))
    return None if found is None else Tagged(found["tag"].upper(), found["words"].strip())


def choose_tag(in_use: Collection[str]) -> str:
    """The tag farthest from all those in use; always the same one for the same tags.

    Two letters and digits differ as much as they can: not on one key of a basic phone, not alike to eye or ear. When all of
    one digit rest, a second digit is added.
    """
    free = [letter + digit for letter, digit in _in_turn() if letter + digit not in in_use]
    if not free:
        longer = (letter + first + second for letter, first in _in_turn() for second in DIGITS)
        return next(tag for tag in longer if tag not in in_use)
    return _farthest(free, [_PLACES[tag] for tag in in_use if tag in _PLACES])


def _farthest(free: Sequence[str], in_use: Sequence[int]) -> str:
    """The first of the tags whose nearest neighbour in use is farthest away."""
    best, chosen = -1, free[0]
    for tag in free:
        nearest, row = _FARTHEST, _DISTANCES[_PLACES[tag]]
        for other in in_use:
            nearest = min(nearest, row[other])
            if nearest <= best:
                break
        if nearest > best:
            best, chosen = nearest, tag
    return chosen


def _in_turn() -> list[tuple[str, str]]:
    """Every letter with every digit, so that neighbours in the list differ in both."""
    count = len(LETTERS)
    return [
        (LETTERS[place % count], DIGITS[(place + place // count) % len(DIGITS)]) for place in range(count * len(DIGITS))
    ]


def _apart(signs: str, groups: Collection[str]) -> dict[str, dict[str, int]]:
    """How hard it is to take one letter, or one digit, for another."""
    return {
        one: {
            other: 0 if one == other else _NEAR if _together(one, other, groups) else _FAR for other in signs
        }
        for one in signs
    }  # fmt: skip


def _together(one: str, other: str, groups: Collection[str]) -> bool:
    return any(one in group and other in group for group in groups)


def _plain_beginning(text: str) -> str:
    """The text with its first characters in their plain form: some phones type full-width letters and brackets."""
    return unicodedata.normalize("NFKC", text[:16]) + text[16:]


_FARTHEST = 3 * _FAR
# Every tag of two characters against every other, once: choosing is on the way of a member's message.
_TAGS = tuple(letter + digit for letter, digit in _in_turn())
_PLACES = {tag: place for place, tag in enumerate(_TAGS)}
_LETTERS_APART, _DIGITS_APART = _apart(LETTERS, _KEYS), _apart(DIGITS, _DIGIT_LOOKS)
# A letter unlike counts most.
_DISTANCES = tuple(
    bytes([2 * _LETTERS_APART[tag[0]][other[0]] + _DIGITS_APART[tag[1]][other[1]] for other in _TAGS]) for tag in _TAGS
)
