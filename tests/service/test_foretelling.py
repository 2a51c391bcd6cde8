"""What `explain member` foretells is what then happens when the clock moves there, if nobody writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from config.twilio_errors import load_twilio_errors
from service.appointments import VISIT, Dated, Part, book
from service.assembly import timer_handlers
from service.due import Due
from service.explained_people import explain_member
from service.explanations import Looking
from service.foretelling import Ahead
from service.gateways.ids import new_id
from service.inbox import Inbox, Incoming
from service.planning import moved_to_zone
from service.rhythm import pause, resume
from service.roster import House
from service.rules.local_time import to_local
from service.schedules import ScheduleRefused, Wanted, add, change, remove, set_caps, set_hours
from service.staff_texts import decide_staff
from service.store.commit import write
from service.store.database import Pool, open_pool
from service.store.gather import Wanted as Of
from service.store.gather import gather
from service.store.reading import Reader
from service.store.rows import Member, Outbound, Schedule, Timer
from service.store.scene import Scene, scene_of
from service.timers import timer_of
from tests.clocks import HeldClock
from tests.foretold import ahead_of
from tests.house import ROOT
from tests.stored import KEYS, a_member, a_number, owned

MEMBERS = 6
ROUNDS = 3
ZONES = ("America/New_York", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca")
RULES = (
    "FREQ=DAILY", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=DAILY;COUNT=1", "FREQ=HOURLY;INTERVAL=17",
    "FREQ=WEEKLY;BYDAY=SU,TU;BYHOUR=8,21", "FREQ=MONTHLY;BYMONTHDAY=1",
)  # fmt: skip
WHENS = ("2 days before at 12:00", "3 hours before", "30 minutes before", "1 day after at 15:30")


@dataclass
class Place:
    """One database lived through: its clock, its two doors, and chance."""

    pool: Pool
    ahead: Ahead
    clock: HeldClock
    chance: Random

    @property
    def now(self) -> datetime:
        """The moment it is."""
        return self.clock.now()

    @property
    def house(self) -> House:
        """What staff decide with."""
        return House(self.ahead.setting.organisation, new_id, self.now, self.ahead.setting.flows)

    @property
    def inbox(self) -> Inbox:
        """The door for texts."""
        return Inbox(self.pool, KEYS, self.ahead.setting, self.ahead.handlers, decide_staff, self.clock, lambda: None)

    def change(self, number_id: UUID, decide: Callable[[Scene, Member], Scene]) -> None:
        """Decide something about a member and write it; what staff are refused is left."""
        with self.pool.connection() as connection:
            (scene,) = gather(connection, Of(ids=(number_id,)), self.now, KEYS)
            assert scene.member is not None
            try:
                decided = decide(scene, scene.member)
            except ScheduleRefused:
                return
            assert 0 in write(connection, [decided], KEYS)

    def outlive(self, until: datetime) -> None:
        """Let the service carry out everything that comes due until then; what it writes is sent at once."""
        handlers = timer_handlers(self.ahead.handlers, self.inbox, load_twilio_errors(ROOT / "config"))
        due = Due(self.pool, KEYS, self.ahead.setting, handlers, self.clock, lambda: None)
        while True:
            with self.pool.connection() as connection:
                timers = Reader(connection, KEYS).rows(Timer, "not x.aside order by x.due_at limit 1")
            if not timers or timers[0].due_at > until:
                break
            self.clock.times.append(max(self.now, timers[0].due_at))
            due.run()
            self.send()
        self.clock.times.append(until)

    def send(self) -> None:
        """What waits is on the phones."""
        with self.pool.connection() as connection:
            connection.execute("update outbound set state = 'sent' where state = 'queued'")

    def foretold(self, phone: str) -> tuple[datetime, str] | None:
        """When the next unasked text goes, and which flow speaks, as `explain member` tells it."""
        with self.pool.connection() as connection:
            found = explain_member(
                Looking(Reader(connection, KEYS), "America/New_York", self.now, new_id), phone, self.ahead
            )
        assert found is not None
        text = found.data["next_text"]
        return None if text is None else (datetime.fromisoformat(text["at"]), text["flow"])

    def came(self, number_id: UUID, since: datetime) -> tuple[datetime, str] | None:
        """The first unasked text that went since."""
        with self.pool.connection() as connection:
            where = "x.number_id = %(id)s and x.kind in ('routine', 'time-bound') and x.state = 'sent' and x.at >= %(since)s"
            rows = Reader(connection, KEYS).rows(
                Outbound, where + " order by x.at, x.seq limit 1", id=number_id, since=since
            )
        return (rows[0].at, str(rows[0].reason["flow"])) if rows else None


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_foretold_is_what_happens(database: str, tmp_path: Path, seed: int) -> None:
    """Random members, schedules, hours, pauses, dates, zones and texts of theirs; then the clock moves, and it is so."""
    chance = Random(seed)  # noqa: S311 - histories must be repeatable
    with open_pool(database, 2) as pool:
        begin = datetime.fromisoformat("2026-10-20T12:00:00+00:00")
        place = Place(pool, ahead_of(database, begin), HeldClock(tmp_path / "clock", times=[begin]), chance)
        people = [_person(place, number) for number in range(MEMBERS)]
        spoken = 0
        for _ in range(ROUNDS):
            for phone, number_id in people:
                for _ in range(place.chance.randrange(3)):
                    _happens(place, phone, number_id)
            place.send()
            begin = place.now + timedelta(seconds=1)
            place.clock.times.append(begin)
            told = {number_id: place.foretold(phone) for phone, number_id in people}
            place.outlive(begin + timedelta(days=place.chance.choice([0, 1, 2]), minutes=place.chance.randrange(1440)))
            for number_id, foretold in told.items():
                came = place.came(number_id, begin)
                expected = foretold if foretold is not None and foretold[0] <= place.now else None
                assert came == expected, (seed, number_id)
                spoken += came is not None
        assert spoken >= ROUNDS  # else nothing was shown


def _person(place: Place, number: int) -> tuple[str, UUID]:
    """A member with their own zone, hours and caps; every sixth has not said yes yet."""
    chance, phone = place.chance, f"+155555501{number:02d}"
    row = a_number(phone, "unknown" if number % 6 == 5 else "given")
    begin = chance.choice(["07:00", "09:00", "18:00"])
    member = replace(
        a_member(row), zone=chance.choice(ZONES), per_day=chance.choice([1, 1, 3]), per_week=chance.choice([4, 9]),
        window_start=begin, window_end=chance.choice(["20:00", "23:30", "02:00"]),
    )  # fmt: skip
    scene = scene_of(row).with_rows(owned(row, member), member)
    if row.consent == "unknown":
        scene = scene.with_rows(timer_of(scene, "welcome", member.id, place.now))
    with place.pool.connection() as connection:
        assert 0 in write(connection, [scene], KEYS)
    for _ in range(chance.choice([1, 1, 2, 3])):
        place.change(row.id, lambda given, owner: _planned(place, given, owner))
    return phone, row.id


def _wanted(place: Place, member: Member) -> Wanted:
    chance = place.chance
    starts = to_local(place.now, member.zone).replace(microsecond=0, second=0, minute=chance.choice([0, 30]))
    return Wanted(
        chance.choice(["check-in", "feedback"]), chance.choice(RULES), starts.replace(hour=chance.randrange(24)),
        chance.choice([0, 0, 45, 300]), chance.random() < 0.3, chance.random() < 0.3,
    )  # fmt: skip


def _planned(place: Place, scene: Scene, member: Member) -> Scene:
    return add(scene, member, _wanted(place, member), place.house)[0]


def _booked(place: Place, scene: Scene, member: Member) -> Scene:
    chance = place.chance
    at = to_local(place.now + timedelta(hours=chance.randrange(2, 96)), member.zone).replace(minute=0, second=0)
    whens = chance.sample(WHENS, chance.randrange(1, 4))
    dated = Dated(
        at.replace(microsecond=0), [Part("feedback", when) for when in whens] if chance.random() < 0.5 else VISIT
    )
    return book(scene, member, dated, place.house)[0]


def _rests(place: Place, scene: Scene, member: Member) -> Scene:
    hours = place.chance.choice([0, 5, 50, 100])
    return pause(scene, member, timedelta(hours=hours) if hours else None, place.now, "they paused")


def _other_hours(place: Place, scene: Scene, member: Member) -> Scene:
    window = place.chance.choice([None, ("14:00", "18:00"), ("20:30", "23:00")])
    return set_hours(scene, member, [place.chance.randrange(7)], window, place.house)


def _moves(place: Place, scene: Scene, member: Member) -> Scene:
    moved = replace(member, zone=place.chance.choice(ZONES))
    return moved_to_zone(scene.with_rows(moved), moved, place.ahead.setting.organisation, place.now)


def _changes(place: Place, scene: Scene, member: Member) -> Scene:
    plain = [schedule for schedule in scene.all(Schedule) if schedule.date_id is None]
    if not plain:
        return _planned(place, scene, member)
    chosen = place.chance.choice(plain)
    if place.chance.random() < 0.3:
        return remove(scene, chosen, member, place.house)
    return change(scene, chosen, member, _wanted(place, member), place.house)[0]


_BY_STAFF = (_planned, _booked, _booked, _rests, _other_hours, _moves, _changes)
_WORDS = ("3", "mal", "pause 2 days", "back", "saw a heron", "skip", "yes", "no", "STOP", "START", "talk")


def _happens(place: Place, phone: str, number_id: UUID) -> None:
    """Something that staff do, or that the member writes."""
    chance = place.chance
    if chance.random() < 0.4:
        assert place.inbox.take(Incoming(str(new_id()), phone, "+15555550100", chance.choice(_WORDS))) == "taken"
        return
    done = chance.choice((*_BY_STAFF, lambda _place, scene, member: resume(scene, member)))
    if chance.random() < 0.1:
        place.change(number_id, lambda scene, member: set_caps(scene, member, 2, 6, place.house))
    place.change(number_id, lambda scene, member: done(place, scene, member))
