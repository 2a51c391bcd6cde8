"""The service's own texts, read from files that people edit."""

import shutil
from pathlib import Path

import pytest

from config.texts import KEYS, TextsProblem, load_texts

SHIPPED = Path(__file__).parents[2] / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped texts."""
    for language in ("en", "es"):
        (tmp_path / "words" / language).mkdir(parents=True)
        shutil.copy(SHIPPED / "words" / language / "texts.yaml", tmp_path / "words" / language)
    return tmp_path


def english(folder: Path) -> Path:
    """The English texts of a folder."""
    return folder / "words" / "en" / "texts.yaml"


def test_the_shipped_texts_are_whole_in_both_languages() -> None:
    """Every text is there in English and Spanish."""
    assert {language: set(texts) for language, texts in load_texts(SHIPPED).by_language.items()} == {
        "en": set(KEYS),
        "es": set(KEYS),
    }


def test_slots_are_filled_once_and_with_nothing_else() -> None:
    """Braces in what somebody wrote stay as they are."""
    texts = load_texts(SHIPPED)
    assert texts.say("relay", "es", tag="B2", words="{tag} {org}") == "[B2] {tag} {org}"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('skipped: "again"', "skipped"),
        ("broken: [", "mend this line"),
        ("back:", "'back'"),
        ("unknown_text: hello", "no text 'unknown_text'"),
    ],
)
def test_a_line_with_a_mistake_is_named(folder: Path, line: str, told: str) -> None:
    """A repeated key, broken YAML, an empty text and a key that nobody reads each say what they are."""
    path = english(folder)
    kept = [text for text in path.read_text("utf-8").splitlines() if not line.startswith("back") or text[:5] != "back:"]
    path.write_text("\n".join([*kept, line, ""]), "utf-8")
    with pytest.raises(TextsProblem) as problem:
        load_texts(folder)
    assert told in str(problem.value)
    assert "texts.yaml" in str(problem.value)


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    """A missing text, a slot that it may not have, and another language's file that is gone."""
    path = english(folder)
    path.write_text(path.read_text("utf-8").replace("talk_on:", "talk_no:").replace("{opens}", "{phone}"), "utf-8")
    (folder / "words" / "es" / "texts.yaml").unlink()
    with pytest.raises(TextsProblem) as problem:
        load_texts(folder)
    told = str(problem.value)
    assert all(words in told for words in ("'talk_on' is missing", "'talk_no'", "{phone}", "is missing; copy it"))


@pytest.mark.parametrize("content", [b"- one\n- two\n", b"\xff\xfe", b"just words\n"])
def test_what_is_no_such_file_is_refused(folder: Path, content: bytes) -> None:
    """A list, broken letters and plain words are refused with the file's name."""
    english(folder).write_bytes(content)
    with pytest.raises(TextsProblem, match=r"texts\.yaml"):
        load_texts(folder)
