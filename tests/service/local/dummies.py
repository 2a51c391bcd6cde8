"""Programs that do nothing but show when they start and stop."""

import os
import sys
from pathlib import Path

from service.local.process import Command, Part

# Writes "NAME up", waits for SIGTERM, and writes "NAME down". A child keeps running as long as nobody ends it.
_PROGRAM = """
import pathlib, signal, sys, threading
name, diary = sys.argv[1], pathlib.Path(sys.argv[2])
def write(word):
    with diary.open("a") as lines:
        lines.write(f"{name} {word}\\n")
ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
write("up")
while not ended.wait(0.05):
    pass
write("down")
"""


def dummy(name: str, folder: Path, program: str = _PROGRAM) -> Part:
    """A part that answers once it has written that it is up."""
    diary = folder / "diary"
    arguments = (sys.executable, "-c", program, name, str(diary))
    command = Command(name, arguments, folder / f"{name}.log", folder, {"PATH": os.defpath})
    return Part(name, command, lambda: f"{name} up" in read(diary), lambda: forget(diary, name))


def read(diary: Path) -> list[str]:
    """What the programs wrote so far."""
    return diary.read_text().splitlines() if diary.exists() else []


def forget(diary: Path, name: str) -> None:
    """Take out that a program was up, so that its next start is waited for."""
    kept = [line for line in read(diary) if line != f"{name} up"]
    diary.write_text("".join(f"{line}\n" for line in kept))
