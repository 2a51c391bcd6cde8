"""Texts are brought to a plain form without losing their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.normalise import clauses_of, fold, sentences_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't STOP!", ("dont", "stop")),
        ("¿Qué día?", ("que", "dia")),
        ("ＳＴＯＰ", ("stop",)),
        ("𝐬𝐭𝐨𝐩", ("stop",)),
        ("st\u200bop", ("stop",)),
        ("opt-out", ("opt", "out")),
        ("stop🙏🏽now", ("stop", "now")),
        ("snake_case", ("snake", "case")),
        ("  \n", ()),
    ],
)
def test_words_are_plain(text: str, words: tuple[str, ...]) -> None:
    """Case, accents, styled letters, unseen characters, signs and emoji do not matter; words stay."""
    assert words_of(text) == words


def test_enye_may_stay_a_letter_of_its_own() -> None:
    """With `keep_enye`, año and ano differ, however the ñ was typed; other accents still go."""
    assert fold("Añó", keep_enye=True) == "año"
    assert fold("An\u0303o", keep_enye=True) == "año"
    assert fold("Año") == "ano"


def test_sentences_and_clauses_part_at_their_ends() -> None:
    """A line break ends a sentence; a comma ends only a clause."""
    text = "one, two. three\nfour"
    assert sentences_of(text) == (("one", "two"), ("three",), ("four",))
    assert clauses_of(text) == (("one",), ("two",), ("three",), ("four",))


@given(st.text())
def test_any_text_can_be_folded_and_stays_folded(text: str) -> None:
    """Folding never fails, and words once plain stay as they are."""
    words = words_of(text)
    assert words_of(" ".join(words)) == words
