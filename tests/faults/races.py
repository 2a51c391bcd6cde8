"""Races: somebody says STOP or START at the very moment at which texts to them are due, from several threads at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from service.gateways.ids import new_id
from service.outbox import LANES
from service.rules.kinds import KINDS
from service.store.rows import Member, Number, Outbound, Row, Schedule, Timer
from tests.benchmarks.people import ZONE, phones
from tests.faults.arena import Arena, is_at_rest, is_blocked_by

WIDTH = 6  # races at once
ROWS, WORDS = 0.02, 0.12  # seconds within which each side begins: a claim and a handing-over here take about as long
PATIENCE = 60.0
UNAVAILABLE = 503  # the answer that asks the provider to come again: no promise is broken by it
SOON = 3.0  # seconds in which a text is claimed, if it is ever
# When the words are written: at any time, or as soon as a text is in one of these states.
MOMENTS: tuple[tuple[str, ...], ...] = ((), ("queued", "sending"), ("sending",), ("sending",))
# What is said, by which race: the kinds of the texts that wait, whether a check-in is due, and the words that are written.
SHAPES: dict[str, tuple[tuple[str, ...], bool, tuple[str, ...]]] = {
    "a text waits": (("person",), False, ("STOP",)),
    "three texts wait": (("answer", "person", "routine"), False, ("stop",)),
    "a check-in is due": ((), True, ("ALTO",)),
    "a safety text waits": (("safety", "routine"), False, ("Stop.",)),
    "two stops at once": (("answer", "person"), True, ("STOP", "STOP")),
    "start after a stop": (("person",), True, ("START",)),
    "stop and start at once": (("person", "routine"), False, ("STOP", "START")),
}
STOPPED = "start after a stop"  # the one that begins with a number that said stop


@dataclass(frozen=True, slots=True)
class Race:
    """One race: whose, of which shape, whether the STOP is held up on its way, and its own chance."""

    phone: str
    number: Number
    shape: str
    held: bool
    repeated: bool
    moment: tuple[str, ...]
    seed: int


@dataclass(slots=True)
class Told:
    """What was seen from outside, by the provider's ids."""

    races: dict[UUID, Race] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)  # answered while its commit was held up
    hidden: list[str] = field(default_factory=list)  # answered, and not in force in the database then
    held: int = 0
    overtaken: int = 0  # nothing was queued any more: the number had changed


def run_races(arena: Arena, count: int, seed: int, say: Callable[[str], None]) -> Told:
    """Run so many races, several at once, and wait until nothing is on its way; what was seen from outside."""
    told, lock = Told(), threading.Lock()
    races = [_prepared(arena, place, phone, seed) for place, phone in enumerate(phones(count))]
    with ThreadPoolExecutor(WIDTH) as threads:
        for done, _ in enumerate(threads.map(lambda race: _run(arena, race, told, lock), races), 1):
            if done % 100 == 0:
                say(f"  {done} of {count} races")
    with arena.connect() as connection:
        until = time.monotonic() + PATIENCE
        while not is_at_rest(connection, [race.number.id for race in races]) and time.monotonic() < until:
            time.sleep(0.1)
    return told


def _prepared(arena: Arena, place: int, phone: str, seed: int) -> Race:
    """A member of their own for every race, in the database."""
    now, shape = arena.clock.now(), list(SHAPES)[place % len(SHAPES)]
    member = Member(new_id(), new_id(), "Ana", "en", ZONE, now)
    consent = "stopped" if shape == STOPPED else "given"
    number = Number(
        member.number_id, arena.keys.blind(phone), phone, now, 0, "member", member.id, consent, now - timedelta(days=1)
    )
    with arena.connect() as connection:
        if not arena.add(connection, number, [member]):
            raise RuntimeError("a made-up member could not be written")
    chance = random.Random(seed * 1_000_003 + place)  # noqa: S311 - races must be repeatable
    return Race(
        phone, replace(number, version=1), shape, chance.random() < 0.1, chance.random() < 0.2,
        () if shape == STOPPED else chance.choice(MOMENTS), chance.randrange(10**9),
    )  # fmt: skip


def _run(arena: Arena, race: Race, told: Told, lock: threading.Lock) -> None:
    """Both sides at once: rows become due, and words are written; then what was answered is looked for in the database."""
    chance = random.Random(race.seed)  # noqa: S311 - races must be repeatable
    words = SHAPES[race.shape][2]
    waits = [*(chance.uniform(0, WORDS) for _ in words), chance.uniform(0, ROWS)]
    with ThreadPoolExecutor(len(words) + 1) as sides, arena.connect() as connection:
        due = sides.submit(_become_due, arena, race, waits[-1])
        with _held(arena, race) as may_go:
            said = [sides.submit(_say, arena, race, word, wait) for word, wait in zip(words, waits, strict=False)]
            early = may_go(said)
        seen = [_seen(connection, race, *answer.result()) for answer in said]
        overtaken = not due.result()
    with lock:
        told.races[race.number.id] = race
        told.held += race.held
        told.overtaken += overtaken
        told.early += [race.phone] * early
        for sid, status, wrong in seen:
            told.answered += [sid] * (status == 200)
            told.refused += [f"{sid} ({status}, {race.shape})"] * (status != 200)
            told.hidden += [wrong] if wrong and status == 200 else []


def _become_due(arena: Arena, race: Race, wait: float) -> bool:
    time.sleep(wait)
    with arena.connect() as connection:
        return arena.add(connection, race.number, list(_rows(race, arena.clock.now())))


def _rows(race: Race, now: datetime) -> Iterator[Row]:
    kinds, planned, _ = SHAPES[race.shape]
    for place, kind in enumerate(kinds):
        stale = KINDS[kind].stale
        yield Outbound(
            new_id(), race.number.id, kind, LANES[kind], f"{kind} {place}", "en", now, now,
            None if stale is None else now + stale, reason={"rule": "a race"},
        )  # fmt: skip
    if planned and race.number.owner_id is not None:
        schedule = Schedule(
            new_id(), race.number.owner_id, race.number.id, "check-in", "FREQ=DAILY", "2027-01-01T10:30:00", next_at=now
        )  # fmt: skip
        yield schedule
        yield Timer("check-in", schedule.id, race.number.id, now, fence="1")


def _say(arena: Arena, race: Race, words: str, wait: float) -> tuple[str, int | None]:
    _until_the_moment(arena, race, wait)
    sid, status = arena.text(race.phone, words)
    until = time.monotonic() + PATIENCE
    while status == UNAVAILABLE and time.monotonic() < until:  # this machine stood still for seconds: it may come again
        status = arena.repeat(race.phone, sid)
    if race.repeated:
        status = arena.repeat(race.phone, sid) or status
    return sid, status


def _until_the_moment(arena: Arena, race: Race, wait: float) -> None:
    """Wait so long, or until a text of the race is in one of the states that its moment names."""
    if not race.moment or race.held:
        time.sleep(wait)
        return
    until = time.monotonic() + SOON
    with arena.connect() as connection:
        while time.monotonic() < until:
            query = "select 1 from outbound where number_id = %s and (state = any(%s) or attempts > 0)"
            if connection.execute(query, (race.number.id, list(race.moment))).fetchone():
                return
            time.sleep(0.001)


@contextmanager
def _held(arena: Arena, race: Race) -> Iterator[Callable[[list[Future[Any]]], int]]:
    """Hold the number's row, if so wished, until somebody waits for it; the answer must not have come by then.

    What is given is to be called with the answers to come, and tells how many came although nothing could be committed.
    """
    if not race.held:
        yield lambda _: 0
        return
    with arena.connect() as holder, arena.connect() as looker, holder.transaction():
        holder.execute("select 1 from numbers where id = %s for update", (race.number.id,))

        def may_go(said: list[Future[Any]]) -> int:
            until = time.monotonic() + PATIENCE
            while not is_blocked_by(looker, holder.info.backend_pid) and time.monotonic() < until:
                if all(answer.done() for answer in said):
                    break
                time.sleep(0.002)
            return sum(answer.done() for answer in said)

        yield may_go


def _seen(connection: psycopg.Connection[Any], race: Race, sid: str, status: int | None) -> tuple[str, int | None, str]:
    """What is not as it must be of a text that was just answered: settled, and its word in force where nothing contradicts it."""
    row = connection.execute(
        "select i.state, n.consent from inbound i join numbers n on n.id = i.number_id where i.sid = %s", (sid,)
    ).fetchone()
    wanted = {"given"} if race.shape == STOPPED else {"stopped"}
    wanted = {"given", "stopped"} if len(set(SHAPES[race.shape][2])) > 1 else wanted
    fine = row is not None and row[0] == "settled" and row[1] in wanted
    return sid, status, "" if fine else f"{race.shape}: {row}"
