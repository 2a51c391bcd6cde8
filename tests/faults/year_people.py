"""The members of the two years: every zone there is, rules of many shapes, hours of their own, drawn by a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import available_timezones

from service.assembly import Peerline
from service.gateways.ids import new_id
from service.planning import set_next
from service.store.commit import write
from service.store.rows import Member, Number, Schedule
from service.store.scene import Scene, scene_of

BEGIN, END = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2028, 1, 1, 12, tzinfo=UTC)
# Shapes of rules with how many moments they have in two years, about: sparse, so that many members fit into a run.
RULES = (
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=WEEKLY;INTERVAL=4;BYDAY=TU,FR;WKST=SU",
    "FREQ=WEEKLY;INTERVAL=5;BYDAY=MO,SA",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=1,-1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY=2SU,-1SU",
    "FREQ=YEARLY;BYWEEKNO=10,13,44;BYDAY=SU,WE",
    "FREQ=YEARLY;BYYEARDAY=67,100,-1",
    "FREQ=YEARLY;BYMONTH=3,10,11;BYDAY=SU",
    "FREQ=DAILY;COUNT=20",
    "FREQ=DAILY;INTERVAL=23",
    "FREQ=DAILY;UNTIL=20260315T120000Z",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20260415T000000",
)
TIMES = (
    "09:00",
    "10:30",
    "12:00",
    "13:45",
    "15:30",
    "18:00",
    "19:30",
    "00:00",
    "00:30",
    "01:30",
    "02:00",
    "02:15",
    "02:30",
    "22:00",
)
HOURS = (("09:00", "20:00"), ("08:00", "18:00"), ("12:00", "16:30"), ("18:00", "01:00"), ("00:00", "00:00"))
DAYS: tuple[Mapping[str, list[str] | None], ...] = (
    {},
    {},
    {},
    {},
    {"6": None},
    {"5": ["11:00", "15:00"], "6": ["12:00", "14:00"]},
    {"0": ["22:00", "11:00"]},
)


@dataclass(frozen=True, slots=True)
class Person:
    """One member with the schedule that is theirs, as written at the beginning."""

    member: Member
    schedule: Schedule


def zones() -> list[str]:
    """Every zone of the IANA database, in order."""
    return sorted(name for name in available_timezones() if name not in ("Factory", "localtime"))


def draw(count: int, seed: int) -> list[Person]:
    """So many members, zone after zone in a drawn order; the same ones for a seed but for their ids."""
    chance, known = random.Random(seed), zones()  # noqa: S311 - the years must be repeatable
    chance.shuffle(known)
    return [_person(chance, known[place % len(known)], place) for place in range(count)]


def _person(chance: random.Random, zone: str, place: int) -> Person:
    begin, end = chance.choice(HOURS)
    member = Member(
        new_id(), new_id(), "Ana", "en", zone, BEGIN, None, begin, end, chance.choice((1, 1, 2)), chance.choice((2, 4, 7)),
        windows=dict(chance.choice(DAYS)),
    )  # fmt: skip
    starts = f"2026-01-{chance.randint(1, 28):02d}T{chance.choice(TIMES)}:00"
    schedule = Schedule(
        new_id(), member.id, member.number_id, "hello", RULES[place % len(RULES)], starts,
        spread=chance.choice((0, 0, 45, 300)), skip_holidays=chance.random() < 0.2,
    )  # fmt: skip
    return Person(member, schedule)


def write_people(peerline: Peerline, people: Sequence[Person], at_once: int = 200) -> None:
    """Write the members with their schedules and first timers."""
    with peerline.pool.connection() as connection:
        for first in range(0, len(people), at_once):
            scenes = [
                _scene(peerline, person, place) for place, person in enumerate(people[first : first + at_once], first)
            ]
            if len(write(connection, scenes, peerline.keys).units) != len(scenes):
                raise RuntimeError("the made-up members could not be written")


def _scene(peerline: Peerline, person: Person, place: int) -> Scene:
    member, phone = person.member, f"+1{200 + place // 100}55501{place % 100:02d}"
    number = Number(
        member.number_id, peerline.keys.blind(phone), phone, BEGIN, owner="member", owner_id=member.id, consent="given"
    )
    scene = replace(scene_of(number), changed={}).with_rows(number, member)
    return set_next(scene, person.schedule, member, peerline.setting.organisation, BEGIN)
