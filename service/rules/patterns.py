"""The small notation in which word rules are written, and its compilation to regular expressions over plain words.

A pattern is a row of words, matched on whole words:

    want to die            these words, in this order
    stop|quit texting      one of several words
    (no one|nobody) cares  one of several phrases; brackets may stand in brackets
    suicid*                any word that begins so
    really? want           what may be missing: a word, a bracket or a part
    {MEANS}                a named part: one of its phrases, written in this same notation
    took .. pills          up to three words between; `..6` up to six
    ^ and $                the beginning and the end of the sentence

Text to be matched is plain words with one space after each, sentences parted by the word `.`; no gap crosses it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Parts = Mapping[str, tuple[str, ...]]
Weigh = Callable[[frozenset[str]], float]

_SIGNS = re.compile(r"\s*(\.\.\d*|[\^$]|\(|\)\??|\||[^\s()|]+)")
_PART = re.compile(r"\{(\w+)\}")
_GAP_WORDS = 3
_DEPTH = 8


class PatternProblem(Exception):
    """A pattern that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern ready for use.

    `keys` are words of which one must be there for it to match (`x*` is a beginning); empty when no word is certain.
    """

    expression: str
    keys: frozenset[str]


Known = dict[str, Compiled]  # parts that were read, by name


def compile_pattern(pattern: str, parts: Parts, weigh: Weigh = len, known: Known | None = None) -> Compiled:
    """Return the regular expression of `pattern` and the words without which it cannot match.

    Of several such sets the lightest by `weigh` is kept: rare words make a rule cheap to pass over. `known` keeps parts that
    were read before with the same parts and measure, for whoever compiles many patterns. Raises `PatternProblem` for unknown parts, parts that contain themselves, and signs that mean nothing here.
    """
    reader = _Reader(pattern, parts, weigh, _DEPTH, {} if known is None else known)
    row = reader.row()
    if reader.sign() is not None or not row.expression:
        raise PatternProblem(f"'{pattern}' is empty or has a bracket too many")
    return Compiled(r"(?<!\S)" + row.expression, row.keys)


def any_of(choices: list[Compiled]) -> Compiled:
    """Return what matches where one of `choices` does."""
    certain = all(choice.keys for choice in choices)
    keys = frozenset().union(*(choice.keys for choice in choices)) if certain else frozenset()
    return Compiled("(?:" + "|".join(choice.expression for choice in choices) + ")", keys)


def as_matched(words: tuple[str, ...]) -> str:
    """Return `words` in the form that compiled patterns read: one space after each."""
    return "".join(word + " " for word in words)


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, parts: Parts, weigh: Weigh, depth: int, known: Known) -> None:
        self.pattern = pattern
        self.parts = parts
        self.weigh = weigh
        self.depth = depth
        self.known = known
        self.signs = _SIGNS.findall(pattern)
        self.at = 0
        self.brackets = 0

    def sign(self) -> str | None:
        return self.signs[self.at] if self.at < len(self.signs) else None

    def row(self) -> Compiled:
        """Read pieces up to the end, a closing bracket, or a bar that parts two phrases of a bracket."""
        pieces: list[Compiled] = []
        while (sign := self.sign()) is not None and not sign.startswith((")", "|")):
            self.at += 1
            pieces.append(self._piece(sign))
        best = min((piece.keys for piece in pieces if piece.keys), key=self.weigh, default=frozenset[str]())
        return Compiled("".join(piece.expression for piece in pieces), best)

    def _piece(self, sign: str) -> Compiled:
        if sign.startswith(".."):
            return Compiled(rf"(?:[^\W_]\S* ){{0,{sign[2:] or _GAP_WORDS}}}", frozenset())
        if sign in {"^", "$"}:
            return Compiled(r"(?:(?<=\. )|\A)" if sign == "^" else r"(?=\. |\Z)", frozenset())
        return self._bracket() if sign == "(" else self._words(sign)

    def _bracket(self) -> Compiled:
        self.brackets += 1
        rows = [self.row()]
        while self.sign() == "|":
            self.at += 1
            rows.append(self.row())
        closing = self.sign()
        if closing is None or not all(row.expression for row in rows):
            raise PatternProblem(f"'{self.pattern}' has an empty bracket or one that is not closed")
        self.at += 1
        self.brackets -= 1
        return _maybe(any_of(rows), missing=closing == ")?")

    def _words(self, sign: str) -> Compiled:
        choices = [sign]
        while self.sign() == "|" and not self.brackets:
            self.at += 2
            choices.append(self.signs[self.at - 1] if self.at <= len(self.signs) else "")
        missing = choices[-1].endswith("?")
        choices[-1] = choices[-1].removesuffix("?")
        return _maybe(any_of([self._word(choice) for choice in choices]), missing=missing)

    def _word(self, word: str) -> Compiled:
        part = _PART.fullmatch(word)
        if part:
            return self._part(part[1])
        stem, rest = (word[:-1], r"\w*") if word.endswith("*") else (word, "")
        if not re.fullmatch(r"[a-z0-9ñ]+|\.", stem):
            raise PatternProblem(f"'{word}' in '{self.pattern}' is not a plain word in small letters")
        return Compiled(re.escape(stem) + rest + " ", frozenset({word}))

    def _part(self, name: str) -> Compiled:
        if name not in self.known:
            phrases = self._phrases(name)
            deeper = (self.parts, self.weigh, self.depth - 1, self.known)
            self.known[name] = any_of([_Reader(phrase, *deeper).row() for phrase in phrases])
        return self.known[name]

    def _phrases(self, name: str) -> tuple[str, ...]:
        if not self.parts.get(name):
            raise PatternProblem(f"'{self.pattern}' names a part {{{name}}} that does not exist")
        if not self.depth:
            raise PatternProblem(f"the part {{{name}}} contains itself, or is nested too deep")
        return self.parts[name]


def _maybe(piece: Compiled, *, missing: bool) -> Compiled:
    return Compiled(piece.expression + "?", frozenset()) if missing else piece
