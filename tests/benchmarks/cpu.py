"""What a process and all its children have used, from Linux's /proc: processor time and memory; zero where there is none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def seconds_of(pid: int) -> float:
    """Seconds of processor time of this process and everything below it that lives, and of what ended below them."""
    return sum(spent for _, spent in _family(pid))


def memory_of(pid: int) -> float:
    """Bytes of this process and everything below it, each shared page divided among those that share it (PSS)."""
    return sum(_pss(child) for child, _ in _family(pid))


def _family(pid: int) -> Iterator[tuple[int, float]]:
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        child = int(stat.parent.name)
        # The time of children that were waited for too: a server whose processes come and go loses nothing.
        parents[child], used[child] = int(fields[1]), sum(map(int, fields[11:15])) / _TICK
    return ((child, spent) for child, spent in used.items() if _is_below(child, pid, parents))


def _pss(pid: int) -> int:
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _is_below(child: int, pid: int, parents: dict[int, int]) -> bool:
    while child and child != pid:
        child = parents.get(child, 0)
    return child == pid
