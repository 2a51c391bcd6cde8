"""Texts a second that the web process takes, beside the same server that takes none and beside PostgreSQL doing the same writes.

All three are up at once and are measured in slices in turn (A B C C B A …), since one and the same server differs more from
minute to minute than these do from each other.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

import psycopg

from config.settings import Settings
from service.assembly import assemble
from service.local.parts import Site
from service.local.process import Part
from tests.benchmarks.bound import Bound
from tests.benchmarks.counting import statements_for
from tests.benchmarks.cpu import memory_of, seconds_of
from tests.benchmarks.figures import Figure, ratios
from tests.benchmarks.ground import Amount, Ground, Say, process, settings_of
from tests.benchmarks.load import Load
from tests.benchmarks.people import settle, write_people
from tests.benchmarks.posts import make_posts
from tests.stack import free_port

WORDS = "4"  # an answer to the check-in that is under way: a flow's text, its end, and the timers and reasons of both
CONNECTIONS = 16
NAMES = ("web", "signature only", "pgbench")
APPS = {"web": "service.app:create_app", "signature only": "tests.benchmarks.reference:create_app"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: members who answer once each, slices of each server, and seconds of one slice."""

    members: int
    slices: int
    seconds: float


SIZES = {"tiny": Size(80, 2, 0.03), "quick": Size(4000, 8, 0.5), "long": Size(16000, 20, 1.0)}


class Lost(Exception):
    """A text was answered and not stored, or answered wrongly: a figure from such a run says nothing."""


@dataclass(slots=True)
class Taken:
    """What one server did: rates by slice, all its answers, the processor time of itself and of PostgreSQL meanwhile."""

    rates: list[float] = field(default_factory=list)
    answers: int = 0
    seconds: float = 0.0
    postgres: float = 0.0


def measure(ground: Ground, amount: Amount, say: Say) -> list[Figure]:
    """Start both servers, measure in turn, count what was stored. Raises Lost where an answer was wrong or not kept."""
    size = SIZES[amount]
    site = ground.fresh("webhook")
    say(f"{size.members:,} members get a check-in ...")
    phones = begun(settings_of(site), size.members)
    bound = Bound(ground, ground.fresh("webhook_bound", "webhook"), phones[:2000], WORDS)
    with _serving(ground, site) as loads:
        took, memory = _measured(ground, loads, _requests(settings_of(site), phones), bound, size)
    _demand_stored(site, took["web"].answers)
    counted = statements_for(settings_of(site), phones[-20:], WORDS)  # whose check-in nobody has answered yet
    return _figures(took, memory, counted)


def begun(settings: Settings, members: int) -> list[str]:
    """Write members and begin a check-in with each; their numbers in order."""
    peerline = assemble(settings)
    phones = write_people(peerline, members)
    peerline.due.run()
    peerline.deliveries.close()
    peerline.pool.close()
    settle(settings.database_url)
    return phones


@contextlib.contextmanager
def _serving(ground: Ground, site: Site) -> Iterator[dict[str, Load]]:
    """Two processes of four threads, for both alike."""
    ports = {name: free_port() for name in APPS}
    try:
        for name, app in APPS.items():
            ground.stack.start(server(site, name, app, ports[name]))
        loads = {name: Load(port, CONNECTIONS) for name, port in ports.items()}
        yield loads
        for load in loads.values():
            load.close()
    finally:
        ground.stack.stop(tuple(APPS))


def server(site: Site, name: str, app: str, port: int, workers: int = 2) -> Part:
    """A web server of so many processes with four threads each."""
    arguments = (
        *(sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", "4", "--log-level", "warning", "--interface", "wsgi", "--no-ws", "--factory", app),
    )
    return process(site, name, arguments, port)


def _requests(settings: Settings, phones: list[str]) -> dict[str, Iterator[bytes]]:
    """One text of every member; the reference may come round again, as it keeps nothing."""
    ours = make_posts(settings, phones, WORDS, len(phones), 0)
    theirs = make_posts(settings, phones, WORDS, min(len(phones), 4000), len(phones))
    return {"web": iter(ours), "signature only": cycle(theirs)}


def _measured(
    ground: Ground, loads: dict[str, Load], requests: dict[str, Iterator[bytes]], bound: Bound, size: Size
) -> tuple[dict[str, Taken], dict[str, float]]:
    took = {name: Taken() for name in NAMES}
    warm = loads["web"].run(requests["web"], size.seconds / 4)
    loads["signature only"].run(requests["signature only"], size.seconds / 4)
    for place in range(size.slices):
        for name in NAMES if place % 2 else NAMES[::-1]:
            before = _used(ground, name)
            if name == "pgbench":
                answers, rate = bound.run(size.seconds)
            else:
                found = loads[name].run(requests[name], size.seconds)
                _demand(not found.refused, f"{found.refused} wrong answers of {name}")
                answers, rate = found.answered, found.rate
            _note(took[name], answers, rate, before, _used(ground, name))
    memory = {name: memory_of(ground.stack.pid(name)) for name in APPS}
    took["web"].answers += warm.answered
    return took, memory


def _used(ground: Ground, name: str) -> tuple[float, float]:
    own = 0.0 if name == "pgbench" else seconds_of(ground.stack.pid(name))
    return own, seconds_of(ground.postgres)


def _note(taken: Taken, answers: int, rate: float, before: tuple[float, float], after: tuple[float, float]) -> None:
    taken.rates.append(rate)
    taken.answers += answers
    taken.seconds += after[0] - before[0]
    taken.postgres += after[1] - before[1]


def _demand_stored(site: Site, answered: int) -> None:
    with psycopg.connect(site.environ["DATABASE_URL"]) as connection:
        row = connection.execute("select count(*) from inbound").fetchone()
    stored = int(row[0]) if row else 0
    _demand(stored == answered, f"{answered} texts were answered and {stored} are stored")


def _demand(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a condition and what is wrong without it
    if not holds:
        raise Lost(otherwise)


def _figures(took: dict[str, Taken], memory: dict[str, float], counted: tuple[float, float]) -> list[Figure]:
    web, signed, bound = (took[name] for name in NAMES)

    def figure(name: str, values: tuple[float, ...], unit: str, wanted: str = "") -> Figure:
        return Figure("webhook", name, values, unit, wanted)

    return [
        figure("texts taken", tuple(web.rates), "/s"),
        figure("signature only, same server", tuple(signed.rates), "/s"),
        figure("pgbench, the same two statements, 8 clients", tuple(bound.rates), "/s"),
        figure("texts / signature only", ratios(web.rates, signed.rates), "ratio", "0.25"),
        figure("texts / pgbench", ratios(web.rates, bound.rates), "ratio", "0.35"),
        figure("statements for each text", (counted[0],), "", "2"),
        figure("of them commits that write", (counted[1],), "", "1"),
        figure("processor time of the web processes for a text", (web.seconds / web.answers * 1e6,), "us"),
        figure("processor time of PostgreSQL for a text", (web.postgres / web.answers * 1e6,), "us"),
        figure("the same, signature only", (signed.seconds / signed.answers * 1e6,), "us"),
        figure("the same, PostgreSQL under pgbench", (bound.postgres / bound.answers * 1e6,), "us"),
        *(figure(f"memory of two processes, {name}", (size / 1e6,), "MB PSS") for name, size in memory.items()),
    ]
