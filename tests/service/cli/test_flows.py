"""`peerline flows check, test, play, graph and schema`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli.flows import app
from tests.flows.engine.flow_files import FLOWS, written

RUN = CliRunner()
SOUND = written("first: {say: {en: Hello.}, end: yes}") + "tests:\n  - name: hello\n    script: [{we: Hello.}]\n"
WRONG = written("first: {sey: {en: Hello.}, then: dome}\ndone: {end: yes}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of flows of its own, with one that is sound and one that is not."""
    (tmp_path / "sound.yaml").write_text(SOUND)
    (tmp_path / "wrong.yaml").write_text(WRONG.replace("flow: made-up", "flow: wrong"))
    return tmp_path


def run(folder: Path, arguments: list[str]) -> Result:
    """A command about the flows of a folder."""
    return RUN.invoke(app, arguments, env={"PEERLINE_FLOWS": str(folder)})


def test_every_mistake_is_told_at_once_with_file_line_and_mend(folder: Path) -> None:
    """A wrong key and a step that is not there, in one go; the exit status says that there are mistakes."""
    result = run(folder, ["check"])

    assert result.exit_code == 1
    assert f'{folder}/wrong.yaml:7:11: error form.unknown-key: the step "first" has no key "sey".' in result.stdout
    assert 'error names.step: There is no step "dome". Did you mean "done"?' in result.stdout
    assert "2 flows checked: 2 mistakes" in result.stdout


def test_one_file_can_be_checked_by_itself(folder: Path) -> None:
    """Its neighbours are read, since it may run them, and not told of."""
    result = run(folder, ["check", str(folder / "sound.yaml")])

    assert result.exit_code == 0
    assert result.stdout == "1 flows checked: 0 mistakes, 0 remarks.\n"


def test_machines_get_the_same_as_json(folder: Path) -> None:
    """With the code, severity, place, message and mend of each finding."""
    found = json.loads(run(folder, ["check", "--format", "json"]).stdout)

    assert [(one["code"], one["line"]) for one in found] == [("form.unknown-key", 7), ("names.step", 7)]
    assert set(found[0]) == {"code", "severity", "file", "line", "column", "message", "mend"}


def test_a_file_that_is_not_there_or_not_text_is_told(folder: Path) -> None:
    """Neither ends in a trace."""
    (folder / "odd.yaml").write_bytes(b"\xff\xfe\x00flow: odd")
    away = run(folder, ["check", str(folder / "away.yaml")])
    odd = run(folder, ["check", str(folder / "odd.yaml")])

    assert away.exit_code == 2
    assert odd.exit_code == 1
    assert "form.character" in odd.stdout


def test_tests_in_files_are_played_and_gaps_named(folder: Path) -> None:
    """The library holds; a flow with a mistake cannot be tried."""
    good = run(folder, ["test", str(folder / "sound.yaml")])
    wrong = run(folder, ["test", str(folder / "wrong.yaml")])

    assert (good.exit_code, good.stdout) == (0, "made-up: 1 of 1 tests hold, 1 of 1 ways are walked\n")
    assert wrong.exit_code == 1


def test_a_test_that_does_not_hold_fails_the_command(folder: Path) -> None:
    """With its line and what is so instead."""
    (folder / "sound.yaml").write_text(SOUND.replace("we: Hello.", "we: Goodbye."))
    result = run(folder, ["test", str(folder / "sound.yaml")])

    assert result.exit_code == 1
    assert 'hello: Here we say: "Hello."' in result.stdout


def test_a_flow_can_be_played_drawn_and_described() -> None:
    """The terminal phone reads lines, the drawings are text, the schema is JSON."""
    flow = str(FLOWS / "rough-day.yaml")
    played = RUN.invoke(app, ["play", flow, "--language", "es"], input="1\n:quit\n")
    drawn = RUN.invoke(app, ["graph", flow])
    mermaid = RUN.invoke(app, ["graph", flow, "--format", "mermaid"])

    assert "< Eso suena duro." in played.stdout
    assert drawn.stdout.startswith("<svg ")
    assert mermaid.stdout.startswith("flowchart TD")
    assert json.loads(RUN.invoke(app, ["schema"]).stdout)["title"] == "A Peerline flow"
