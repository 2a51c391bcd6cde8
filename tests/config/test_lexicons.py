"""The word files are read as typed, and every mistake in them is told at once with its place."""

import shutil
from pathlib import Path

import pytest

from config.lexicons import load_words
from config.word_files import WordsProblem


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped word files that a test may spoil."""
    shutil.copytree("config/words", tmp_path / "words")
    return tmp_path


def mistakes_of(config: Path) -> list[str]:
    """What is told about the word files in this folder."""
    with pytest.raises(WordsProblem) as caught:
        load_words(config)
    assert str(caught.value) == "\n".join(map(str, caught.value.mistakes))
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_shipped_words_hold_both_languages() -> None:
    """The words that DESIGN.md names are there, typed as words."""
    words = load_words(Path("config"))
    assert words.consent["en"].agree == ("yes",)
    assert set(words.consent["en"].stop) == {
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out")
    }
    assert set(words.consent["es"].stop) == {"alto", "parar", "basta", "cancelar", "no mas"}
    assert set(words.consent["es"].start) == {"empezar", "reanudar"}
    assert {rule.category for rule in words.risk["es"].rules} == {rule.category for rule in words.risk["en"].rules}


def test_words_stay_the_text_that_was_typed(config: Path) -> None:
    """What YAML would take for a truth, a number or a time stays a word."""
    (config / "words/en/consent.yaml").write_text("stop: [no, off, 9:30]\nstart: [on]\nhelp: [411]\n")
    words = load_words(config).consent["en"]
    assert (words.stop, words.start, words.help) == (("no", "off", "9:30"), ("on",), ("411",))


def test_every_mistake_of_every_file_is_told(config: Path) -> None:
    """Unknown keys, repeated keys, missing keys and wrong kinds are told with file and line, all at once."""
    (config / "words/en/consent.yaml").write_text("stop: [stop]\nstop: [end]\nstrat: [start]\n")
    (config / "words/es/service.yaml").write_text("words:\n  talk: [hablar]\n  sing: [cantar]\n")
    (config / "words/es/risk.yaml").write_text(
        "rules:\n  sadness:\n    - {id: a, tier: 9, pattern: x, about: cats}\n  grief:\n    - {id: a, tier: 1}\n    - b\n"
    )
    told = mistakes_of(config)
    for expected in (
        "words/en/consent.yaml:2: The key 'stop' is there twice.",
        "words/en/consent.yaml:3: Unknown key 'strat'.",
        "words/en/consent.yaml:1: The key 'start' is missing.",
        "words/en/consent.yaml:1: The key 'help' is missing.",
        "words/es/service.yaml:2: There is no command 'sing'.",
        "words/es/risk.yaml:3: There is no category 'sadness'.",
        "words/es/risk.yaml:3: The tier is '9'.",
        "words/es/risk.yaml:3: A rule is about 'self' or 'other', not 'cats'.",
        "words/es/risk.yaml:5: The key 'pattern' is missing.",
        "words/es/risk.yaml:5: The rule id 'a' was used at words/es/risk.yaml:3.",
        "words/es/risk.yaml:6: Expected a mapping",
    ):
        assert any(line.startswith(expected) for line in told), expected


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"stop: [stop\nstart: x", "words/en/consent.yaml:2: This is not YAML"),
        (b"\xff\xfe\x00stop", "words/en/consent.yaml:1: This file is not UTF-8 text."),
        (b"", "words/en/consent.yaml:1: Expected a mapping"),
        (b"just words", "words/en/consent.yaml:1: Expected a mapping"),
    ],
)
def test_a_file_that_is_no_yaml_is_told(config: Path, content: bytes, told: str) -> None:
    """A file that cannot be read as YAML is told with the line where reading ended."""
    (config / "words/en/consent.yaml").write_bytes(content)
    assert any(line.startswith(told) for line in mistakes_of(config))


def test_a_missing_file_is_told(config: Path) -> None:
    """A word file that is not there is a mistake, not an empty list of words."""
    (config / "words/en/risk.yaml").unlink()
    assert mistakes_of(config) == [
        "words/en/risk.yaml:1: This file is missing or cannot be read. Put it back, or copy the shipped one."
    ]
