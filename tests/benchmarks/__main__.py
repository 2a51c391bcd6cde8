"""python -m tests.benchmarks: what `run.py bench` runs."""

from __future__ import annotations

import os
import sys
import tempfile
import time

from tests.benchmarks.webhook import measure

QUICK, LONG = 8, 24  # pairs of slices; the median of eight differed by 3 to 7 in a hundred from run to run


def main() -> int:
    """Print the ratio, what it comes from, and 1 if any answer was wrong or lost."""

    def say(line: str) -> None:
        print(line, flush=True)  # noqa: T201 - its output

    say(f"A write of 8 kB that is on the disk takes {_sync_micros():.0f} us here.")
    result = measure(QUICK if "--quick" in sys.argv[1:] else LONG, say)
    wrong = sum(part.refused for pair in result.pairs for part in pair)
    for ours, theirs in result.pairs:
        say(f"  {ours.rate:7.0f} texts/s beside {theirs.rate:7.0f} empty answers/s: {ours.rate / theirs.rate:.3f}")
    say("CPU for each request: " + ", ".join(f"{name} {micros:.0f} us" for name, micros in result.micros.items()))
    say(f"Inbound texts against empty signed requests, median of {len(result.pairs)} paired slices: {result.ratio:.3f}")
    say(f"Wrong answers: {wrong}. Answered and not stored: {result.lost}.")
    return 1 if wrong or result.lost else 0


def _sync_micros(times: int = 200) -> float:
    with tempfile.TemporaryFile() as file:
        begin = time.perf_counter()
        for _ in range(times):
            os.pwrite(file.fileno(), b"x" * 8192, 0)
            os.fdatasync(file.fileno())
        return (time.perf_counter() - begin) / times * 1e6


sys.exit(main())
