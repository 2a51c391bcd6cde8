"""Brings what people type on any phone to a plain form, so that rules compare words and not typing habits.

Nothing here drops meaning: the words as they came are kept elsewhere, and every form made here is a copy.
"""

import re
import unicodedata

# Zero-width and direction marks, soft hyphen and variation selectors: never seen, and they hide words from rules.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_APOSTROPHES = re.compile("[\u0027\u0060\u00b4\u02bc\u2018\u2019\u201b\u2032\uff07]")
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?;\u2026\u3002\n\r]+")
_CLAUSE_END = re.compile(r"[.!?;,\u2026\u3002\n\r]+")


def fold(text: str, *, keep_enye: bool = False) -> str:
    """Return `text` in lower case without accents, look-alike forms (full width, styled letters) or unseen characters.

    With `keep_enye` the letter ñ stays a letter of its own, so that `año` and `ano` differ.
    """
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    if plain.isascii():
        return plain
    return "".join(_without_marks(letter, keep_enye=keep_enye) for letter in plain)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of `text`, folded; apostrophes join (`don't` is `dont`), all other signs and emoji part."""
    return tuple(_WORD.findall(_APOSTROPHES.sub("", fold(text))))


def sentences_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each sentence of `text` that has any; a line break ends a sentence."""
    return _parts(_SENTENCE_END, text)


def clauses_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each clause of `text` that has any; a comma ends a clause too."""
    return _parts(_CLAUSE_END, text)


def is_one_clause(text: str) -> bool:
    """Whether nothing ends a clause in `text`, so that its only sentence and its only clause are the whole of it."""
    return _CLAUSE_END.search(text) is None


def without_apostrophes(text: str) -> str:
    """Return `text` with every kind of apostrophe taken out."""
    return _APOSTROPHES.sub("", text)


def _parts(ends: re.Pattern[str], text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(words for part in ends.split(text) if (words := words_of(part)))


def _without_marks(letter: str, *, keep_enye: bool) -> str:
    if keep_enye and letter == "ñ":
        return letter
    return "".join(mark for mark in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(mark))
