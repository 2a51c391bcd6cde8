"""How many segments a text costs, counted as Twilio's own calculator counts them with smart encoding off.

GSM-7 is counted in septets (160 alone, 153 with a header), everything else in UTF-16 units (70 alone, 67 with a header). A segment
never cuts an escape, a surrogate pair or a grapheme; CR LF counts two. Source: 3GPP TS 23.038 and 23.040, and
TwilioDevEd/message-segment-calculator 1.3.0, with which the tests compare.
"""

from dataclasses import dataclass
from typing import Literal

from service.rules.graphemes import graphemes

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("\f^{}\\[~]|€")
_GSM = _GSM_BASIC | _GSM_ESCAPED
_GSM_ALONE, _GSM_JOINED = 160, 153
_UCS_ALONE, _UCS_JOINED = 70, 67


@dataclass(frozen=True, slots=True)
class Segments:
    """What one text costs: `units` are septets or UTF-16 units without headers."""

    encoding: Literal["gsm7", "ucs2"]
    segments: int
    units: int


def count_segments(text: str) -> Segments:
    """Return the encoding, segments and units of `text`; an empty text is one empty GSM-7 segment."""
    if len(text) <= _GSM_ALONE and _GSM_BASIC.issuperset(text):
        return Segments("gsm7", 1, len(text))  # most texts: every letter is one septet, and all of them fit
    if _GSM.issuperset(text):
        sizes = [2 if letter in _GSM_ESCAPED else 1 for letter in text]
        return Segments("gsm7", _segments(sizes, _GSM_ALONE, _GSM_JOINED), sum(sizes))
    sizes = [size for grapheme in graphemes(_paired(text)) for size in _ucs_sizes(grapheme)]
    return Segments("ucs2", _segments(sizes, _UCS_ALONE, _UCS_JOINED), sum(sizes))


def outside_gsm(text: str) -> tuple[tuple[int, str], ...]:
    """Return place and character of everything in `text` that forces the 70-character alphabet, counted from 0."""
    return tuple((place, letter) for place, letter in enumerate(text) if letter not in _GSM)


def _ucs_sizes(grapheme: str) -> tuple[int, ...]:
    return (1, 1) if grapheme == "\r\n" else (len(grapheme) + sum(letter > "\uffff" for letter in grapheme),)


def _segments(sizes: list[int], alone: int, joined: int) -> int:
    """Count segments of pieces that may not be cut.

    A piece larger than a segment still gets one to itself, and an empty one may be left before it: so the calculator counts.
    """
    if sum(sizes) <= alone:
        return 1
    count, room = 1, alone
    first: list[int] = []
    for size in sizes:
        if size > room:
            moved = _moved(first, joined) if count == 1 else 0
            count, room = count + 1, joined - moved
        if count == 1:
            first.append(size)
        room -= size
    return count


def _moved(first: list[int], joined: int) -> int:
    """Return how many units leave the first segment when it gets a header."""
    kept, moved = list(first), 0
    while sum(kept) > joined:
        moved += kept.pop()
    return moved


def _paired(text: str) -> str:
    """Return `text` with surrogate halves that belong together joined, as a phone would read them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
