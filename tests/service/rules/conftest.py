"""The shipped words, read and compiled once for all tests of the rules."""

from pathlib import Path

import pytest

from config.lexicons import load_words
from config.vocabulary import Words
from service.rules.risk import Lexicon, compile_lexicon


@pytest.fixture(scope="session")
def words() -> Words:
    """Every word file that is shipped."""
    return load_words(Path("config"))


@pytest.fixture(scope="session")
def lexicon(words: Words) -> Lexicon:
    """The shipped words of danger, compiled."""
    return compile_lexicon(words)
