"""The bootstrap, without installing anything."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run
from config.settings import SettingsProblem, read_settings


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "run.py", *arguments], capture_output=True, text=True, check=False)


def test_help_names_the_commands() -> None:
    """Whoever comes new finds the demo first."""
    done = _run("--help")
    assert done.returncode == 0
    assert done.stdout.index("demo") < done.stdout.index("test") < done.stdout.index("check")


def test_an_unknown_command_is_refused() -> None:
    """A slip shows the commands that exist and ends with status 2."""
    done = _run("dmeo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage" in done.stderr


def test_a_missing_venv_takes_one_line(tmp_path: Path) -> None:
    """On a machine whose Python comes without venv, the one line says which package to install."""
    shutil.copy("run.py", tmp_path)
    shutil.copytree("requirements", tmp_path / "requirements")
    # As on Debian without python3-venv: there is no ensurepip. And no uv on the PATH, which would do without.
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")
    environ = {"PATH": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, str(tmp_path / "run.py"), "demo"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "venv" in done.stderr


def test_a_settings_file_is_read(tmp_path: Path) -> None:
    """Comments and empty lines are left out, quotes taken off, and a value may hold an equals sign."""
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nA=1\nB = \"two words\"\nC='x=y'\n#D=4\nPEERLINE_KEYS=d1:data:AAA=\n")
    assert run.read_variables(file) == {"A": "1", "B": "two words", "C": "x=y", "PEERLINE_KEYS": "d1:data:AAA="}


def test_a_missing_settings_file_is_an_empty_one(tmp_path: Path) -> None:
    """Nobody needs a .env: the environment itself will do."""
    assert run.read_variables(tmp_path / ".env") == {}


def test_the_example_of_a_settings_file_lacks_only_secrets_and_folders() -> None:
    """A copy of .env.example names everything that must be set, and its shapes are right where it shows any."""
    with pytest.raises(SettingsProblem) as caught:
        read_settings(run.read_variables(Path(".env.example")))
    assert {mistake.variable for mistake in caught.value.mistakes} == {"PEERLINE_KEYS"}


def test_requirements_name_no_address_and_fix_every_file() -> None:
    """Each package is pinned and each of its files has a hash, wherever it is fetched from."""
    for name in ("boot", "base", "dev"):
        text = Path(f"requirements/{name}.txt").read_text()
        packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in line and line.endswith("\\") for line in packages)
        assert "://" not in text


def test_the_packages_that_run_are_the_packages_that_are_tested() -> None:
    """Tests see the same versions as those who run Peerline."""
    pins = [_pins(Path(f"requirements/{name}.txt")) for name in ("base", "dev")]
    assert pins[0].items() <= pins[1].items()


def _pins(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if "==" in line]
    return {line.partition("==")[0]: line.partition("==")[2].split()[0] for line in lines}


@pytest.mark.parametrize(
    ("command", "told"),
    [("queue", True), ("explain member +15555550101", True), ("flows publish x.yaml", True), ("doctor", True),
     ("schedule list +15555550101", True), ("schedule preview --count 3", False),
     ("", False), ("--help", False), ("queue --help", False), ("flows check", False), ("explain text hi", False)],
)  # fmt: skip
def test_only_what_looks_at_people_says_at_whose(command: str, *, told: bool) -> None:
    """A line about the demo stands before what is about the demo, and before nothing else."""
    assert run.is_about_people(command.split()) is told
