"""python -m tests.benchmarks: what `run.py bench` runs."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import checkins, door, engine, growth, room, sending, signature, webhook
from tests.benchmarks.figures import Figure, machine, table, write_json
from tests.benchmarks.ground import Amount, Ground, Say, running_ground

SECTIONS: dict[str, Callable[[Ground, Amount, Say], list[Figure]]] = {
    "webhook": webhook.measure,
    "door": door.measure,
    "checkins": checkins.measure,
    "growth": growth.measure,
    "sending": sending.measure,
    "room": room.measure,
}
WITHOUT_SERVERS: dict[str, Callable[[Amount], list[Figure]]] = {
    "engine": engine.measure,
    "signature": signature.measure,
}


def main(words: list[str]) -> int:
    """Measure the sections that are named, or all; print one table; 1 if an answer was wrong or lost."""
    wishes = _wishes(words)
    amount: Amount = "tiny" if wishes.tiny else "quick" if wishes.quick else "long"
    where = machine(sync_micros())
    say(
        f"{where['processors']} processors, load {where['load']}; a write of 8 kB that is on the disk: {where['sync_micros']} us."
    )
    figures: list[Figure] = []
    try:
        for found in _measured(wishes.sections or [*WITHOUT_SERVERS, *SECTIONS], amount):
            figures += found
    except webhook.Lost as lost:
        say(f"Nothing can be said of such a run: {lost}.")
        return 1
    say("")
    say(table(figures))
    if wishes.json:
        write_json(wishes.json, figures, where)
    return 0


def _wishes(words: list[str]) -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="bench")
    known.add_argument("sections", nargs="*", choices=[*WITHOUT_SERVERS, *SECTIONS, []])
    known.add_argument("--quick", action="store_true")
    known.add_argument("--tiny", action="store_true")
    known.add_argument("--json", type=Path)
    return known.parse_args(words)


def _measured(names: list[str], amount: Amount) -> list[list[Figure]]:
    """The figures of each section; servers are started where one needs them."""
    with contextlib.ExitStack() as running:
        ground: Ground | None = None
        found = []
        for name in names:
            if name in WITHOUT_SERVERS:
                found.append(WITHOUT_SERVERS[name](amount))
                continue
            ground = ground or running.enter_context(running_ground(say))
            say(f"{name} ...")
            found.append(SECTIONS[name](ground, amount, say))
        return found


def sync_micros(times: int = 200) -> float:
    """Microseconds of a write of 8 kB that is on the disk when it returns: what every commit costs at least."""
    with tempfile.TemporaryFile() as file:
        begin = time.perf_counter()
        for _ in range(times):
            os.pwrite(file.fileno(), b"x" * 8192, 0)
            os.fdatasync(file.fileno())
        return (time.perf_counter() - begin) / times * 1e6


def say(line: str) -> None:
    """A line of progress, or of the result."""
    print(line, flush=True)  # noqa: T201 - its output


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
