"""STOP, START and HELP are read exactly, in both languages, and never loosely."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Words
from service.rules.consent_words import is_consent_word, read_consent
from service.rules.normalise import clauses_of, is_one_clause, sentences_of, words_of

HERE = Path(__file__).parent / "consent"


def lines(name: str) -> list[str]:
    """The texts of a table, one a line."""
    return (HERE / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("text", lines("stop.txt"))
def test_a_whole_stop_word_or_a_plain_request_is_stop(words: Words, text: str) -> None:
    """Stop words alone and plain requests to be left alone are stop, whatever the member's language."""
    assert read_consent(words, text, stopped=False) == "stop"
    assert read_consent(words, text, stopped=True) == "stop"


@pytest.mark.parametrize("text", lines("not_stop.txt"))
def test_stop_words_inside_a_sentence_are_not_stop(words: Words, text: str) -> None:
    """Neither a stop word inside a sentence, nor what others said, nor a narrowed request stops anything."""
    assert read_consent(words, text, stopped=False) is None


@pytest.mark.parametrize("text", ["start", "Start!", "unstop", "empezar", "REANUDAR por favor"])
def test_start_words_start(words: Words, text: str) -> None:
    """Start words mean start, from a stopped number and from any other."""
    assert read_consent(words, text, stopped=True) == "start"
    assert read_consent(words, text, stopped=False) == "start"


@pytest.mark.parametrize("text", ["yes", "YES please", "sí", "Si."])
def test_yes_means_start_only_from_a_stopped_number(words: Words, text: str) -> None:
    """YES and SI are ordinary words, except from a number that said stop."""
    assert read_consent(words, text, stopped=True) == "start"
    assert read_consent(words, text, stopped=False) is None


@pytest.mark.parametrize("text", ["help", "HELP!", "info", "ayuda", "Ayuda por favor"])
def test_help_words_ask_for_help(words: Words, text: str) -> None:
    """Help words alone ask what this number is; inside a sentence they do not."""
    assert read_consent(words, text, stopped=False) == "help"
    assert read_consent(words, f"{text} mi casa", stopped=False) is None


def test_consent_words_are_known_to_whoever_writes_replies(words: Words) -> None:
    """A reply of a flow may not be a consent word; YES may, since it is an ordinary word there."""
    assert is_consent_word(words, "Quit")
    assert not is_consent_word(words, "yes")


@given(text=st.text())
def test_any_text_can_be_read(words: Words, text: str) -> None:
    """Whatever is typed, reading it for consent does not fail."""
    assert read_consent(words, text, stopped=True) in {"stop", "start", "help", None}


@given(st.sampled_from(["stop", "alto", "unsubscribe", "parar"]), st.text(alphabet=" .!?¡¿,🙏…\n", max_size=6))
def test_signs_around_a_stop_word_do_not_matter(words: Words, word: str, signs: str) -> None:
    """Punctuation, emoji and line breaks around a stop word change nothing."""
    assert read_consent(words, f"{signs}{word.upper()}{signs}", stopped=False) == "stop"


@given(text=st.text(alphabet="stop alt.,!?;…。\n'é🙏", max_size=40))
def test_what_ends_no_clause_is_one_sentence_and_one_clause(text: str) -> None:
    """So a request that the whole is not, none of its parts is."""
    if is_one_clause(text):
        whole = words_of(text)
        assert sentences_of(text) == clauses_of(text) == ((whole,) if whole else ())
