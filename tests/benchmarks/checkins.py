"""Check-ins begun a second: claimed, decided, and committed with a started conversation and its first text waiting to be sent.

Beside it, in the same run and on the same servers, others hold the same personal schedules. The units differ: celery-redbeat
publishes one message for each due schedule, APScheduler calls a function that does nothing, and the ordinary scheduler over
a table writes one row; ours commits the conversation itself.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from service.assembly import Peerline, assemble
from service.local.parts import ROOT, Site
from tests.benchmarks.cpu import seconds_of
from tests.benchmarks.figures import Figure, ratios
from tests.benchmarks.ground import Amount, Ground, Say, settings_of
from tests.benchmarks.peers import PEERS, Peer, Wish
from tests.benchmarks.people import begin_again, settle, write_people

PROCESSES = 2
COMMAND = [sys.executable, "-m", "tests.benchmarks.planning"]


@dataclass(frozen=True, slots=True)
class Size:
    """Members with a schedule each, how many of them the peers have due at once, and rounds of everybody."""

    members: int
    due: int
    rounds: int


SIZES = {"tiny": Size(60, 40, 1), "quick": Size(1500, 500, 2), "long": Size(10_000, 5_000, 3)}


def measure(ground: Ground, amount: Amount, say: Say) -> list[Figure]:
    """Rates of ours with one and two processes, and of the others, round by round."""
    size, site = SIZES[amount], ground.fresh("checkins")
    peerline = assemble(settings_of(site))
    say(f"{size.members:,} members get a schedule ...")
    write_people(peerline, size.members)
    ours = [
        (*_alone(ground, peerline, size.members), _together(site, peerline, size.members)) for _ in range(size.rounds)
    ]
    peerline.deliveries.close()
    peerline.pool.close()
    one, micros, postgres, two = zip(*ours, strict=True)
    peers = {name: tuple(_peer(ground, peer, size, say) for _ in range(size.rounds)) for name, peer in PEERS.items()}

    def figure(name: str, values: tuple[float, ...], unit: str, wanted: str = "") -> Figure:
        return Figure("checkins", name, values, unit, wanted)

    return [
        figure("check-ins begun, one process", one, "/s"),
        figure("check-ins begun, two processes", two, "/s"),
        figure("processor time of the planner for a check-in", micros, "us"),
        figure("processor time of PostgreSQL for a check-in", postgres, "us"),
        *(figure(f"{name}: due schedules", rates, "/s") for name, rates in peers.items()),
        *(figure(f"one process / {name}", ratios(one, rates), "ratio") for name, rates in peers.items()),
        *(figure(f"two processes / {name}", ratios(two, rates), "ratio") for name, rates in peers.items()),
    ]


def _alone(ground: Ground, peerline: Peerline, members: int) -> tuple[float, float, float]:
    """Check-ins a second in this process, and the microseconds of it and of PostgreSQL for each."""
    begin_again(peerline)
    before, own, began = seconds_of(ground.postgres), time.process_time(), time.perf_counter()
    peerline.due.run()
    seconds, own = time.perf_counter() - began, time.process_time() - own
    spent = seconds_of(ground.postgres) - before
    _demand_begun(peerline, members)
    return members / seconds, own / members * 1e6, spent / members * 1e6


def _together(site: Site, peerline: Peerline, members: int) -> float:
    """Check-ins a second of two processes, from the word to begin until both found nothing more."""
    begin_again(peerline)
    processes = [_planner(site) for _ in range(PROCESSES)]
    try:
        _hear(processes)  # all are ready
        began = time.perf_counter()
        for process in processes:
            _tell(process)
        _hear(processes)
        seconds = time.perf_counter() - began
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    _demand_begun(peerline, members)
    return members / seconds


def _planner(site: Site) -> subprocess.Popen[str]:
    return subprocess.Popen(
        COMMAND, cwd=ROOT, env=dict(site.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _tell(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.write("go\n")
        process.stdin.flush()


def _hear(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError("a planner process ended by itself")


def _demand_begun(peerline: Peerline, members: int) -> None:
    with peerline.pool.connection() as connection:
        row = connection.execute(
            "select count(*), count(distinct number_id), (select count(*) from outbound where state = 'queued')"
            " from conversations where state = 'open'"
        ).fetchone()
    if row != (members, members, members):
        raise RuntimeError(f"{members} check-ins were due; conversations, members and texts are {row}")


def _peer(ground: Ground, peer: Callable[[Wish], Peer], size: Size, say: Say) -> float:
    site = ground.fresh("checkins_peer", "template1")
    held = peer(Wish(settings_of(site), size.members, size.due))
    settle(site.environ["DATABASE_URL"])
    began = time.perf_counter()
    held.run()
    seconds = time.perf_counter() - began
    say(f"  {held.name}: {size.due:,} of {size.members:,} in {seconds:.2f} s")
    held.close()
    return size.due / seconds
