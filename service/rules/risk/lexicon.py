"""Compiles the risk words of all languages into a form that can be asked quickly."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.vocabulary import RiskRule, RiskWords, Words
from service.rules.normalise import fold
from service.rules.patterns import Compiled, Known, Parts, PatternProblem, Weigh, any_of, compile_pattern

_WORD = re.compile(r"[a-z0-9ñ]+")
_PART_NAME = re.compile(r"\{\w+\}")
# What calms a match: `negation` just before it, `past` in its sentence unless `present` is there too, `fiction` in the message.
CALMING = ("negation", "past", "fiction")
_CONTEXTS = (*CALMING, "present")
_NOTHING = Compiled(r"(?!)", frozenset())


class Expression:
    """A regular expression that is compiled when it is first tried.

    There are a thousand, most are never met in a process's life, and to compile them all took longer than everything else at its start.
    """

    __slots__ = ("_pattern", "_source")

    def __init__(self, source: str) -> None:
        self._source = source
        self._pattern: re.Pattern[str] | None = None

    def search(self, text: str) -> re.Match[str] | None:
        """The first place that matches, or None."""
        return self.compiled().search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every place that matches."""
        return self.compiled().finditer(text)

    def compiled(self) -> re.Pattern[str]:
        """The expression itself."""
        if self._pattern is None:
            self._pattern = re.compile(self._source)
        return self._pattern


class LexiconProblem(Exception):
    """Rules that cannot be compiled; `mistakes` names each with its file and line."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """One rule, ready to be tried on a plain text; its patterns stand in the index of its language."""

    id: str
    category: str
    tier: int
    about: str
    requires: Expression | None
    blocks: Expression | None
    heeds: frozenset[str]


Trigger = tuple[CompiledRule, Expression]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LanguageLexicon:
    """One language's lexicon. Patterns stand under the words without which they cannot match."""

    language: str
    spellings: Mapping[str, str]
    symbols: Mapping[str, str]
    vocabulary: frozenset[str]
    shortened: Mapping[str, str]
    contexts: Mapping[str, Expression]
    by_word: Mapping[str, tuple[Trigger, ...]]
    by_beginning: Mapping[str, tuple[Trigger, ...]]
    always: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The lexicons of all languages; every text is read with each of them."""

    languages: tuple[LanguageLexicon, ...]


def compile_lexicon(words: Words) -> Lexicon:
    """Return the compiled risk rules of every language.

    Raises `LexiconProblem` with every rule that cannot be compiled.
    """
    mistakes: list[str] = []
    lexicon = Lexicon(tuple(_language(name, risk, mistakes) for name, risk in words.risk.items()))
    if mistakes:
        raise LexiconProblem(tuple(mistakes))
    return lexicon


def shorten(word: str) -> str:
    """Return `word` with every run of one letter cut to a single letter."""
    return re.sub(r"(.)\1+", r"\1", word)


def _language(language: str, risk: RiskWords, mistakes: list[str]) -> LanguageLexicon:
    vocabulary = _vocabulary(risk)
    index = _index(risk, mistakes)
    return LanguageLexicon(
        language=language,
        spellings=dict(risk.spellings),
        symbols={fold(symbol): name for symbol, name in risk.symbols.items()},
        vocabulary=vocabulary,
        shortened={shorten(word): word for word in sorted(vocabulary, key=len, reverse=True)},
        contexts={name: _context(name, risk, mistakes) for name in _CONTEXTS},
        by_word={key: tuple(found) for key, found in index.items() if key and not key.endswith("*")},
        by_beginning={key[:-1]: tuple(found) for key, found in index.items() if key.endswith("*")},
        always=tuple(index.get("", ())),
    )


def _index(risk: RiskWords, mistakes: list[str]) -> dict[str, list[Trigger]]:
    """Return every pattern under each of its words; under the empty word where no word is certain."""
    weigh = _weigh(risk)
    known: Known = {}
    found: dict[str, list[Trigger]] = {}
    for rule in risk.rules:
        compiled = _rule(rule, risk.parts, mistakes)
        for text in rule.patterns:
            pattern = _pattern(rule, (text,), risk.parts, mistakes, weigh, known)
            trigger = (compiled, Expression(pattern.expression))
            for key in pattern.keys or {""}:
                found.setdefault(key, []).append(trigger)
    return found


def _weigh(risk: RiskWords) -> Weigh:
    """Return a measure of how often a set of words comes up: by how many patterns hold each of them."""
    counts = Counter(word for rule in risk.rules for text in rule.patterns for word in _WORD.findall(text))
    return lambda words: sum(1 + counts[word] for word in words)


def _rule(rule: RiskRule, parts: Parts, mistakes: list[str]) -> CompiledRule:
    return CompiledRule(
        id=rule.id,
        category=rule.category,
        tier=rule.tier,
        about=rule.about,
        requires=_optional(rule, rule.requires, parts, mistakes),
        blocks=_optional(rule, rule.blocks, parts, mistakes),
        heeds=frozenset(rule.heeds or CALMING),
    )


def _optional(rule: RiskRule, texts: tuple[str, ...], parts: Parts, mistakes: list[str]) -> Expression | None:
    return Expression(_pattern(rule, texts, parts, mistakes).expression) if texts else None


def _pattern(
    rule: RiskRule,
    texts: tuple[str, ...],
    parts: Parts,
    mistakes: list[str],
    weigh: Weigh = len,
    known: Known | None = None,
) -> Compiled:
    known = {} if known is None else known
    try:
        return any_of([compile_pattern(text, parts, weigh, known) for text in texts])
    except PatternProblem as problem:
        mistakes.append(f"{rule.place}: rule {rule.id}: {problem}.")
        return _NOTHING


def _context(name: str, risk: RiskWords, mistakes: list[str]) -> Expression:
    """Return the expression of one context; negation must end where the match begins."""
    ending = r"\Z" if name == "negation" else ""
    try:
        patterns = [compile_pattern(text, risk.parts) for text in risk.contexts.get(name, ())]
        return Expression(any_of(patterns or [_NOTHING]).expression + ending)
    except PatternProblem as problem:
        mistakes.append(f"context {name}: {problem}.")
        return Expression(_NOTHING.expression)


def _vocabulary(risk: RiskWords) -> frozenset[str]:
    """Return every word that a rule, a part, a context or a spelling of this language knows."""
    texts = [*_all(risk.parts.values()), *_all(risk.contexts.values()), *risk.spellings, *risk.spellings.values()]
    for rule in risk.rules:
        texts += [*rule.patterns, *rule.requires, *rule.blocks]
    return frozenset(word for text in texts for word in _WORD.findall(_PART_NAME.sub(" ", text)))


def _all(lists: Iterable[tuple[str, ...]]) -> list[str]:
    return [text for listed in lists for text in listed]
