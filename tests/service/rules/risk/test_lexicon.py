"""The shipped words of danger keep what they say of themselves, and mistakes in them are told with their place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from config.vocabulary import RiskRule, RiskWords, Words
from service.rules.risk import Lexicon, LexiconProblem, compile_lexicon, screen

RULE = RiskRule(
    id="en.test",
    category="suicide",
    tier=2,
    about="self",
    patterns=("want to die",),
    requires=(),
    blocks=(),
    heeds=(),
    note="",
    positive=(),
    negative=(),
    place="words/en/risk.yaml:1",
)


def lexicon_of(*rules: RiskRule, contexts: Mapping[str, tuple[str, ...]] | None = None) -> Lexicon:
    """A lexicon of one language with these rules."""
    risk = RiskWords(spellings={}, symbols={}, parts={}, contexts=contexts or {}, rules=rules)
    return compile_lexicon(Words(consent={}, service={}, risk={"en": risk}))


def test_every_rule_finds_its_own_examples(words: Words, lexicon: Lexicon) -> None:
    """Each positive example of a rule is found by that rule, at its tier or above."""
    missed = [
        (rule.id, text)
        for rule in all_rules(words)
        for text in rule.positive
        if rule.id not in (found := screen(lexicon, text)).matched or found.tier < rule.tier
    ]
    assert missed == []


def test_every_expression_can_be_compiled(lexicon: Lexicon) -> None:
    """They are compiled when they are first tried; none of those that are shipped fails then."""
    tried = 0
    for language in lexicon.languages:
        triggers = {*language.always}.union(*language.by_word.values(), *language.by_beginning.values())
        for expression in language.contexts.values():
            assert expression.compiled().pattern
        for rule, expression in triggers:
            for each in (expression, rule.requires, rule.blocks):
                assert each is None or each.compiled().pattern
            tried += 1
    assert tried > 1000


def test_no_rule_raises_an_alarm_on_its_own_counterexamples(words: Words, lexicon: Lexicon) -> None:
    """No negative example of a rule is found by that rule at tier 2 or above."""
    wrong = [
        (rule.id, text)
        for rule in all_rules(words)
        for text in rule.negative
        if rule.id in (found := screen(lexicon, text)).matched and found.tier >= 2
    ]
    assert wrong == []


def test_every_rule_has_examples_of_both_kinds(words: Words) -> None:
    """A rule without an example that it finds and one that it does not is not finished."""
    assert [rule.id for rule in all_rules(words) if not (rule.positive and rule.negative)] == []


def test_no_pattern_waits_for_a_spelling_that_reading_undoes(words: Words) -> None:
    """A pattern written with `wont` could never match, since reading makes it `will not`."""
    waiting = [
        (place, word)
        for risk in words.risk.values()
        for place, text in all_patterns(risk)
        for word in re.findall(r"[a-z0-9ñ]+(?!\*)\b", re.sub(r"\{\w+\}", " ", text))
        if risk.spellings.get(word, word) != word
    ]
    assert waiting == []


def test_mistakes_are_told_all_at_once_with_their_place() -> None:
    """Every pattern that cannot be read is named with its rule, file and line."""
    broken = replace(RULE, patterns=("(a", "b"))
    unknown = replace(RULE, id="en.other", blocks=("{NOBODY}",), place="words/en/risk.yaml:9")
    with pytest.raises(LexiconProblem) as caught:
        lexicon_of(broken, unknown)
    told = "\n".join(caught.value.mistakes)
    assert "words/en/risk.yaml:1: rule en.test" in told
    assert "words/en/risk.yaml:9: rule en.other" in told


def test_a_requirement_may_stand_anywhere_in_the_message() -> None:
    """A rule with a requirement matches only where that is met, in whatever sentence."""
    lexicon = lexicon_of(replace(RULE, patterns=("sorry",), requires=("goodbye",)))
    assert screen(lexicon, "I am sorry. Goodbye.").tier == 2
    assert screen(lexicon, "I am sorry.").tier == 0


def test_an_idiom_explains_only_what_is_near() -> None:
    """A block within a few words of the match drops it; further off it explains nothing."""
    lexicon = lexicon_of(replace(RULE, blocks=("embarrassment",)))
    assert screen(lexicon, "I want to die of embarrassment").tier == 0
    assert screen(lexicon, "I want to die and it has nothing to do with embarrassment").tier == 2


def test_calm_lowers_to_a_concern_and_never_to_nothing() -> None:
    """Negation before a match, a time long past and a song lower it to tier 1; `again` undoes the past."""
    contexts = {"negation": ("not",), "past": ("years ago",), "present": ("again",), "fiction": ("song",)}
    lexicon = lexicon_of(replace(RULE, patterns=("want to die", "suicidal")), contexts=contexts)
    assert screen(lexicon, "not suicidal").tier == 1
    assert screen(lexicon, "suicidal, not joking").tier == 2
    assert screen(lexicon, "suicidal years ago").tier == 1
    assert screen(lexicon, "suicidal years ago and now again").tier == 2
    assert screen(lexicon, "the song: suicidal").tier == 1


def test_a_rule_heeds_only_what_it_names() -> None:
    """A rule that heeds the past alone is not lowered by a negation."""
    contexts = {"negation": ("not",), "past": ("years ago",)}
    lexicon = lexicon_of(replace(RULE, patterns=("breathing",), heeds=("past",)), contexts=contexts)
    assert screen(lexicon, "not breathing").tier == 2
    assert screen(lexicon, "breathing years ago").tier == 1


def all_rules(words: Words) -> Iterator[RiskRule]:
    """The rules of every language."""
    for risk in words.risk.values():
        yield from risk.rules


def all_patterns(risk: RiskWords) -> Iterator[tuple[str, str]]:
    """Every text of a lexicon that is a pattern, with where it stands."""
    for named in (risk.parts, risk.contexts):
        yield from ((name, text) for name, listed in named.items() for text in listed)
    for rule in risk.rules:
        yield from ((rule.id, text) for text in (*rule.patterns, *rule.requires, *rule.blocks))
