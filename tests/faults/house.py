"""All of Peerline's processes on servers of their own, and what the storm does with them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from service.local.folder import open_folder
from service.local.home import leave_home
from service.local.parts import ROOT, Site, clock, peerline, web, worker
from service.local.ports import choose_ports
from service.local.process import Part
from service.local.runner import STOPPING, bring_up_to_date, prepare_site, start_servers, start_service
from service.local.stack import Stack
from tests.faults.people import START, members_csv, staff_csv

Say = Callable[[str], None]
FLOWS = ("check-in", "rough-day", "welcome")  # all that the storm's people meet
_FAST = "sender_rate: 1000.0"
_PARTS: dict[str, Callable[[Site], Part]] = {"web": web, "worker": worker, "clock": clock}


@dataclass(frozen=True, slots=True)
class House:
    """A running installation, spoken to over HTTP and by signals alone."""

    stack: Stack
    site: Site

    def text(self, phone: str, words: str) -> tuple[str, int | None]:
        """Text from a phone; gives the provider's id and how the webhook was answered."""
        return self._text(phone, {"text": words})

    def repeat(self, phone: str, sid: str) -> int | None:
        """Post the webhook of a text once more; gives how it was answered."""
        return self._text(phone, {"sid": sid})[1]

    def heard(self, phone: str) -> list[str]:
        """The words of every text that reached a phone, oldest first."""
        found = requests.get(f"{self.site.phones_url}/phones/{phone}", timeout=10)
        return (
            [] if found.status_code == 404 else [m["body"] for m in found.json()["messages"] if m["direction"] == "in"]
        )

    def fault(self, kind: str, count: int, seconds: float = 2.0) -> None:
        """Let the provider do something wrong."""
        wish: dict[str, str | float] = {"kind": kind, "count": count, "seconds": seconds}
        requests.post(f"{self.site.phones_url}/faults", json=wish, timeout=10).raise_for_status()

    def end_faults(self) -> None:
        """Let the provider be right again."""
        requests.delete(f"{self.site.phones_url}/faults", timeout=10).raise_for_status()

    def ledger(self) -> list[dict[str, Any]]:
        """Everything that the provider accepted, in its order."""
        text = requests.get(f"{self.site.phones_url}/ledger", timeout=10).text
        return [json.loads(line) for line in text.splitlines()]

    def kill(self, name: str) -> None:
        """SIGKILL a process with all that it started."""
        self.stack.kill(name)

    def freeze(self, name: str, seconds: float) -> None:
        """Stop a process with all that it started, and let it go on after a while."""
        group = self.stack.pid(name)
        os.killpg(group, signal.SIGSTOP)
        time.sleep(seconds)
        os.killpg(group, signal.SIGCONT)

    def restart(self, name: str, crash_at: str | None = None) -> None:
        """Start a killed process again; `crash_at` names the point of a delivery at which it dies by itself."""
        if crash_at is None or name not in _PARTS:
            self.stack.restart(name)
        else:
            part = _PARTS[name](self.site)
            environ = {**part.command.environ, "CRASH_AT": crash_at}
            self.stack.start(replace(part, command=replace(part.command, environ=environ)))

    def died(self, name: str, seconds: float) -> bool:
        """Whether a process ends by itself within so many seconds."""
        process = self.stack._running[name][1]  # the storm looks where nobody else should
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return True
        return False

    def forget_crash(self, name: str) -> None:
        """Start a process that was to crash as it is in earnest."""
        self.stack.kill(name)
        self.stack.start(_PARTS[name](self.site))

    def rest(self, seconds: float) -> bool:
        """Wait until nothing is due or under way for a second; whether that came about in time."""
        until, calm = time.monotonic() + seconds, 0
        while calm < 4 and time.monotonic() < until:
            calm = calm + 1 if self._is_idle() else 0
            time.sleep(0.25)
        return calm >= 4

    def move(self, seconds: int) -> bool:
        """Move time on by way of everything due; whether it came to rest."""
        return requests.post(f"{self.site.phones_url}/clock", data={"advance": seconds}, timeout=90).status_code == 200

    def _is_idle(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return bool(requests.get(f"{self.site.web_url}/demo/state", timeout=5).json().get("idle"))
        return False

    def _text(self, phone: str, wish: dict[str, str]) -> tuple[str, int | None]:
        answer = requests.post(f"{self.site.phones_url}/phones/{phone}/texts", data=wish, timeout=60)
        answer.raise_for_status()
        return answer.json()["sid"], answer.json()["webhook_status"]


@contextlib.contextmanager
def running_house(data: Path, say: Say) -> Iterator[House]:
    """Start everything in an empty folder, with the storm's people, and stop it at the end."""
    folder = open_folder(data, fresh=False)
    folder.loaded.touch()  # the storm brings its own people
    offset = (datetime.fromisoformat(START) - datetime.now(UTC)).total_seconds()
    folder.clock.write_text(json.dumps({"offset": offset}))
    site = _site(prepare_site(folder, *choose_ports(None, _usual_port())))
    stack = Stack(lambda _: None)
    try:
        start_servers(stack, site.home)
        bring_up_to_date(site, lambda _: None)
        _load(site, "staff", staff_csv())
        _load(site, "members", members_csv())
        start_service(stack, site)
        say(f"Everything runs in {data}.")
        yield House(stack, site)
    finally:
        stack.stop(STOPPING)
        leave_home(site.home)
        folder.held.close()


def _usual_port() -> int:
    """A port that another storm would not choose: while the web process is dead, its port must stay free."""
    return 12_000 + os.getpid() % 9_000 * 2


def _site(site: Site) -> Site:
    config = site.folder.path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    organisation = config / "organisation.yaml"
    organisation.write_text(organisation.read_text("utf-8").replace("sender_rate: 1.0", _FAST), "utf-8")
    flows = site.folder.path / "flows"
    flows.mkdir()
    for name in FLOWS:
        shutil.copy(ROOT / "flows" / f"{name}.yaml", flows)
    ours = {"PEERLINE_CONFIG": str(config), "PEERLINE_FLOWS": str(flows), "PEERLINE_MODE": "test"}
    return replace(site, environ={**site.environ, **ours})


def _load(site: Site, what: str, rows: str) -> None:
    file = site.folder.path / f"{what}.csv"
    file.write_text(rows, "utf-8")
    command = peerline(site, what, "import", str(file), "--yes")
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        env={**os.environ, **command.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
