"""The notation of word rules means what its description says."""

import re

import pytest

from service.rules.patterns import Compiled, PatternProblem, as_matched, compile_pattern

PARTS = {"MEANS": ("pill|pills", "sleeping pills"), "LOTS": ("all", "the whole"), "ROUND": ("{ROUND} x",)}


def found(pattern: str, text: str) -> bool:
    """Whether `pattern` matches somewhere in `text`."""
    return re.search(compile_pattern(pattern, PARTS).expression, as_matched(tuple(text.split()))) is not None


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("want to die", "i want to die now", "i want to diet"),
        ("stop|quit texting", "please quit texting me", "stop it texting"),
        ("(no one|nobody) cares", "that no one cares", "no cares"),
        ("(a (b|c)|d) e", "a c e", "a e"),
        ("suicid*", "suicidal", "parasuicidal"),
        ("really? want", "i want", "reallywant"),
        ("(so very)? sad", "so very sad", "very sa d"),
        ("took .. pills", "took a b c pills", "took a b c d pills"),
        ("took ..4 pills", "took a b c d pills", "took a b c d e pills"),
        ("took .. pills", "took pills", "took a . pills"),
        ("^ help $", "oh . help . now", "please help"),
        ("took {LOTS}? {MEANS}", "took the whole sleeping pills", "took whole pills"),
        ("niño|nino", "un niño", "un nin o"),
    ],
)
def test_a_pattern_finds_what_it_says_and_no_more(pattern: str, yes: str, no: str) -> None:
    """Words, choices, brackets, beginnings, gaps, edges and parts match as described."""
    assert found(pattern, yes)
    assert not found(pattern, no)


@pytest.mark.parametrize(
    "pattern", ["", "(a", "a)", "()", "(a|)", "{NOBODY}", "{ROUND}", "Want", "sí", "(a) | b", "a | b c)", "a b|"]
)
def test_a_pattern_with_a_mistake_is_refused(pattern: str) -> None:
    """Empty patterns, open brackets, unknown or circular parts and signs that mean nothing are refused."""
    with pytest.raises(PatternProblem):
        compile_pattern(pattern, PARTS)


def test_a_pattern_tells_the_words_it_cannot_do_without() -> None:
    """The smallest certain set of words is kept; what may be missing is no certain word."""
    assert compile_pattern("took {LOTS} {MEANS}?", PARTS).keys == {"took"}
    assert compile_pattern("(a b|c d)", PARTS).keys in ({"a", "c"}, {"a", "d"}, {"b", "c"}, {"b", "d"})
    assert compile_pattern("suicid* now?", PARTS).keys == {"suicid*"}
    assert compile_pattern("a? b?", PARTS).keys == frozenset()


def test_the_rarest_words_are_kept() -> None:
    """With a measure, the lightest set of words is kept."""
    weights = {"i": 9, "hang": 1}
    kept = compile_pattern("i hang", {}, lambda words: sum(weights[word] for word in words)).keys
    assert kept == {"hang"}


def test_parts_that_were_read_before_are_the_same() -> None:
    """Keeping what a part came to changes nothing, in whatever order patterns are read."""
    known: dict[str, Compiled] = {}
    for pattern in ("took {LOTS} {MEANS}?", "{MEANS}", "({LOTS}|none) of {MEANS}", "{LOTS} {LOTS}"):
        assert compile_pattern(pattern, PARTS, len, known) == compile_pattern(pattern, PARTS)
    assert set(known) == {"LOTS", "MEANS"}
