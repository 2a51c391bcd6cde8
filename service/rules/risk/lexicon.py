"""Compiles the risk words of all languages into a form that can be asked quickly."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.vocabulary import RiskRule, RiskWords, Words
from service.rules.normalise import fold
from service.rules.patterns import Compiled, Parts, PatternProblem, any_of, compile_pattern

_WORD = re.compile(r"[a-z0-9ñ]+")
_PART_NAME = re.compile(r"\{\w+\}")
# What calms a match: `negation` just before it, `past` in its sentence unless `present` is there too, `fiction` in the message.
CALMING = ("negation", "past", "fiction")
_CONTEXTS = (*CALMING, "present")
_NOTHING = Compiled(r"(?!)", frozenset())


class LexiconProblem(Exception):
    """Rules that cannot be compiled; `mistakes` names each with its file and line."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """One rule, ready to be tried on a plain text."""

    id: str
    category: str
    tier: int
    about: str
    pattern: re.Pattern[str]
    requires: re.Pattern[str] | None
    blocks: re.Pattern[str] | None
    heeds: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class LanguageLexicon:
    """One language's lexicon. Rules stand under the words without which they cannot match."""

    language: str
    spellings: Mapping[str, str]
    symbols: Mapping[str, str]
    vocabulary: frozenset[str]
    shortened: Mapping[str, str]
    negation: re.Pattern[str]
    past: re.Pattern[str]
    present: re.Pattern[str]
    fiction: re.Pattern[str]
    by_word: Mapping[str, tuple[CompiledRule, ...]]
    by_beginning: Mapping[str, tuple[CompiledRule, ...]]
    always: tuple[CompiledRule, ...]


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


def _language(language: str, risk: RiskWords, mistakes: list[str]) -> LanguageLexicon:
    rules = [(_rule(rule, risk.parts, mistakes), _patterns(rule, rule.patterns, risk.parts, [])) for rule in risk.rules]
    vocabulary = _vocabulary(risk)
    contexts = {name: _context(name, risk, mistakes) for name in _CONTEXTS}
    return LanguageLexicon(
        language=language,
        spellings=dict(risk.spellings),
        symbols={fold(symbol): name for symbol, name in risk.symbols.items()},
        vocabulary=vocabulary,
        shortened={shorten(word): word for word in sorted(vocabulary, key=len, reverse=True)},
        negation=re.compile(rf"(?:{contexts['negation'].expression})\Z"),
        past=re.compile(contexts["past"].expression),
        present=re.compile(contexts["present"].expression),
        fiction=re.compile(contexts["fiction"].expression),
        by_word=_index(rules, beginnings=False),
        by_beginning=_index(rules, beginnings=True),
        always=tuple(rule for rule, pattern in rules if not pattern.keys),
    )


def shorten(word: str) -> str:
    """Return `word` with every run of one letter cut to a single letter."""
    return re.sub(r"(.)\1+", r"\1", word)


def _rule(rule: RiskRule, parts: Parts, mistakes: list[str]) -> CompiledRule:
    return CompiledRule(
        id=rule.id,
        category=rule.category,
        tier=rule.tier,
        about=rule.about,
        pattern=re.compile(_patterns(rule, rule.patterns, parts, mistakes).expression),
        requires=_optional(rule, rule.requires, parts, mistakes),
        blocks=_optional(rule, rule.blocks, parts, mistakes),
        heeds=frozenset(rule.heeds or CALMING),
    )


def _optional(rule: RiskRule, texts: tuple[str, ...], parts: Parts, mistakes: list[str]) -> re.Pattern[str] | None:
    return re.compile(_patterns(rule, texts, parts, mistakes).expression) if texts else None


def _patterns(rule: RiskRule, texts: tuple[str, ...], parts: Parts, mistakes: list[str]) -> Compiled:
    try:
        return any_of([compile_pattern(text, parts) for text in texts])
    except PatternProblem as problem:
        mistakes.append(f"{rule.place}: rule {rule.id}: {problem}.")
        return _NOTHING


def _context(name: str, risk: RiskWords, mistakes: list[str]) -> Compiled:
    try:
        return any_of([compile_pattern(text, risk.parts) for text in risk.contexts.get(name, ())] or [_NOTHING])
    except PatternProblem as problem:
        mistakes.append(f"context {name}: {problem}.")
        return _NOTHING


def _index(rules: list[tuple[CompiledRule, Compiled]], *, beginnings: bool) -> dict[str, tuple[CompiledRule, ...]]:
    found: dict[str, list[CompiledRule]] = {}
    for rule, pattern in rules:
        for key in pattern.keys:
            if key.endswith("*") == beginnings:
                found.setdefault(key.removesuffix("*"), []).append(rule)
    return {key: tuple(listed) for key, listed in found.items()}


def _vocabulary(risk: RiskWords) -> frozenset[str]:
    """Return every word that a rule, a part, a context or a spelling of this language knows."""
    texts = [*_all(risk.parts.values()), *_all(risk.contexts.values()), *risk.spellings, *risk.spellings.values()]
    for rule in risk.rules:
        texts += [*rule.patterns, *rule.requires, *rule.blocks]
    return frozenset(word for text in texts for word in _WORD.findall(_PART_NAME.sub(" ", text)))


def _all(lists: Iterable[tuple[str, ...]]) -> list[str]:
    return [text for listed in lists for text in listed]
