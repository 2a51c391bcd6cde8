"""`peerline explain text` tells what is read in a text, to programs line by line and to people in sentences."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from config.lexicons import load_words
from config.vocabulary import Words
from service.cli.explain import answer_lines, app
from service.rules.risk import Lexicon, compile_lexicon

Answered = Callable[..., tuple[int, list[dict[str, Any]]]]

CONFIG = Path("config").resolve()


@pytest.fixture(scope="module")
def words() -> Words:
    """The shipped words."""
    return load_words(CONFIG)


@pytest.fixture(scope="module")
def lexicon(words: Words) -> Lexicon:
    """The shipped words of danger."""
    return compile_lexicon(words)


@pytest.fixture
def answered(words: Words, lexicon: Lexicon) -> Answered:
    """What is answered to these lines: the exit status, and each answer."""

    def answer(*lines: str | bytes) -> tuple[int, list[dict[str, Any]]]:
        asked = [line if isinstance(line, bytes) else line.encode() for line in lines]
        told = BytesIO()
        status = answer_lines(words, lexicon, asked, told)
        return status, [json.loads(line) for line in told.getvalue().splitlines()]

    return answer


def run(*arguments: str, given: str = "", config: Path = CONFIG) -> Result:
    """What the command answers."""
    return CliRunner(env={"PEERLINE_CONFIG": str(config)}).invoke(app, ["text", *arguments], input=given)


def test_programs_get_one_answer_a_line(answered: Answered) -> None:
    """Each line is answered in the promised form, in order."""
    status, (stop, danger) = answered('{"text": "STOP"}', '{"text": "ya no kiero vivir", "language": "es"}')
    assert status == 0
    assert stop == {
        "consent": "stop",
        "word": None,
        "risk": {"tier": 0, "categories": [], "matched": []},
        "segments": {"encoding": "gsm7", "segments": 1, "units": 4},
    }
    assert danger["risk"] == {"tier": 2, "categories": ["suicide"], "matched": ["es.suicide.want-to-die"]}


def test_both_languages_are_read_whatever_the_members(answered: Answered) -> None:
    """Spanish words are read for a member of English, and the other way round."""
    _, found = answered('{"text": "hablar", "language": "en"}', '{"text": "I want to die", "language": "es"}')
    assert found[0]["word"] == "talk"
    assert found[1]["risk"]["tier"] == 2


def test_yes_alone_is_no_consent(answered: Answered) -> None:
    """Nothing is known of a stop here, so YES is an ordinary word."""
    _, (yes,) = answered('{"text": "yes"}')
    assert yes["consent"] is None


@pytest.mark.parametrize(
    "bad", ["", "hello", "[]", "{}", '{"text": 5}', '{"text": null}', '{"text": "a", "language": 3}', "[" * 100_000]
)
def test_a_bad_line_is_answered_and_the_rest_too(answered: Answered, bad: str) -> None:
    """A line that is no such object is answered with an error; the others are still read, and the exit status is 1."""
    status, found = answered(bad, '{"text": "talk"}')
    assert status == 1
    assert list(found[0]) == ["error"]
    assert found[1]["word"] == "talk"


def test_bytes_that_are_no_text_are_a_bad_line(answered: Answered) -> None:
    """A line that is not UTF-8 is answered with an error."""
    status, (found,) = answered(b'{"text": "\xff"}')
    assert (status, list(found)) == (1, ["error"])


def test_half_a_character_is_read(answered: Answered) -> None:
    """Half a surrogate pair, which phones do send, is a text like any other."""
    status, (found,) = answered(r'{"text": "stop \ud83d"}')
    assert (status, found["consent"]) == (0, "stop")


def test_the_command_reads_standard_input_to_its_end() -> None:
    """With --json the command answers every line that it is given and exits with 1 where one was bad."""
    result = run("--json", given='{"text": "talk"}\nbad\n')
    assert [list(json.loads(line)) for line in result.stdout.splitlines()] == [
        ["consent", "word", "risk", "segments"],
        ["error"],
    ]
    assert result.exit_code == 1


def test_people_get_sentences() -> None:
    """Without --json the reading is told in sentences, from an argument or from standard input."""
    told = run("not suicidal just done").stdout
    assert "Tier 1, a concern" in told
    assert "en.suicide.suicidal" in told
    assert "1 segment (gsm7, 22 units)" in told


def test_people_may_type_on_standard_input() -> None:
    """Without a text the command reads one."""
    assert "It is the command PAUSE." in run(given="pausa\n").stdout


def test_word_files_with_mistakes_are_told(tmp_path: Path) -> None:
    """Where the word files cannot be read, every mistake is told and nothing is answered."""
    result = run("hello", config=tmp_path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "words/en/risk.yaml:1" in result.stderr
