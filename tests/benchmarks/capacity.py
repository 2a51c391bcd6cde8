"""python -m tests.benchmarks.capacity [FILE...]: where the first wall stands, worked out from what was measured.

A day is lived through minute by minute: check-ins become due, some are answered, every text has to go out. Each minute has
so much processor time of each kind and so many segments that the sender numbers may send; what does not fit waits. The costs
are those of `bench --json`; without files, those of docs/performance.md. First the model has to give back what was measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

MINUTES = 24 * 60
MICROS = 60 * 1_000_000  # of one processor in a minute


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds of processor time, by process and by PostgreSQL, and bytes on disk."""

    web: float
    web_postgres: float
    planner: float
    planner_postgres: float
    worker: float
    worker_postgres: float
    member_bytes: float
    checkin_bytes: float
    text_bytes: float


@dataclass(frozen=True, slots=True)
class Machines:
    """Processors by what runs on them, and the numbers to send from with the segments a second of each."""

    web: float
    planner: float
    worker: float
    postgres: float
    numbers: int = 1
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """What members do: check-ins a week, how many of a hundred answer, segments of a text, and when most of them are due."""

    weekly: float = 3.0
    answered: float = 0.4
    segments: float = 1.3
    peak: float = 0.05  # of a day's check-ins that are due in its busiest minute (nine o'clock in the widest zone)
    spread: int = 1  # minutes over which a moment is spread


@dataclass(frozen=True, slots=True)
class Day:
    """What a day came to: how full each was in its fullest hour, how late the last check-in began and the last text went."""

    full: Mapping[str, float]
    begun_late: int  # minutes
    sent_late: int
    gigabytes: float  # a year's growth


def live(members: int, costs: Costs, machines: Machines, habits: Habits) -> Day:
    """A day of so many members."""
    due = _due(members * habits.weekly / 7, habits)
    planner = _Line(
        min(machines.planner * MICROS / costs.planner, _share(machines, costs, costs.planner_postgres, habits))
    )
    sender = _Line(
        min(machines.numbers * machines.rate * 60 / habits.segments, machines.worker * MICROS / costs.worker)
    )
    answers = [0.0] * (MINUTES * 3)
    used = {name: [0.0] * MINUTES for name in ("web", "planner", "worker", "postgres", "numbers")}
    for minute in range(MINUTES):
        begun = planner.serve(due[minute])
        answers[minute + 10] += begun * habits.answered
        texts = answers[minute]
        sent = sender.serve(begun + texts)
        used["planner"][minute] = begun * costs.planner
        used["web"][minute] = (
            (texts + 2 * sent) * costs.web / 2
        )  # two reports of each text cost about as much as one text
        used["worker"][minute] = sent * costs.worker
        used["postgres"][minute] = (
            begun * costs.planner_postgres
            + texts * costs.web_postgres
            + sent * (costs.worker_postgres + costs.web_postgres)
        )
        used["numbers"][minute] = sent * habits.segments
    have = {
        "web": machines.web * MICROS, "planner": machines.planner * MICROS, "worker": machines.worker * MICROS,
        "postgres": machines.postgres * MICROS, "numbers": machines.numbers * machines.rate * 60,
    }  # fmt: skip
    yearly = members * habits.weekly * 52 * (costs.checkin_bytes + habits.answered * costs.text_bytes) / 1e9
    return Day({name: _fullest(used[name]) / have[name] for name in have}, planner.latest, sender.latest, yearly)


def _share(machines: Machines, costs: Costs, each: float, habits: Habits) -> float:
    """Check-ins a minute that PostgreSQL's processors allow, with what each of them brings with it later."""
    later = habits.answered * costs.web_postgres + (1 + habits.answered) * (costs.worker_postgres + costs.web_postgres)
    return machines.postgres * MICROS / (each + later)


@dataclass(slots=True)
class _Line:
    """What waits for its turn; `latest` is the longest that anything waited, in minutes."""

    capacity: float
    waiting: float = 0.0
    latest: int = 0

    def serve(self, arrived: float) -> float:
        self.waiting += arrived
        served = min(self.waiting, self.capacity)
        self.waiting -= served
        self.latest = max(self.latest, int(self.waiting / self.capacity))
        return served


def _due(daily: float, habits: Habits) -> list[float]:
    """Check-ins by minute: the busiest moment, and the rest evenly over eleven hours of the day."""
    due = [0.0] * MINUTES
    for minute in range(9 * 60, 20 * 60):
        due[minute] += daily * (1 - habits.peak) / (11 * 60)
    for minute in range(habits.spread):
        due[10 * 60 + minute] += daily * habits.peak / habits.spread
    return due


def _fullest(minutes: list[float]) -> float:
    return max(sum(minutes[start : start + 60]) / 60 for start in range(0, MINUTES - 60, 10))


def reproduced(costs: Costs, measured: Mapping[str, float]) -> Iterable[tuple[str, float, float]]:
    """What the costs alone say of rates that were measured on two processors: name, by the model, measured.

    One planner decides a batch while PostgreSQL writes another, so the longer of the two is all that counts; two fill both
    processors. Web processes, PostgreSQL and who asks share two.
    """
    alone = 1e6 / max(costs.planner, costs.planner_postgres)
    full = 2 * 1e6 / (costs.planner + costs.planner_postgres)
    yield "check-ins a second, one process", alone, measured["check-ins begun, one process"]
    yield "check-ins a second, two processes", full, measured["check-ins begun, two processes"]
    yield "texts a second", 2 * 1e6 / (costs.web + costs.web_postgres + ASKING), measured["texts taken"]


ASKING = 60.0  # microseconds of the load generator for a request


def read(files: Iterable[Path]) -> dict[str, float]:
    """The medians of `bench --json` by name."""
    found: dict[str, float] = {}
    for file in files:
        found |= {figure["name"]: figure["median"] for figure in json.loads(file.read_text())["figures"]}
    return found


def costs_of(found: Mapping[str, float]) -> Costs:
    """The costs among measured figures."""
    return Costs(
        found["processor time of the web processes for a text"], found["processor time of PostgreSQL for a text"],
        found["processor time of the planner for a check-in"], found["processor time of PostgreSQL for a check-in"],
        found["processor time of the worker for a text, provider answers at once"],
        found["processor time of PostgreSQL for a text, provider answers at once"],
        found["a member with a schedule"], found["a check-in and its first text"],
        found["a text that comes in, and its answer"],
    )  # fmt: skip


SMALL = Machines(web=1, planner=1, worker=1, postgres=1)
STEPS = (
    ("one machine of four processors, one number", SMALL, Habits()),
    ("the same, a pool of a hundred numbers, moments spread over 30 minutes", replace(SMALL, numbers=100), Habits(spread=30)),
    (
        "sixteen processors of PostgreSQL, sixteen of ours, a thousand numbers, 30 minutes",
        Machines(web=6, planner=4, worker=6, postgres=16, numbers=1000), Habits(spread=30),
    ),
)  # fmt: skip
SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)


def main(words: list[str]) -> int:
    """Print what the model gives back, and what it says of sizes that were not measured."""
    found = read([Path(word) for word in words]) if words else MEASURED
    costs = costs_of(found)
    for name, ours, measured in reproduced(costs, found):
        _say(f"{name}: {ours:,.0f} by the model, {measured:,.0f} measured ({ours / measured:.2f})")
    for title, machines, habits in STEPS:
        _say(f"\n{title}\n  {'members':>12} {'fullest':<24} {'begun late':>10} {'sent late':>10} {'GB a year':>10}")
        for members in SIZES:
            day = live(members, costs, machines, habits)
            name = max(day.full, key=lambda each: day.full[each])
            first = f"{name} {day.full[name]:.0%}"
            _say(f"  {members:>12,} {first:<24} {day.begun_late:>6} min {day.sent_late:>6} min {day.gigabytes:>10,.1f}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


MEASURED = {
    "texts taken": 398.0,
    "processor time of the web processes for a text": 2723.0,
    "processor time of PostgreSQL for a text": 1711.0,
    "check-ins begun, one process": 1020.0,
    "check-ins begun, two processes": 1590.0,
    "processor time of the planner for a check-in": 881.0,
    "processor time of PostgreSQL for a check-in": 336.0,
    "processor time of the worker for a text, provider answers at once": 1084.0,
    "processor time of PostgreSQL for a text, provider answers at once": 355.0,
    "a member with a schedule": 1120.0,
    "a check-in and its first text": 2111.0,
    "a text that comes in, and its answer": 1145.0,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
