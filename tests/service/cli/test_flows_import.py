import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from service.cli.flows_import import import_command

SAMPLES = Path("tests/flows/importing/samples")
app = typer.Typer()
app.command()(import_command)


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.output


@pytest.mark.parametrize("name", ["garden.rapidpro.json", "garden.studio.json"])
def test_flows_are_written_with_a_list_of_what_was_lost(name: str, tmp_path: Path) -> None:
    """Each flow becomes a file, and the report names the files and what could not be carried over."""
    status, out = _run(str(SAMPLES / name), "--out", str(tmp_path / "new"))
    written = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert status == 0
    assert len(written) == 2
    assert all(file in out for file in written)
    assert "could not be carried over" in out
    assert "2 flows written" in out


def test_no_file_is_written_over(tmp_path: Path) -> None:
    """A second import into the same folder is refused, and the first one stays as it was mended."""
    arguments = (str(SAMPLES / "garden.studio.json"), "--out", str(tmp_path))
    _run(*arguments)
    (tmp_path / "garden.yaml").write_text("mended")
    status, out = _run(*arguments)
    assert status == 2
    assert "already" in out
    assert (tmp_path / "garden.yaml").read_text() == "mended"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "import.json"),
        (b"\xff\xfe{", "import.json"),
        (b"[]", "import.unknown-format"),
        (json.dumps({"flows": [{"rule_sets": [], "action_sets": []}]}).encode(), "import.old-format"),
        (json.dumps({"states": []}).encode(), "import.empty"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    """A file that is no export is refused with its code, and nothing is written."""
    (tmp_path / "odd.json").write_bytes(content)
    status, out = _run(str(tmp_path / "odd.json"), "--out", str(tmp_path / "new"))
    assert status == 1
    assert code in out
    assert not (tmp_path / "new").exists()


def test_an_unknown_format_and_a_missing_file_are_called_wrongly(tmp_path: Path) -> None:
    """A slip in the call is status 2, with what is wrong."""
    assert _run(str(SAMPLES / "garden.studio.json"), "--format", "chatfuel")[0] == 2
    assert _run(str(tmp_path / "nothing.json"))[0] == 2
