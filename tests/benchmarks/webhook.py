"""How many texts a second the web process takes, beside the same server that takes none: both up at once, slices in turn."""

from __future__ import annotations

import contextlib
import json
import socket
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psycopg

from config.settings import Settings, read_settings
from service.assembly import assemble
from service.gateways.ids import new_id
from service.local.folder import open_folder
from service.local.home import leave_home
from service.local.parts import Site, web
from service.local.process import Part
from service.local.runner import bring_up_to_date, prepare_site, start_servers
from service.local.stack import Stack
from service.store.commit import write
from service.store.rows import Member, Number, Row, Schedule, Staff, Timer
from service.store.scene import Scene, scene_of
from tests.benchmarks.cpu import seconds_of
from tests.benchmarks.load import Load, Slice
from tests.benchmarks.posts import make_posts
from tests.stack import free_port

Say = Callable[[str], None]
NOW = "2027-03-02T15:30:00+00:00"  # a Tuesday in New York, half past ten: check-ins go out
ZONE = "America/New_York"
MEMBERS, SPECIALISTS = 4000, 100
WORDS = "2"  # an answer to the check-in that is under way
CONNECTIONS = 16
SECONDS = 1.0  # of one slice
NAMES = ("web", "reference")


@dataclass(frozen=True, slots=True)
class Bench:
    """Both servers, running, and the requests for each, all made ahead."""

    stack: Stack
    loads: dict[str, Load]
    requests: dict[str, Iterator[bytes]]
    settings: Settings


@dataclass(frozen=True, slots=True)
class Result:
    """Paired slices and what they cost; `lost` is answered texts that are not stored."""

    pairs: tuple[tuple[Slice, Slice], ...]
    micros: dict[str, float]  # processor time for each request
    lost: int

    @property
    def ratio(self) -> float:
        """The median of web over reference."""
        return statistics.median(ours.rate / theirs.rate for ours, theirs in self.pairs)


def measure(slices: int, say: Say) -> Result:
    """Start both servers, warm up, measure in turn (A B B A …) and count what was stored."""
    with _running(say) as bench:
        warm = {name: bench.loads[name].run(bench.requests[name], SECONDS) for name in NAMES}
        before = _used(bench.stack)
        pairs = tuple(_pair(bench, turned=place % 2 == 1) for place in range(slices))
        used = {name: spent - before[name] for name, spent in _used(bench.stack).items()}
        answered = {name: sum(pair[place].answered for pair in pairs) for place, name in enumerate(NAMES)}
        micros = {name: used[name] / answered[name] * 1e6 for name in NAMES}
        micros["postgres"] = used["postgres"] / answered["web"] * 1e6
        lost = warm["web"].answered + answered["web"] - _stored(bench.settings)
    return Result(pairs, micros, lost)


def _pair(bench: Bench, *, turned: bool) -> tuple[Slice, Slice]:
    slices = {name: bench.loads[name].run(bench.requests[name], SECONDS) for name in (NAMES[::-1] if turned else NAMES)}
    return slices["web"], slices["reference"]


@contextlib.contextmanager
def _running(say: Say) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="peerline-bench-") as data:
        Path(data).chmod(0o711)
        folder = open_folder(Path(data), fresh=False)
        folder.loaded.touch()
        offset = (datetime.fromisoformat(NOW) - datetime.now(UTC)).total_seconds()
        folder.clock.write_text(json.dumps({"offset": offset}))
        ports = {name: free_port() for name in NAMES}
        site = prepare_site(folder, ports["web"], 0)
        stack = Stack(lambda _: None)
        try:
            start_servers(stack, site.home)
            bring_up_to_date(site, lambda _: None)
            settings = read_settings(site.environ)
            say(f"{MEMBERS} members get a check-in ...")
            phones = _people(settings)
            for part in (_serving(site, "web", ports["web"]), _serving(site, "reference", ports["reference"])):
                stack.start(part)
            loads = {name: Load(port, CONNECTIONS) for name, port in ports.items()}
            yield Bench(stack, loads, _requests(settings, phones), settings)
            for load in loads.values():
                load.close()
        finally:
            stack.stop(("web", "reference", "valkey", "postgres"))
            leave_home(site.home)


def _serving(site: Site, name: str, port: int) -> Part:
    """Two processes of four threads, for both alike."""
    part = web(site)
    arguments = (
        *(sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"),
        *("--blocking-threads", "4", "--log-level", "warning", "--interface", "wsgi", "--no-ws", "--factory"),
        "service.app:create_app" if name == "web" else "tests.benchmarks.reference:create_app",
    )
    command = replace(part.command, name=name, arguments=arguments, log=site.folder.log(name))
    return Part(name, command, lambda: _listens(port))


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def _requests(settings: Settings, phones: list[str]) -> dict[str, Iterator[bytes]]:
    """More than the slices can use up; the reference may come round again, as it keeps nothing."""
    ours = make_posts(settings, phones, WORDS, MEMBERS * 4, 0)
    theirs = make_posts(settings, phones, WORDS, MEMBERS, MEMBERS * 4)
    return {"web": iter(ours), "reference": iter(theirs * 40)}


def _used(stack: Stack) -> dict[str, float]:
    return {name: seconds_of(stack.pid(name)) for name in (*NAMES, "postgres")}


def _stored(settings: Settings) -> int:
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute("select count(*) from inbound").fetchone()
    return int(row[0]) if row else 0


def _people(settings: Settings) -> list[str]:
    """Write everybody and begin their check-ins; the numbers of the members."""
    peerline = assemble(settings)
    now = peerline.clock.now()
    staff = [
        Staff(new_id(), new_id(), f"Specialist {place}", "specialist", "en", ZONE, now) for place in range(SPECIALISTS)
    ]
    phones = [f"+1{200 + place // 100}55501{place % 100:02d}" for place in range(SPECIALISTS + MEMBERS)]

    def number(phone: str, row: Staff | Member, owner: str) -> Number:
        return Number(row.number_id, peerline.keys.blind(phone), phone, now, 0, owner, row.id, "given")

    def member(place: int) -> Scene:
        row = Member(new_id(), new_id(), f"Member {place}", "en", ZONE, now, staff[place % SPECIALISTS].id)
        schedule = Schedule(
            new_id(), row.id, row.number_id, "check-in", "FREQ=DAILY", now.date().isoformat() + "T10:00:00"
        )
        rows: tuple[Row, ...] = (row, schedule, Timer("check-in", schedule.id, row.number_id, now, fence="1"))
        return scene_of(number(phones[SPECIALISTS + place], row, "member")).with_rows(*rows)

    scenes = [scene_of(number(phones[place], row, "staff")).with_rows(row) for place, row in enumerate(staff)]
    everybody = iter(scenes + [member(place) for place in range(MEMBERS)])
    with peerline.pool.connection() as connection:
        while batch := list(islice(everybody, 200)):
            assert len(write(connection, batch, peerline.keys).units) == len(batch)
    peerline.due.run()
    with peerline.pool.connection() as connection:
        begun = connection.execute("select count(*) from conversations where state = 'open'").fetchone()
    peerline.deliveries.close()
    peerline.pool.close()
    assert begun == (MEMBERS,)
    return phones[SPECIALISTS:]
