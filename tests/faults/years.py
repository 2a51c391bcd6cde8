"""python -m tests.faults.years: two simulated years of many members, with two planners at once; what `run.py faults years` runs."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import psycopg

from service.assembly import Peerline, assemble
from service.local.parts import ROOT, Site
from service.planning import moved_to_zone
from service.publishing import publish_shipped
from service.rhythm import pause
from service.rules.catalogue import CATALOGUE
from service.store.commit import write
from service.store.gather import Wanted, gather
from service.store.rows import Schedule
from tests.benchmarks.ground import running_ground, settings_of
from tests.benchmarks.people import settle
from tests.faults.account import Account
from tests.faults.telling import carry_out, drawn
from tests.faults.year_oracle import Life, Move, Told, judge
from tests.faults.year_people import BEGIN, END, draw, write_people, zones

PLANNERS = 2
COMMAND = (sys.executable, "-m", "tests.faults.planning")
# The clock goes on to the third full hour after the next thing that is due: so few hops that two years end. A hello may be
# late by four hours then; what is later is left out, as it is after a stop.
HOP = timedelta(hours=3)
LATE = ("late_minutes: 60", "late_minutes: 240")
STOP_EVERY = 60  # once in so many hops nobody works for up to LONGEST
LONGEST = timedelta(hours=26)
MOVING, RESTING = 0.25, 0.25  # how many change their zone, and how many pause, once each
TIDY = timedelta(days=14)  # how often what was queued is marked as sent
Say = Callable[[str], None]


@dataclass(slots=True)
class Years:
    """The two years as they go on: the planners, what is to be done to whom and when, and what was done."""

    peerline: Peerline
    planners: list[subprocess.Popen[str]]
    lives: dict[int, Life]
    plans: list[tuple[datetime, int, str]]  # when, to whom, and what: a zone, or `pause`
    chance: random.Random
    now: datetime = BEGIN
    hops: int = 0
    settled: int = 0
    stops: list[timedelta] = field(default_factory=list)

    def go_on(self) -> bool:
        """Move to the hop after the next due thing, sometimes long after it, and let both planners work; False at the end."""
        due = self._due()
        if due is None or max(due, self.now) >= END:
            return False
        late = timedelta()
        if self.chance.randrange(STOP_EVERY) == 0:
            late = LONGEST * self.chance.random()
            self.stops.append(late)
        self.now = _on_the_grid(max(due, self.now) + late)
        self._set_clock()
        self.hops += 1
        while True:
            for planner in self.planners:
                _tell(planner)
            self.settled += sum([_hear(planner) for planner in self.planners])
            due = self._due()
            if due is None or due > self.now:
                break
        self._interfere()
        return True

    def _due(self) -> datetime | None:
        with self.peerline.pool.connection() as connection:
            row = connection.execute("select min(due_at) from timers where not aside").fetchone()
        return None if row is None else row[0]

    def _set_clock(self) -> None:
        file = self.peerline.settings.clock_file
        if file is not None:
            file.write_text(json.dumps({"offset": (self.now - datetime.now(UTC)).total_seconds()}))

    def _interfere(self) -> None:
        """Whatever is planned by now: a member moves to another zone, or pauses for a while."""
        while self.plans and self.plans[-1][0] <= self.now:
            _, place, what = self.plans.pop()
            self.lives[place] = (
                self._rest(self.lives[place]) if what == "pause" else self._move(self.lives[place], what)
            )

    def _rest(self, life: Life) -> Life:
        length = timedelta(days=self.chance.randint(3, 40))
        with self.peerline.pool.connection() as connection:
            [scene] = gather(connection, Wanted(ids=(life.person.member.number_id,)), self.now, self.peerline.keys)
            if scene.member is not None:
                write(connection, [pause(scene, scene.member, length, self.now)], self.peerline.keys)
        return replace(life, rests=(*life.rests, (self.now, self.now + length)))

    def _move(self, life: Life, zone: str) -> Life:
        now = (
            self.peerline.clock.now()
        )  # a little later than the hop: what went out in it went by the old zone's clocks
        with self.peerline.pool.connection() as connection:
            [scene] = gather(connection, Wanted(ids=(life.person.member.number_id,)), now, self.peerline.keys)
            schedule = scene.get(Schedule, life.person.schedule.id)  # None: it has come to rest
            if scene.member is None:
                raise LookupError("a member of the two years is gone")
            member = replace(scene.member, zone=zone)
            moved = moved_to_zone(scene.with_rows(member), member, self.peerline.setting.organisation, now)
            write(connection, [moved], self.peerline.keys)
        waited = (None, None) if schedule is None else (schedule.next_at, schedule.last_at)
        return replace(life, moves=(*life.moves, Move(now, zone, *waited)))


def live_through(members: int, seed: int, say: Say) -> Account:
    """Two years of so many members, with stops, changes of zone and pauses; the account of them."""
    with running_ground(say) as ground:
        site = ground.site
        organisation = Path(site.environ["PEERLINE_CONFIG"]) / "organisation.yaml"
        organisation.write_text(organisation.read_text("utf-8").replace(*LATE), "utf-8")
        peerline = assemble(settings_of(site))
        publish_shipped(peerline.settings.database_url, _flows(site), CATALOGUE, BEGIN)
        people = draw(members, seed)
        say(f"{members} members in {len(zones())} zones ...")
        write_people(peerline, people)
        settle(peerline.settings.database_url)
        lives = {place: Life(person) for place, person in enumerate(people)}
        chance = random.Random(seed + 1)  # noqa: S311 - the years must be repeatable
        years = Years(peerline, [], lives, _plans(members, chance), chance)
        years._set_clock()  # before the planners first look at it
        years.planners += [_planner(site) for _ in range(PLANNERS)]
        try:
            began = time.perf_counter()
            _walk(years, say)
            seconds = time.perf_counter() - began
        finally:
            for planner in years.planners:
                planner.kill()
                planner.communicate()
        account = _account(years)
        account.counts["hops of the clock"] = years.hops
        account.counts["stops of up to 26 hours"] = len(years.stops)
        account.counts["timers settled"] = years.settled
        account.counts["timers settled a second"] = round(years.settled / seconds)
        peerline.deliveries.close()
        peerline.pool.close()
    return account


def _walk(years: Years, say: Say) -> None:
    tidy = BEGIN + TIDY
    while years.go_on():
        if years.now >= tidy:
            _tidy(years.peerline)
            if tidy.month % 3 == 1 and (tidy - TIDY).month != tidy.month:
                say(f"  {years.now:%Y-%m-%d}: {years.settled} timers settled")
            tidy += TIDY


def _tidy(peerline: Peerline) -> None:
    """Mark what was queued as sent, as senders would have, and keep the tables as a live database's are."""
    with psycopg.connect(peerline.settings.database_url, autocommit=True) as connection:
        connection.execute("update outbound set state = 'sent', sent_at = at where state = 'queued'")
        connection.execute("vacuum (analyze) timers")
        connection.execute("vacuum (analyze) outbound")


def _account(years: Years) -> Account:
    account, organisation = Account(), years.peerline.setting.organisation
    told: defaultdict[str, list[Told]] = defaultdict(list)
    with years.peerline.pool.connection() as connection:
        rows = connection.execute("select reason::text, at, state from outbound where reason ? 'due'").fetchall()
    for reason, at, state in rows:
        known = orjson.loads(reason)
        due, rule = datetime.fromisoformat(known["due"]), known.get("rule", "")
        told[known["schedule"]].append(Told(due, at, state, rule, "withdrawn" in known))
    found = judge(list(years.lives.values()), told, organisation.holidays, organisation.window)
    account.counts["members"] = len(years.lives)
    account.counts["changes of zone"] = sum(len(life.moves) for life in years.lives.values())
    account.counts["pauses"] = sum(len(life.rests) for life in years.lives.values())
    account.counts.update(dict(sorted(found.counts.items())))
    for what, wrong in found.wrong.items():
        account.check(what, wrong)
    return account


def _plans(members: int, chance: random.Random) -> list[tuple[datetime, int, str]]:
    """When whose zone changes and who pauses, the last first."""
    span = (END - BEGIN).total_seconds() * 0.95
    known, plans = zones(), []
    for place in range(members):
        if chance.random() < MOVING:
            plans.append((BEGIN + timedelta(seconds=chance.random() * span), place, chance.choice(known)))
        if chance.random() < RESTING:
            plans.append((BEGIN + timedelta(seconds=chance.random() * span), place, "pause"))
    return sorted(plans, reverse=True)


def _flows(site: Site) -> Path:
    folder = site.folder.path / "hello"
    folder.mkdir()
    (folder / "hello.yaml").write_text((Path(__file__).parent / "hello.yaml").read_text("utf-8"), "utf-8")
    return folder


def _on_the_grid(at: datetime) -> datetime:
    """The first hop's moment after a moment, or the moment itself."""
    past = (at - BEGIN) % HOP
    return at if not past else at + HOP - past


def _planner(site: Site) -> subprocess.Popen[str]:
    planner = subprocess.Popen(
        COMMAND, cwd=ROOT, env=dict(site.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if planner.stdout is None or planner.stdout.readline() != "ready\n":
        raise RuntimeError("a planner ended by itself")
    return planner


def _tell(planner: subprocess.Popen[str]) -> None:
    if planner.stdin is not None:
        planner.stdin.write("go\n")
        planner.stdin.flush()


def _hear(planner: subprocess.Popen[str]) -> int:
    line = "" if planner.stdout is None else planner.stdout.readline()
    if not line:
        raise RuntimeError("a planner ended by itself")
    return int(line)


def main(words: Sequence[str]) -> int:
    """Live through the years and print the account; 1 if a promise broke."""
    parser = argparse.ArgumentParser(prog="faults years")
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(words)
    seed = drawn(given.seed)
    return carry_out(lambda say: live_through(given.members, seed, say))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
