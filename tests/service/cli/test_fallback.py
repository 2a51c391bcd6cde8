"""The documents for when all of this is down."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.service.settings import ROOT, made_up_environment
from tests.twiml import problems_of


def written(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """`peerline fallback` for the made-up organisation."""
    command = [sys.executable, "-m", "service.cli", "fallback", str(folder)]
    return subprocess.run(
        command, cwd=ROOT, env=made_up_environment(**environ), capture_output=True, text=True, check=False
    )


def test_both_answers_say_the_truth_in_both_languages(tmp_path: Path) -> None:
    """Nobody has seen it, where help is, and nothing else is promised; the provider takes both as they are."""
    done = written(tmp_path / "out")
    assert done.returncode == 0, done.stderr
    for kind, name in (("messaging", "fallback-messages.xml"), ("voice", "fallback-calls.xml")):
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert problems_of(kind, text) == []
        words = " ".join(ET.fromstring(text).itertext())  # noqa: S314 - our own words
        assert "nobody" in words
        assert "nadie" in words
        assert "9 1 1" in words or "911" in words
        assert not any(promise in words for promise in ("will answer", "will read", "va a leer", "Rosa"))
    assert done.stdout.split() == [
        str(tmp_path / "out" / name) for name in ("fallback-messages.xml", "fallback-calls.xml")
    ]


def test_texts_with_mistakes_write_nothing(tmp_path: Path) -> None:
    """A document that may be read in an emergency is not written from files that are not right."""
    (tmp_path / "config").mkdir()
    done = written(tmp_path / "out", PEERLINE_CONFIG=str(tmp_path / "config"))
    assert done.returncode == 1
    assert "organisation.yaml" in done.stderr
    assert not (tmp_path / "out").exists()
