"""Cuts a text into graphemes exactly where Twilio's segment calculator does.

That calculator follows Unicode 10's rules (UAX 29, numbered GB1 to GB13) with two habits of its own, marked "habit" below: what
it counts is what a member is billed for, so its habits are kept and not mended.
"""

from bisect import bisect_right
from itertools import pairwise

from service.rules.grapheme_table import RANGES

_OTHER = "OTHER"
_CR, _LF, _CONTROL = "CR", "LF", "CONTROL"
_EXTEND, _ZWJ, _FLAG, _SKIN_TONE = "EXTEND", "ZWJ", "FLAG", "SKIN_TONE"
_BASES = frozenset({"EMOJI_BASE", "EMOJI_BASE_GLUED"})
_GLUED = frozenset({"GLUED_AFTER_ZWJ", "EMOJI_BASE_GLUED"})
_STANDALONE = frozenset({_CR, _LF, _CONTROL})
_CLINGING = frozenset({_EXTEND, _ZWJ, "SPACING_MARK"})
# GB6 to GB8: which parts of a Korean syllable may follow which.
_SYLLABLE = {
    "HANGUL_L": frozenset({"HANGUL_L", "HANGUL_V", "HANGUL_LV", "HANGUL_LVT"}),
    "HANGUL_V": frozenset({"HANGUL_V", "HANGUL_T"}),
    "HANGUL_LV": frozenset({"HANGUL_V", "HANGUL_T"}),
    "HANGUL_T": frozenset({"HANGUL_T"}),
    "HANGUL_LVT": frozenset({"HANGUL_T"}),
}
_SINGLE = {0x0D: _CR, 0x0A: _LF, 0x200D: _ZWJ}
_REGULAR = (
    (0x1F1E6, 0x1F1FF, _FLAG),
    (0x1F3FB, 0x1F3FF, _SKIN_TONE),
    (0xD800, 0xDFFF, _CONTROL),
)


def graphemes(text: str) -> list[str]:
    """Return the graphemes of `text`, in order; joined, they are `text` again."""
    starts: list[int] = []
    classes: list[str] = []
    for place, letter in enumerate(text):
        kind = _class_of(ord(letter))
        if not classes or _breaks(classes, kind):
            starts.append(place)
            classes = [kind]
        elif classes[-2:] != [kind, kind]:  # a third of a kind decides nothing, and thousands would take long
            classes.append(kind)
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _breaks(cluster: list[str], following: str) -> bool:
    """Whether a cluster whose characters have these classes ends before a character of the class `following`."""
    last = cluster[-1]
    if _flag_ends(cluster, following):
        return True
    if last in _STANDALONE or following in _STANDALONE:
        return (last, following) != (_CR, _LF)
    if following in _CLINGING or last == "PREPEND" or following in _SYLLABLE.get(last, ()):
        return False
    if following == _SKIN_TONE:
        return not _takes_skin_tone(cluster)
    if last == _ZWJ and following in _GLUED:
        return False
    return following != _FLAG or last != _FLAG or _FLAG in cluster[1:]


def _flag_ends(cluster: list[str], following: str) -> bool:
    """Habit: a whole flag takes one clinging mark and not a second one; a letter never joins the flag after it."""
    if following == _FLAG:
        return len(cluster) == 1 and cluster[0] not in {_FLAG, "PREPEND"}
    if _FLAG not in cluster[1:] or cluster[-1] in {_FLAG, "PREPEND"}:
        return False
    last_flag = len(cluster) - 1 - cluster[::-1].index(_FLAG)
    return all(kind == _FLAG for kind in cluster[1:last_flag])


def _takes_skin_tone(cluster: list[str]) -> bool:
    """GB10. Habit: one mark may stand between the emoji and its skin tone, and none anywhere earlier in the cluster."""
    if _EXTEND not in cluster:
        return cluster[-1] in _BASES
    last_mark = len(cluster) - 1 - cluster[::-1].index(_EXTEND)
    return last_mark == len(cluster) - 1 and cluster[last_mark - 1] in _BASES


def _class_of(code: int) -> str:
    if code < 0x300 and code not in _SINGLE and not _is_control(code):
        return _OTHER
    if code in _SINGLE:
        return _SINGLE[code]
    if 0xAC00 <= code <= 0xD7A3:
        return "HANGUL_LVT" if (code - 0xAC00) % 28 else "HANGUL_LV"
    for first, last, kind in _REGULAR:
        if first <= code <= last:
            return kind
    at = bisect_right(_STARTS, code) - 1
    return _KINDS[at] if at >= 0 and code <= _ENDS[at] else _OTHER


def _is_control(code: int) -> bool:
    return code < 0x20 or 0x7F <= code <= 0x9F or code == 0xAD


def _table() -> list[tuple[int, int, str]]:
    """Return every range as (first, last, class), sorted."""
    rows = []
    for kind, ranges in RANGES.items():
        for entry in ranges.split():
            first, _, last = entry.partition("-")
            rows.append((int(first, 16), int(last or first, 16), kind))
    return sorted(rows)


_STARTS, _ENDS, _KINDS = zip(*_table(), strict=True)
