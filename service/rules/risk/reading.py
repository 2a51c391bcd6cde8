"""Turns a message into the plain words that risk rules read, undoing the ways in which people hide or mistype words.

Made for reading alone: what was typed is kept as it was typed. Every step may only bring words nearer to those that the lexicon
knows; none removes a word.
"""

import base64
import binascii
import re

from service.rules.normalise import fold, without_apostrophes
from service.rules.risk.lexicon import LanguageLexicon, shorten

SENTENCE_END = "."
_ENDS = re.compile(r"[.!?;\u2026\n\r]+(?=\s|$)|[\n\r]+")
_PIECES = re.compile(r"\w+")
_APART = re.compile(r"(?<!\w)\w(?:[ .\-_*/]{1,2}\w){2,}(?!\w)")
_JOINED = re.compile(r"[.\-_*/]")
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "|": "l"}
)
_LEET_SIGNS = frozenset("013457@$!|")
_LONG = 6
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")


def read_plainly(text: str, lexicon: LanguageLexicon) -> str:
    """Return the words of `text` as `lexicon` spells them, one space after each, sentences parted by the word `.`."""
    plain = fold(_symbols_named(_decoded(text), lexicon), keep_enye=True)
    plain = _APART.sub(lambda match: _joined_letters(match[0], lexicon), without_apostrophes(plain))
    sentences = (_sentence(part, lexicon) for part in _ENDS.split(plain))
    return f"{SENTENCE_END} ".join(sentence for sentence in sentences if sentence)


def _decoded(text: str) -> str:
    """Return what a base64 body says, since some carriers deliver one; any other text as it is."""
    packed = text.strip()
    if len(packed) % 4 or not _BASE64.fullmatch(packed):
        return text
    try:
        said = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
    return f"{text} {said}" if said.isprintable() else text


def _symbols_named(text: str, lexicon: LanguageLexicon) -> str:
    if text.isascii():
        return text
    return "".join(f" {lexicon.symbols[sign]} " if sign in lexicon.symbols else sign for sign in text)


def _joined_letters(apart: str, lexicon: LanguageLexicon) -> str:
    """Return words for letters typed apart (`k.m.s`, `d i e`), where the lexicon's words account for all of them."""
    words = _cut_up("".join(_PIECES.findall(apart.replace("_", " "))), lexicon.vocabulary)
    return " ".join(words) if words else apart


def _cut_up(letters: str, vocabulary: frozenset[str]) -> list[str]:
    """Return `letters` as a row of known words with the fewest words, or nothing. At most 80 letters are looked at."""
    best: list[list[str] | None] = [[]]
    for end in range(1, min(len(letters), 80) + 1):
        rows = [
            [*row, letters[start:end]]
            for start, row in enumerate(best)
            if row is not None and letters[start:end] in vocabulary
        ]
        best.append(min(rows, key=len, default=None))
    words = best[-1] or []
    return words if (len(letters) <= 80 and any(len(word) > 2 for word in words)) or len(words) == 1 else []


def _sentence(text: str, lexicon: LanguageLexicon) -> str:
    return "".join(f"{word} " for chunk in text.split() for word in _words(chunk, lexicon))


def _words(chunk: str, lexicon: LanguageLexicon) -> list[str]:
    """Return the words of what was typed between two spaces, as the lexicon spells them."""
    bare = _disguised(chunk, lexicon)
    return [spelt for piece in _PIECES.findall((bare or chunk).replace("_", " ")) for spelt in _spelt(piece, lexicon)]


def _disguised(chunk: str, lexicon: LanguageLexicon) -> str | None:
    """Return the known word hidden in `chunk` by signs for letters (`su1cide`, `d!e`), by dots or by a masked letter."""
    if chunk.isalpha():
        return None
    stripped = chunk.strip(".,;:!?()[]\"'")
    together = _JOINED.sub("", stripped)
    for candidate in (together, stripped.translate(_LEET), stripped.replace("1", "l").translate(_LEET)):
        if candidate != stripped and candidate in lexicon.vocabulary and _is_hidden(stripped):
            return candidate
    return _unmasked(stripped, lexicon) if "*" in stripped else None


def _is_hidden(stripped: str) -> bool:
    """Whether letters and signs are mixed as no ordinary word, number or dose mixes them."""
    letters = sum(sign.isalpha() for sign in stripped)
    return letters > 0 and (bool(_LEET_SIGNS & set(stripped)) or bool(_JOINED.search(stripped)))


def _unmasked(masked: str, lexicon: LanguageLexicon) -> str | None:
    """Return the first known word, in the order of the alphabet, that `masked` (`k*ll`) may stand for."""
    if masked.startswith("*") or len(masked) < 3:
        return None
    wanted = re.compile("".join("." if sign == "*" else re.escape(sign) for sign in masked))
    return min((word for word in lexicon.vocabulary if wanted.fullmatch(word)), default=None)


def _is_drawn_out(word: str) -> bool:
    """Whether letters are repeated as in `diiie`; two in a row count in long words alone, since `odd` is not `od`."""
    return re.search(r"(.)\1\1" if len(word) < _LONG else r"(.)\1", word) is not None


def _spelt(word: str, lexicon: LanguageLexicon) -> list[str]:
    if word not in lexicon.vocabulary and _is_drawn_out(word):
        word = lexicon.shortened.get(shorten(word), word)
    return lexicon.spellings.get(word, word).split()
