"""The whole of Peerline in real processes, for tests: web, worker, clock and simulator around a database of their own."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
import requests

from config.settings import Settings, read_settings
from service.local.process import Command, Part, start_part, stop
from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from tests.emptying import empty

ROOT = Path(__file__).parents[1]
MAIN_NUMBER = "+15555550100"
ZONE = "America/New_York"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Stack:
    """Running processes and where they answer."""

    settings: Settings
    web: str
    simulator: str
    folder: Path

    def begin_again(self, at: datetime) -> None:
        """Forget every person and message, on both sides, and make it `at` (aware); published flows stay."""
        with psycopg.connect(self.settings.database_url) as connection:
            empty(connection)
        requests.post(f"{self.simulator}/reset", data={"at": at.isoformat()}, timeout=10).raise_for_status()

    def rest(self) -> None:
        """Return when nothing is due, queued or on its way any more."""
        self.move(advance="0")

    def move(self, **wish: str) -> None:
        """Move time, by way of everything that is due on the way."""
        answer = requests.post(f"{self.simulator}/clock", data=wish, timeout=PATIENCE + 10)
        assert answer.status_code == 200, f"time did not come to rest: {answer.text}"


@contextlib.contextmanager
def running_stack(database_url: str, redis_url: str, rate: float = 1000.0) -> Iterator[Stack]:
    """Start everything, publish the shipped flows, and stop it all at the end. `rate` is in segments a second."""
    folder = Path(tempfile.mkdtemp(prefix="peerline-stack-"))
    web, simulator = free_port(), free_port()
    environ = environment(database_url, redis_url, folder, web, simulator, rate)
    settings = read_settings(environ)
    publish_shipped(database_url, settings.flows_dir, CATALOGUE, datetime.now(UTC))
    with contextlib.ExitStack() as running:
        for part in parts(settings, environ, folder, web, simulator):
            process = start_part(part)
            running.callback(stop, process, part.command.ending)
        yield Stack(settings, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}", folder)
    shutil.rmtree(folder, ignore_errors=True)


def environment(
    database_url: str, redis_url: str, folder: Path, web: int, simulator: int, rate: float
) -> dict[str, str]:
    """The environment of a Peerline whose provider is the simulator and whose clock can be moved."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    organisation = config / "organisation.yaml"
    organisation.write_text(organisation.read_text().replace("sender_rate: 1.0", f"sender_rate: {rate}"))
    key = base64.b64encode(os.urandom(32)).decode()
    other = base64.b64encode(os.urandom(32)).decode()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DATABASE_URL": database_url, "REDIS_URL": redis_url, "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
        "TWILIO_AUTH_TOKEN": "a-made-up-token", "TWILIO_API_URL": f"http://127.0.0.1:{simulator}",
        "PUBLIC_URL": f"http://127.0.0.1:{web}", "PEERLINE_KEYS": f"d1:data:{key},i1:index:{other}",
        "PEERLINE_CONFIG": str(config), "PEERLINE_FLOWS": str(ROOT / "flows"), "PEERLINE_MODE": "test",
        "PEERLINE_CLOCK": str(folder / "clock.json"), "PYTHONPATH": str(ROOT), "C_FORCE_ROOT": "1",
    }  # fmt: skip


def parts(settings: Settings, environ: dict[str, str], folder: Path, web: int, simulator: int) -> tuple[Part, ...]:
    """The four processes in the order in which they start."""
    told = [
        *("--port", str(simulator), "--service", f"http://127.0.0.1:{web}", "--public-url", settings.public_url),
        *(
            "--account-sid",
            settings.twilio_account_sid,
            "--auth-token",
            settings.twilio_auth_token,
            "--number",
            MAIN_NUMBER,
        ),
        *("--clock", str(settings.clock_file), "--data", str(folder), "--zone", ZONE),
    ]
    return (
        _part("simulator", ["-m", "service.simulator", *told], environ, folder, answers(f"http://127.0.0.1:{simulator}/clock")),
        _part("web", ["-m", "service.cli", "serve", "--port", str(web), "--processes", "1"], environ, folder,
              answers(f"http://127.0.0.1:{web}/health/live")),
        _part("worker", ["-m", "service.cli", "worker"], environ, folder, lambda: True),
        _part("clock", ["-m", "service.cli", "clock"], environ, folder, lambda: True),
    )  # fmt: skip


def answers(url: str) -> Callable[[], bool]:
    """Whether somebody answers at an address."""

    def ask() -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(url, timeout=2).status_code == 200
        return False

    return ask


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def phone_path(number: str) -> str:
    """A number as it stands in an address."""
    return quote(number, safe="+")


def wait_for(what: str, holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return when something holds; fail in words when it does not come about in time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"this did not come about in {seconds} s: {what}"
        time.sleep(0.02)


def _part(name: str, arguments: list[str], environ: dict[str, str], folder: Path, ready: Callable[[], bool]) -> Part:
    return Part(name, Command(name, (sys.executable, *arguments), folder / f"{name}.log", ROOT, environ), ready)
