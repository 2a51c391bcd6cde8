"""The processor time that a process and all its children have used, from Linux's /proc; zero where there is none."""

from __future__ import annotations

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Seconds of processor time of this process and everything below it that lives."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        child = int(stat.parent.name)
        parents[child], used[child] = int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICK
    return sum(spent for child, spent in used.items() if _is_below(child, pid, parents))


def _is_below(child: int, pid: int, parents: dict[int, int]) -> bool:
    while child and child != pid:
        child = parents.get(child, 0)
    return child == pid
