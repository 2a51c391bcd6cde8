"""All of Peerline's processes on servers of their own, and what the storm does with them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from config.organisation import load_organisation
from service.local.folder import open_folder
from service.local.home import leave_home
from service.local.parts import ROOT, Site, clock, peerline, simulator, web, worker
from service.local.ports import choose_ports
from service.local.postgres import create_database, postgres, postgres_address
from service.local.process import Part
from service.local.runner import STOPPING, bring_up_to_date, prepare_site
from service.local.stack import Stack
from service.local.valkey import valkey
from tests.faults.disk import Disk, small_disk
from tests.faults.people import START, members_csv, staff_csv

Say = Callable[[str], None]
FLOWS = ("check-in", "rough-day", "welcome")  # all that the storm's people meet
UP = 120.0  # seconds in which everything must answer at first, on a machine with other things to do
_FAST = "sender_rate: 1000.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """The provider's id of a text, its webhook's status (None where nobody answered), and the seconds until then, the phone's own way included."""

    sid: str
    status: int | None
    seconds: float

    @property
    def good(self) -> bool:
        """Whether the service said that it has the text."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class House:
    """A running installation, spoken to over HTTP and by signals alone; `disk` is its database's own small one, where there is one."""

    stack: Stack
    site: Site
    disk: Disk | None

    def text(self, phone: str, words: str) -> Answer:
        """Text from a phone; gives the provider's id and how the webhook was answered."""
        return self._text(phone, {"text": words})

    def repeat(self, phone: str, sid: str) -> Answer:
        """Post the webhook of a text once more; gives how it was answered."""
        return self._text(phone, {"sid": sid})

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

    def now(self) -> datetime:
        """The moved time, which the ledger tells too; it is not moved while the storm lasts."""
        return datetime.now(UTC) + timedelta(seconds=json.loads(self.site.folder.clock.read_text())["offset"])

    def rest(self, seconds: float) -> bool:
        """Wait until nothing is due or under way for a second; whether that came about in time."""
        until, calm = time.monotonic() + seconds, 0
        while calm < 4 and time.monotonic() < until:
            calm = calm + 1 if self.is_idle() else 0
            time.sleep(0.25)
        return calm >= 4

    def is_idle(self) -> bool:
        """Whether nothing is due or under way, as far as the service answers."""
        with contextlib.suppress(requests.RequestException):
            return bool(requests.get(f"{self.site.web_url}/demo/state", timeout=5).json().get("idle"))
        return False

    def move(self, seconds: int) -> bool:
        """Move time on by way of everything due; whether it came to rest."""
        return requests.post(f"{self.site.phones_url}/clock", data={"advance": seconds}, timeout=90).status_code == 200

    def _text(self, phone: str, wish: dict[str, str]) -> Answer:
        began = time.monotonic()
        answer = requests.post(f"{self.site.phones_url}/phones/{phone}/texts", data=wish, timeout=60)
        answer.raise_for_status()
        told = answer.json()
        return Answer(told["sid"], told["webhook_status"], time.monotonic() - began)


@contextlib.contextmanager
def running_house(data: Path, say: Say) -> Iterator[House]:
    """Start everything in an empty folder, with the storm's people, and stop it at the end."""
    folder = open_folder(data, fresh=False)
    folder.loaded.touch()  # the storm brings its own people
    offset = (datetime.fromisoformat(START) - datetime.now(UTC)).total_seconds()
    folder.clock.write_text(json.dumps({"offset": offset}))
    site = _site(prepare_site(folder, *choose_ports(None, _usual_port())))
    stack = Stack(lambda _: None)
    with small_disk(site.home.root / "disk") as disk:
        if disk is None:
            say("No file system can be mounted here (that takes root): the disk is never full in this run.")
        house = House(stack, site, disk)
        try:
            _start(house)
            say(f"Everything runs in {data}.")
            yield house
        finally:
            stack.stop(STOPPING)
            leave_home(site.home)
            folder.held.close()


def parts(house: House) -> dict[str, Part]:
    """Every process that the storm may strike, by its name, as it is started in earnest."""
    site = house.site
    return {
        "web": web(site),
        "worker": worker(site),
        "clock": clock(site),
        "valkey": valkey(site.home),
        "postgres": _postgres(house),
    }


def _start(house: House) -> None:
    site = house.site
    house.stack.start(_postgres(house))
    create_database(postgres_address(site.home), "peerline")
    house.stack.start(valkey(site.home))
    bring_up_to_date(site, lambda _: None)
    _load(site, "staff", staff_csv())
    _load(site, "members", members_csv())
    organisation = load_organisation(Path(site.environ["PEERLINE_CONFIG"]))
    service = (web(site), worker(site), clock(site), simulator(site, organisation.main_number, organisation.zone))
    for part in service:
        house.stack.launch(part)
    until = time.monotonic() + UP
    while not all(part.ready() for part in service):
        house.stack.check()
        assert time.monotonic() < until, "not everything came up"
        time.sleep(0.2)


def _postgres(house: House) -> Part:
    return postgres(house.site.home, None if house.disk is None else house.disk.folder / "postgres")


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
    return replace(site, environ={**site.environ, **ours, **_compiled_once(site)})


def _compiled_once(site: Site) -> dict[str, str]:
    # Where nothing compiled is kept, a start spends four of its five seconds compiling, and here hundreds are started.
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(site.folder.path / "compiled")}


def _load(site: Site, what: str, rows: str) -> None:
    file = site.folder.path / f"{what}.csv"
    file.write_text(rows, "utf-8")
    command = peerline(site, what, "import", str(file), "--yes")
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        env=dict(command.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
