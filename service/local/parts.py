"""The service's own processes on this machine: how each is started, how it shows that it answers, how it stops."""

import json
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.local.folder import Folder
from service.local.home import Home
from service.local.process import Command, Ending, Part
from service.local.valkey import ask

ROOT = Path(__file__).parents[2]
_HERE = "127.0.0.1"
# A worker finishes what it has begun; a task waits for Twilio at most 13 seconds.
_ENDING = Ending(((signal.SIGTERM, 20.0),))
_FRESH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Site:
    """One running installation on this machine: its folder, its servers' home, its addresses and its environment."""

    folder: Folder
    home: Home
    web_port: int
    phones_port: int
    environ: Mapping[str, str]

    @property
    def web_url(self) -> str:
        """Where the service answers."""
        return f"http://{_HERE}:{self.web_port}"

    @property
    def phones_url(self) -> str:
        """Where the simulator answers."""
        return f"http://{_HERE}:{self.phones_port}"


def web(site: Site) -> Part:
    """The web process."""
    arguments = ("serve", "--port", str(site.web_port), "--processes", "1", "--threads", "4")
    return Part("the web process", _command(site, "web", *arguments), lambda: _answers(f"{site.web_url}/health/live"))


def worker(site: Site) -> Part:
    """The Celery worker; it answers once it waits for tasks at the broker."""
    return Part(
        "the worker",
        _command(site, "worker", "worker"),
        lambda: b"cmd=brpop" in (ask(site.home, b"CLIENT LIST") or b""),
    )


def clock(site: Site) -> Part:
    """The clock; it answers once the service sees its sign of life."""
    return Part("the clock", _command(site, "clock", "clock"), lambda: _clock_lives(site.web_url))


def simulator(site: Site, number: str, zone: str) -> Part:
    """The phones and their provider; account and token are in its environment, where no list of processes shows them."""
    options = {
        "port": str(site.phones_port),
        "service": site.web_url,
        "public-url": site.web_url,
        "number": number,
        "zone": zone,
        "clock": str(site.folder.clock),
        "data": str(site.folder.path / "simulator"),
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    command = _python(site, "simulator", "service.simulator", *arguments)
    return Part("the phones", command, lambda: _answers(f"{site.phones_url}/phones"))


def peerline(site: Site, *arguments: str) -> Command:
    """Any Peerline command that runs to its end, such as `migrate`."""
    return _command(site, arguments[0], *arguments)


def _command(site: Site, name: str, *arguments: str) -> Command:
    return _python(site, name, "service.cli", *arguments)


def _python(site: Site, name: str, module: str, *arguments: str) -> Command:
    whole: Sequence[str] = (sys.executable, "-m", module, *arguments)
    return Command(name, tuple(whole), site.folder.log(name), ROOT, site.environ, ending=_ENDING)


def _clock_lives(web_url: str) -> bool:
    told = _read(f"{web_url}/health/ready")
    seconds = json.loads(told).get("clock_seconds") if told else None
    return seconds is not None and seconds < _FRESH_SECONDS


def _answers(url: str) -> bool:
    return _read(url) is not None


def _read(url: str) -> bytes | None:
    """The body of an answer, whatever its status; None where nobody answers. No proxy stands between us and ourselves."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=3) as answer:
            body: bytes = answer.read()
    except urllib.error.HTTPError as refused:
        return refused.read()
    except OSError:
        return None
    return body
