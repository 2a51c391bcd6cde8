"""The demo as whoever tries it sees it: one command, everything answers, Ctrl-C, and the same again."""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

READY = "Ctrl-C stops everything and keeps the data."


class Demo:
    """A running demo and what it has said."""

    def __init__(self, data: Path, *options: str) -> None:
        """Start it and return when it says that it is ready, or has ended."""
        command = [sys.executable, "-m", "service.cli", "demo", "--data", str(data), "--no-browser", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line.strip() == READY:
                break

    def phones(self) -> object:
        """Everybody who has a phone, as the phones' page knows them."""
        address = next(found[1] for line in self.said if (found := re.match(r"The phones are at (.*)", line)))
        with urllib.request.urlopen(f"{address}/phones", timeout=20) as answer:  # noqa: S310 - an address of this machine
            return json.load(answer)

    def end(self, number: signal.Signals) -> list[str]:
        """Stop it by a signal; what it said while stopping."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        return rest.strip().splitlines()


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder where any account may pass, as a new machine's would be."""
    folder = Path(tempfile.mkdtemp(prefix="peerline-demo-"))
    yield folder
    shutil.rmtree(folder)


def test_a_demo_starts_stops_in_order_and_keeps_its_people(data: Path) -> None:
    """Everything answers when it says so, and another demo on the same folder is refused without disturbing it.

    Stopping goes from the doors inward; a second start finds the same people.
    """
    first = Demo(data)
    assert first.said[-1] == READY, first.said
    people = first.phones()
    assert isinstance(people, list)
    assert len(people) == 12 + 5

    other = Demo(data, "--fresh")
    assert "already runs" in other.said[-1]
    other.process.communicate()
    assert other.process.returncode == 1
    assert first.phones() == people

    assert first.process.poll() is None
    stopping = [
        f"Stopping {name} ..."
        for name in ("the web process", "the phones", "the clock", "the worker", "Valkey", "PostgreSQL")
    ]
    assert first.end(signal.SIGINT) == stopping
    assert first.process.returncode == 0

    second = Demo(data)
    assert "Loading a made-up organisation ..." in first.said
    assert "Loading a made-up organisation ..." not in second.said
    assert second.phones() == people
    assert second.end(signal.SIGTERM) == stopping
