"""How many segments a text takes, as the provider charges it.

Counted here in a few lines of its own, because this program imports nothing of ours: it is the other side of the wire.
Characters outside GSM 03.38 turn the whole text to UCS-2; no escape and no surrogate pair is cut.
"""

# GSM 03.38 basic character set (3GPP TS 23.038, 6.2.1), and the ten reached by an escape (6.2.1.1).
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("\f^{}\\[~]|€")


def count_segments(text: str) -> int:
    """Count the segments of a text: 160 or 153 septets each, or 70 or 67 UTF-16 units; an empty text takes one."""
    if all(character in BASIC or character in ESCAPED for character in text):
        return _count([2 if character in ESCAPED else 1 for character in text], 160, 153)
    return _count([2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67)


def _count(units: list[int], alone: int, joined: int) -> int:
    if sum(units) <= alone:
        return 1
    segments, room = 1, joined
    for size in units:
        if size > room:
            segments, room = segments + 1, joined
        room -= size
    return segments
