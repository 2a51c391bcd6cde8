import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.cli.main import COMMANDS, main

CLI = Path("service/cli")


def _run(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def test_every_module_of_the_command_line_is_a_command() -> None:
    """A command that is built can be called, and one that is not built is not promised."""
    assert {path.stem for path in CLI.glob("*.py") if _is_command(path)} == set(COMMANDS)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`peerline --help`, and `peerline` alone, list all commands and what they do."""
    status, out, _ = _run(["--help"], capsys)
    assert status == 0
    assert all(f"  {name} " in out and line in out for name, line in COMMANDS.items())
    assert _run([], capsys)[1] == out


def test_a_slip_in_a_name_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command is refused with the nearest one that exists."""
    status, _, err = _run(["migrat"], capsys)
    assert status == 2
    assert "Did you mean `migrate`?" in err


def test_help_loads_none_of_the_heavy_libraries() -> None:
    """Help comes at once, because nothing that takes long to load is loaded for it."""
    heavy = ["sqlalchemy", "psycopg", "flask", "celery", "twilio", "redis", "service.cli.serve"]
    code = f"import sys; import service.cli.main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`peerline COMMAND --help` ends well and names the command."""
    status, out, _ = _run([name, "--help"], capsys)
    assert status == 0
    assert f"peerline {name}" in out


@pytest.mark.parametrize("name", ["serve", "worker", "clock"])
def test_a_process_does_not_start_with_wrong_settings(name: str) -> None:
    """Whoever starts a process with mistakes in its settings is told all of them, and gets status 2."""
    command = [sys.executable, "-m", "service.cli", name]
    done = subprocess.run(command, env={"PUBLIC_URL": "nonsense"}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert all(variable in done.stderr for variable in ("DATABASE_URL", "TWILIO_AUTH_TOKEN", "PUBLIC_URL"))


def _is_command(path: Path) -> bool:
    """Whether a module has what a command is: an `app`, or a function `command`."""
    top = ast.parse(path.read_text()).body
    names = {
        target.id
        for node in top
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    functions = {node.name for node in top if isinstance(node, ast.FunctionDef)}
    return "app" in names or "command" in functions
