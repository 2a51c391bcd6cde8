#!/usr/bin/env python3
"""Makes Peerline's environment and runs it: `python3 run.py demo` is all that a new machine needs.

Standard library alone, and plain enough for an old Python to read, so that it can say which one it wants.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BOOT = ROOT / ".boot"
STAMP = ENVIRONMENT / "peerline-installed.json"
PROGRAMS = "Scripts" if os.name == "nt" else "bin"
WANTED = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Commands that look at no installation.
ABOUT_FILES = (
    *(["schedule", "preview"], ["fallback"], ["bench"], ["faults"], ["explain", "text"]),
    *(["flows", name] for name in ("check", "test", "play", "graph", "schema", "import")),
)

USAGE = """Usage: python3 run.py COMMAND ...

  demo [--port N] [--data DIR] [--fresh] [--no-browser]   Try Peerline on this machine
  serve ...           The web process (settings from the environment or from .env)
  peerline ...        Any Peerline command; `run.py peerline --help` lists them
  test ...            All tests; what follows goes to pytest
  check               Format, lint, types, imports, unused code
  bench ... faults ...   Measure; kill, race and live through years, and count what was lost
  lock                Compile requirements/*.in into *.txt, with hashes"""

CHECKS = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
    ("mypy",),
    ("lint-imports", "--no-cache", "--no-logo"),
    ("vulture",),
)


class Refused(Exception):
    """What was asked cannot be done here; the text says in a line what to do."""


def main(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    commands = {"test": test, "check": check, "lock": lock, "peerline": peerline}
    try:
        refuse_old_python()
        keep_compiled()
        if name in commands:
            return commands[name](rest)
        if name in ("demo", "serve", "bench", "faults"):
            return peerline([name, *rest])
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if name and name not in ("-h", "--help", "help"):
        print(f"There is no command {name!r}. These there are:", file=sys.stderr)
    print(USAGE, file=sys.stdout if name in ("-h", "--help", "help") else sys.stderr)
    return 0 if name in ("-h", "--help", "help") else 2


def refuse_old_python() -> None:
    """Say which Python is wanted, where this one is too old."""
    if sys.version_info < WANTED:
        have = ".".join(map(str, sys.version_info[:2]))
        raise Refused(
            f"Peerline needs Python 3.11 or newer, and this is {have}. Install it, then: python3.11 run.py demo"
        )


def keep_compiled() -> None:
    """Where Python is told to leave no compiled files about, keep ours beside the environment, in .boot.

    A process starts in a third of the time with them, and the tests start hundreds.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(BOOT / "compiled"))


def peerline(arguments: list[str]) -> int:
    """Run a Peerline command in the project's environment, in place of this process."""
    install("dev" if arguments[:1] in (["bench"], ["faults"]) else "base")
    python = str(program("python"))
    os.execve(python, [python, "-m", "service.cli", *arguments], surroundings(arguments))  # noqa: S606 - our own command


def test(arguments: list[str]) -> int:
    """Run the tests on two processes that share their servers; whichever is through takes tests over from the other."""
    install("dev")
    browser()
    processes = [] if "-n" in arguments else ["-n", "2", "--dist", "worksteal"]
    return run([str(program("pytest")), *processes, *arguments])


def check(_arguments: list[str]) -> int:
    """Run every checker, all at once, so that one look shows all that they find; 1 if any found something."""
    install("dev")
    running = [(tool, options, begin([str(program(tool)), *options])) for tool, *options in CHECKS]
    failed = []
    for tool, options, process in running:
        say(" ".join([tool, *options]))
        told, _ = process.communicate()
        if told.strip():
            say(told.rstrip())
        if process.returncode != 0:
            failed.append(tool)
    say("Found something: " + ", ".join(failed) if failed else "All clean.")
    return 1 if failed else 0


def lock(arguments: list[str]) -> int:
    """Compile what is asked for into what is installed. No address of a registry gets into the result."""
    options = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-annotate",
        "--no-header",
        "--quiet",
    ]
    found = uv()
    if found is None:
        raise Refused("This needs uv, which could not be installed.")
    for name in ("boot", "base", "dev"):
        source, result = f"requirements/{name}.in", f"requirements/{name}.txt"
        same = ["-c", "requirements/base.txt"] if name == "dev" else []
        if run([found, "pip", "compile", *options, *same, *arguments, source, "-o", result]) != 0:
            return 1
        say(f"{result} is up to date.")
    return 0


def install(wanted: str) -> None:
    """Make the environment, or bring it up to date with requirements/*.txt; at once if nothing changed."""
    installed = read_stamp()
    missing = [name for name in ("base", "dev")[: 1 + (wanted == "dev")] if installed.get(name) != fingerprint(name)]
    if not missing or (installed.get("dev") == fingerprint("dev") and wanted == "base"):
        return
    found = uv()
    if not program("python").exists():
        say("Making an environment in .venv ...")
        make_environment(found)
    say(
        f"Installing what Peerline {'runs on' if wanted == 'base' else 'is tested with'} (this can take minutes on a slow line) ..."
    )
    install_requirements(found, wanted)
    STAMP.write_text(json.dumps({**installed, **{name: fingerprint(name) for name in ("base", wanted)}}))
    say("The environment is ready.")


def uv() -> str | None:
    """The uv of this machine, or one of our own, installed once; None where that does not work (pip then does its work)."""
    own = BOOT / PROGRAMS / "uv"
    found = shutil.which("uv") or (str(own) if own.exists() else None)
    if found is not None or importlib.util.find_spec("ensurepip") is None:
        return found
    say("Fetching the installer (uv) into .boot ...")
    boot_python = str(BOOT / PROGRAMS / "python")
    made = quietly([sys.executable, "-m", "venv", str(BOOT)])
    fetched = made and quietly(
        [boot_python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements/boot.txt"]
    )
    return str(own) if fetched else None


def make_environment(found: str | None) -> None:
    """An empty environment beside this file."""
    if found is not None:
        must([found, "venv", "--quiet", "--python", sys.executable, str(ENVIRONMENT)])
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise Refused(f"Python's venv is missing here. Install it, then start again: {package_with_venv()}")
    must([sys.executable, "-m", "venv", str(ENVIRONMENT)])


def install_requirements(found: str | None, wanted: str) -> None:
    """Exactly what requirements/{wanted}.txt names, each file checked against its hash."""
    options = ["install", "--quiet", "--require-hashes", "-r", f"requirements/{wanted}.txt"]
    if found is not None:
        must([found, "pip", *options, "--python", str(program("python"))])
    else:
        quietly([str(program("python")), "-m", "ensurepip"])
        must([str(program("python")), "-m", "pip", *options, "--disable-pip-version-check"])


def package_with_venv() -> str:
    """The command that installs venv on this kind of machine."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    for tool, command in (
        ("apt-get", "sudo apt-get install " + package),
        ("zypper", "sudo zypper install python3"),
        ("dnf", "sudo dnf install python3"),
    ):
        if shutil.which(tool):
            return command
    return "the package that holds venv and ensurepip for this Python"


def browser() -> None:
    """A Chromium for the tests of pages, where root may install one; else a line that says what is skipped."""
    if any(map(shutil.which, BROWSERS)):
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium for the tests of pages ...")
        quietly(["apt-get", "update", "-qq"])
        quietly(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    if not any(map(shutil.which, BROWSERS)):
        say("There is no Chromium here, so the tests of pages are skipped. Install `chromium` to run them.")


def surroundings(arguments: list[str]) -> dict[str, str]:
    """The environment of a command: ours, then .env, then (but for `demo` itself) the demo's if nothing names a database."""
    found = {**read_variables(ROOT / ".env"), **os.environ}
    demo = ROOT / ".demo" / "environment"
    if arguments[:1] != ["demo"] and "DATABASE_URL" not in found and demo.exists():
        if is_about_people(arguments):
            print("No DATABASE_URL is set: this is about the demo in .demo", file=sys.stderr)
        found = {**read_variables(demo), **found}
    found.setdefault("PEERLINE_CONFIG", str(ROOT / "config"))
    found.setdefault("PEERLINE_FLOWS", str(ROOT / "flows"))
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), found.get("PYTHONPATH")]))
    return found


def is_about_people(arguments: list[str]) -> bool:
    """Whether a command looks at an installation, so that somebody must know at which; others look at files and words alone."""
    asks_for_help = {"--help", "-h"} & {*arguments, *([] if arguments else ["--help"])}
    return not asks_for_help and not any(arguments[: len(each)] == each for each in ABOUT_FILES)


def read_variables(path: Path) -> dict[str, str]:
    """The NAME=value lines of a file; # begins a comment line, and quotes around a value are taken off."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = [line.strip().partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#")]
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def read_stamp() -> dict[str, str]:
    """Which requirements this environment was made for; empty where there is none, or it is broken."""
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found if program("python").exists() else {}


def fingerprint(name: str) -> str:
    """What must be the same for an environment to be up to date: the requirements and the Python."""
    requirements = (ROOT / "requirements" / f"{name}.txt").read_bytes()
    return hashlib.sha256(requirements + sys.version.encode()).hexdigest()


def program(name: str) -> Path:
    """A program of the project's environment."""
    return ENVIRONMENT / PROGRAMS / name


def must(command: list[str]) -> None:
    """Run a command whose failure ends everything; its own words say why."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"{done.stdout}{done.stderr}\nThis did not work: {' '.join(command[:4])} ...".strip())


def quietly(command: list[str]) -> bool:
    """Run a command that may fail; whether it did its work."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def run(command: list[str]) -> int:
    """Run a command that speaks for itself; its exit status."""
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def begin(command: list[str]) -> subprocess.Popen[str]:
    """Start a command beside this one; its words are kept until somebody asks for them."""
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def say(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
