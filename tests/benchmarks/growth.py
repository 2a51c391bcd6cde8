"""What a look for due timers costs as the service grows: nothing due, and a thousand due, among ever more members."""

from __future__ import annotations

import time
from dataclasses import dataclass

from service.assembly import Peerline, assemble
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Amount, Ground, Say, settings_of
from tests.benchmarks.people import begin_again, fill, settle, write_people

LOOKS = 200


@dataclass(frozen=True, slots=True)
class Size:
    """Members who are due, and how many there are in all, step by step."""

    due: int
    steps: tuple[int, ...]


SIZES = {
    "tiny": Size(20, (50, 100)),
    "quick": Size(500, (1_000, 10_000)),
    "long": Size(1_000, (10_000, 100_000, 1_000_000)),
}


def measure(ground: Ground, amount: Amount, say: Say) -> list[Figure]:
    """Milliseconds of an empty look, and microseconds for each due row, at each size."""
    size = SIZES[amount]
    peerline = assemble(settings_of(ground.fresh("growth")))
    write_people(peerline, size.due)
    figures, there = [], size.due
    for step in size.steps:
        say(f"  {step:,} members ...")
        fill(peerline, step - there)
        there = step
        due = [_due_look(peerline, size.due) for _ in range(3)]
        settle(peerline.settings.database_url)
        figures += [
            Figure("growth", f"a look with nothing due, {step:,} members", _empty_looks(peerline), "ms"),
            Figure("growth", f"each of {size.due:,} check-ins due at once, {step:,} members", tuple(due), "us"),
        ]
    peerline.deliveries.close()
    peerline.pool.close()
    return figures


def _empty_looks(peerline: Peerline) -> tuple[float, ...]:
    peerline.due.run()
    return tuple(_timed(peerline) * 1e3 for _ in range(LOOKS))


def _due_look(peerline: Peerline, due: int) -> float:
    begin_again(peerline)
    return _timed(peerline) / due * 1e6


def _timed(peerline: Peerline) -> float:
    began = time.perf_counter()
    peerline.due.run()
    return time.perf_counter() - began
