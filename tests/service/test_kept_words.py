"""The words of the organisation are read and compiled once, and never older than their files."""

from __future__ import annotations

import ast
import pickle
import pickletools
import shutil
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

from config.word_files import WordsProblem
from service.kept_words import CODE, read_words
from service.rules.risk import Lexicon, screen

DIGEST = sha256().digest_size
DANGER = "i want to kill myself"
RULE = """\
rules:
  craving:
    - id: kite
      tier: 1
      pattern: [red kite]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped words that may be changed."""
    shutil.copytree("config/words", tmp_path / "config" / "words")
    return tmp_path / "config"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where this test keeps what was compiled; the folder is not there yet."""
    return tmp_path / "compiled" / "words.kept"


def test_what_was_kept_says_the_same(config: Path, kept: Path) -> None:
    """The next process finds the same dangers and hears the same words."""
    first, second = read_words(config, kept), read_words(config, kept)
    assert second[0] is not first[0]
    assert second[0].consent["en"].stop == first[0].consent["en"].stop
    for text in (DANGER, "no puedo mas", "hello there"):
        assert screen(second[1], text) == screen(first[1], text)
    assert screen(second[1], DANGER).tier == 2


def test_what_was_kept_is_not_read_again(config: Path, kept: Path) -> None:
    """Whatever stands there under the right key is taken for the words."""
    read_words(config, kept)
    body = pickle.dumps("as kept")
    kept.write_bytes(kept.read_bytes()[:DIGEST] + sha256(body).digest() + body)
    assert str(read_words(config, kept)) == "as kept"


def test_a_changed_file_counts_at_once(config: Path, kept: Path) -> None:
    """A coordinator's new rule is in force from the next start."""
    read_words(config, kept)
    (config / "words" / "en" / "risk.yaml").write_text(RULE, "utf-8")
    assert screen(_lexicon(config, kept), "a red kite").matched == ("kite",)
    assert screen(_lexicon(config, kept), "a red kite").matched == ("kite",)


def test_what_was_cut_or_changed_is_read_afresh(config: Path, kept: Path) -> None:
    """Half a file, an empty one, and one with another byte in it."""
    read_words(config, kept)
    whole = kept.read_bytes()
    for held in (whole[: len(whole) // 2], b"", whole[:-9] + b"?" + whole[-8:]):
        kept.write_bytes(held)
        assert screen(_lexicon(config, kept), DANGER).tier == 2
        assert len(kept.read_bytes()) == len(whole)


def test_a_place_that_cannot_be_written_is_no_hindrance(config: Path, tmp_path: Path) -> None:
    """What cannot be kept is read again each time."""
    (tmp_path / "file").write_text("no folder")
    assert screen(_lexicon(config, tmp_path / "file" / "words.kept"), DANGER).tier == 2


def test_a_mistake_is_told_every_time(config: Path, kept: Path) -> None:
    """Nothing is kept of files with mistakes, and a file that is missing is told as one."""
    (config / "words" / "en" / "consent.yaml").unlink()
    for _ in range(2):
        with pytest.raises(WordsProblem, match=r"consent\.yaml"):
            read_words(config, kept)
    assert not kept.exists()


def test_all_code_that_shapes_the_words_counts() -> None:
    """Every class of ours in what is kept stands in a module whose change makes it worthless."""
    kinds = {
        found
        for operation, found, _ in pickletools.genops(pickle.dumps(read_words(Path("config")), 2))
        if operation.name == "GLOBAL"
    }
    ours = {str(kind).split()[0] for kind in kinds} - {"builtins", "copyreg", "copy_reg", "__builtin__"}
    assert "service.rules.risk.lexicon" in ours
    assert ours <= {module.__name__ for module in CODE}


def test_all_code_that_is_used_to_read_them_counts() -> None:
    """Whatever of ours those modules import may shape the words too: a release that changes it must not find old ones."""
    left, seen = ["config.lexicons", "service.rules.risk.lexicon"], set[str]()
    while left:
        seen.add(name := left.pop())
        tree = ast.parse(Path(str(import_module(name).__file__)).read_text("utf-8"))
        named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        left += [other for other in named - seen if other.split(".")[0] in ("config", "flows", "service")]
    assert seen == {module.__name__ for module in CODE}


def _lexicon(config: Path, kept: Path) -> Lexicon:
    return read_words(config, kept)[1]
