"""The demo: everything that Peerline needs, on this machine alone, started and stopped in order."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.organisation import load_organisation
from service.local.folder import Folder, open_folder
from service.local.home import Home, leave_home, prepare_home
from service.local.parts import ROOT, Site, clock, peerline, simulator, web, worker
from service.local.ports import choose_ports
from service.local.postgres import create_database, postgres, postgres_address
from service.local.problems import LocalProblem
from service.local.process import Command
from service.local.stack import Stack
from service.local.valkey import valkey, valkey_url

# Whoever lets new work in goes first, whoever finishes work next, and what all of them need last.
STOPPING = ("web", "simulator", "clock", "worker", "valkey", "postgres")
SAMPLE = Path(__file__).parent / "sample"
_DATABASE = "peerline"
_USUAL_PORT = 8000
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever starts the demo may choose."""

    data: Path
    fresh: bool = False
    port: int | None = None


class Stopped(BaseException):
    """Somebody asked us to stop."""


@contextlib.contextmanager
def running(wishes: Wishes, say: Say) -> Iterator[tuple[Stack, Site]]:
    """Start everything, hand it out while it runs, and stop it in order; the data stays.

    1. PostgreSQL and Valkey. 2. The schema and the flows. 3. At the first start, the made-up organisation.
    4. Web, worker, clock and phones, each waited for.
    Raises LocalProblem with the words of whatever did not start.
    """
    folder = open_folder(wishes.data, fresh=wishes.fresh)
    site = prepare_site(folder, *choose_ports(wishes.port, _USUAL_PORT))
    stack = Stack(say)
    try:
        start_servers(stack, site.home)
        bring_up_to_date(site, say)
        start_service(stack, site)
        yield stack, site
    finally:
        stack.stop(STOPPING)
        leave_home(site.home)


def wait_for_end(stack: Stack) -> None:
    """Return when somebody stops us (Ctrl-C, SIGTERM, or the terminal closes); raise LocalProblem when a part ends by itself."""
    with contextlib.suppress(Stopped):
        while True:
            time.sleep(1)
            stack.check()


@contextlib.contextmanager
def listening_for_the_end() -> Iterator[None]:
    """Turn every usual way of ending a program into Stopped, once; a second Ctrl-C does not disturb the stopping."""
    before = {number: signal.signal(number, _stop_once) for number in _ENDS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def prepare_site(folder: Folder, web_port: int, phones_port: int) -> Site:
    """The servers' home and the environment that all processes share; other commands find it in the folder."""
    home = prepare_home(folder.servers)
    environ = _environment(folder, home, web_port, phones_port)
    folder.write_environment(environ)
    return Site(folder, home, web_port, phones_port, {**os.environ, **environ})


def start_servers(stack: Stack, home: Home) -> None:
    """PostgreSQL with the service's database, and Valkey."""
    stack.start(postgres(home))
    create_database(postgres_address(home), _DATABASE)
    stack.start(valkey(home))


def bring_up_to_date(site: Site, say: Say) -> None:
    """The schema and the flows of this version, and at the first start the made-up organisation, by the ordinary commands."""
    say("Bringing the database up to date ...")
    _run(peerline(site, "migrate"))
    if not site.folder.loaded.exists():
        say("Loading a made-up organisation ...")
        _run(peerline(site, "staff", "import", str(SAMPLE / "staff.csv"), "--yes"))
        _run(peerline(site, "members", "import", str(SAMPLE / "members.csv"), "--yes"))
        site.folder.loaded.touch()


def start_service(stack: Stack, site: Site) -> None:
    """Web, worker, clock and phones, in this order."""
    organisation = load_organisation(Path(site.environ["PEERLINE_CONFIG"]))
    for part in (web(site), worker(site), clock(site), simulator(site, organisation.main_number, organisation.zone)):
        stack.start(part)


def _environment(folder: Folder, home: Home, web_port: int, phones_port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": postgres_address(home).url(_DATABASE),
        "REDIS_URL": valkey_url(home.sockets),
        "TWILIO_ACCOUNT_SID": folder.identity.account_sid,
        "TWILIO_AUTH_TOKEN": folder.identity.auth_token,
        "TWILIO_API_URL": f"http://127.0.0.1:{phones_port}",
        "PEERLINE_PHONES": f"http://127.0.0.1:{phones_port}",
        "PUBLIC_URL": f"http://127.0.0.1:{web_port}",
        "PORT": str(web_port),
        "PEERLINE_KEYS": folder.identity.keys,
        "PEERLINE_CONFIG": os.environ.get("PEERLINE_CONFIG", str(ROOT / "config")),
        "PEERLINE_FLOWS": os.environ.get("PEERLINE_FLOWS", str(ROOT / "flows")),
        "PEERLINE_CLOCK": str(folder.clock),
        "PEERLINE_MODE": "demo",
        "PYTHONPATH": str(ROOT),
        # Celery warns root at every start; in the demo there is nothing on this machine to protect from it.
        "C_FORCE_ROOT": "1",
    }


def _run(command: Command) -> None:
    done = subprocess.run(
        command.arguments, cwd=command.folder, env=dict(command.environ), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise LocalProblem(f"`peerline {' '.join(command.arguments[3:])}` did not work:\n{done.stdout}{done.stderr}")


def _stop_once(_number: int, _frame: FrameType | None) -> None:
    for number in _ENDS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped
