"""What the commands about members' schedules share: who is meant, which schedule, and one guarded write."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import orjson
import typer

from config.organisation import OrganisationProblem, load_organisation
from config.settings import Settings
from service.cli.asking import asking
from service.cli.environment import settings_or_exit
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.gateways.keys import KeyRing, read_keys
from service.outlook import say_outlook
from service.planning import speaks_at
from service.publishing import open_shelf
from service.putting_off import put_offs
from service.roster import House
from service.rules.catalogue import CATALOGUE
from service.rules.local_time import to_local
from service.rules.phone_numbers import PhoneProblem, read_number
from service.schedules import ScheduleRefused
from service.store.commit import write
from service.store.database import Pool, open_pool
from service.store.gather import Wanted, gather
from service.store.reading import Reader
from service.store.rows import Member, Number, Schedule
from service.store.scene import Scene

T = TypeVar("T")
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What a change is decided on: what was gathered about the member, and all their schedules, done ones too."""

    scene: Scene
    member: Member
    schedules: tuple[Schedule, ...]
    house: House


Change = Callable[[Standing], tuple[Scene, T]]


@dataclass(frozen=True, slots=True)
class Desk:
    """The settings of one command, opened."""

    settings: Settings
    keys: KeyRing
    house: House

    def reading(self) -> AbstractContextManager[Pool]:
        """A pool of one connection, to be closed."""
        return open_pool(self.settings.database_url, 1)

    def member(self, phone: str) -> tuple[Member, tuple[Schedule, ...]]:
        """The member with this number and all their schedules; ends the command where there is none."""
        number = _e164(phone)
        with asking(), self.reading() as pool, pool.connection() as connection:
            reader = Reader(connection, self.keys)
            found = reader.number(number)
            members = () if found is None else reader.rows(Member, "x.number_id = %(id)s", id=found.id)
            if not members:
                refuse(f"No member has the number {phone}.")
            return members[0], _schedules(reader, members[0])

    def held(self, member: Member, schedules: Sequence[Schedule]) -> Mapping[UUID, datetime]:
        """Until when the moments of schedules were put off, by the schedule's id; those that were not are left out."""
        with asking(), self.reading() as pool, pool.connection() as connection:
            [number] = Reader(connection, self.keys).rows(Number, "x.id = %(id)s", id=member.number_id)
        told = {schedule.id: put_offs(number, schedule.id) for schedule in schedules}
        return {name: max(map(datetime.fromisoformat, found)) for name, found in told.items() if found}

    def change(self, member: Member, decide: Change[T]) -> T:
        """Decide on what is true now and carry it out; ends the command on a refusal, or where others are always quicker."""
        with asking(), self.reading() as pool, pool.connection() as connection:
            for _ in range(_TRIES):
                standing = self._standing(Reader(connection, self.keys), member)
                try:
                    scene, answer = decide(standing)
                except ScheduleRefused as refusal:
                    refuse(str(refusal))
                if 0 in write(connection, [scene], self.keys):
                    return answer
            return refuse("Something about this member was being changed at the same moment. Please look again.", 1)

    def _standing(self, reader: Reader, member: Member) -> Standing:
        # The scene first: whatever changes after it makes its version stale, and nothing is written.
        [scene] = gather(reader.connection, Wanted(ids=(member.number_id,)), self.house.now, self.keys)
        return Standing(scene, scene.member or member, _schedules(reader, member), self.house)


def open_desk() -> Desk:
    """The desk of this process's settings; with mistakes in them or in organisation.yaml, these are told and the command ends."""
    settings = settings_or_exit()
    try:
        organisation = load_organisation(settings.config_dir)
    except OrganisationProblem as problem:
        refuse(str(problem))
    house = House(organisation, new_id, Clock(settings.clock_file).now(), open_shelf(settings.database_url, CATALOGUE))
    return Desk(settings, read_keys(settings.keys), house)


def one_of(schedules: tuple[Schedule, ...], name: str) -> tuple[Schedule, ...]:
    """The schedule whose id ends so, or all that hang on the date whose id does; ends the command where that is not clear."""
    wanted = name.lower()
    there = [s for s in schedules if not s.removed]
    plain = [s for s in there if str(s.id).endswith(wanted) and s.active]
    dates = {s.date_id for s in there if s.date_id is not None and str(s.date_id).endswith(wanted)}
    if not plain and not dates and any(_is_called(s, wanted) for s in schedules if s.removed) and wanted:
        refuse(f"What has an id that ends in {name!r} was removed, and speaks no more: add or book it anew.")
    if len(plain) + len(dates) != 1 or not wanted:
        count = "Nothing" if not plain and not dates else "More than one thing"
        refuse(f"{count} has an id that ends in {name!r}: `peerline schedule list` shows them.")
    return (plain[0],) if plain else tuple(s for s in there if s.date_id in dates)


def _is_called(schedule: Schedule, name: str) -> bool:
    return str(schedule.id).endswith(name) or (schedule.date_id is not None and str(schedule.date_id).endswith(name))


def local_time(text: str, option: str) -> datetime:
    """A local time as it is written, such as 2026-03-06T09:00; ends the command where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        refuse(f"{option} is {text!r}: write a local time such as 2026-03-06T09:00, without an offset.")
    return found.replace(second=0, microsecond=0)


def show(schedules: tuple[Schedule, ...], member: Member, desk: Desk, *, as_json: bool) -> None:
    """Print schedules: as JSON, or a line each."""
    held = desk.held(member, schedules)
    told = [_data(schedule, member, desk, held.get(schedule.id)) for schedule in schedules]
    if as_json:
        print(orjson.dumps(_of(member) | {"schedules": told}).decode())
        return
    for item in told:
        print(_line(item))
    if not told:
        print("Nothing is planned.")


def show_caps(member: Member, *, as_json: bool) -> None:
    """Print how many texts that nobody asked for a member may get: as JSON, or in a line."""
    caps = {"per_day": member.per_day, "per_week": member.per_week}
    line = f"Unasked texts: at most {member.per_day} a day and {member.per_week} in seven days."
    print(orjson.dumps(caps).decode() if as_json else line)


def refuse(why: str, status: int = 2) -> NoReturn:
    """Say why something is not done, and end the command."""
    print(why, file=sys.stderr)
    raise typer.Exit(status)


def _schedules(reader: Reader, member: Member) -> tuple[Schedule, ...]:
    return reader.rows(Schedule, "x.member_id = %(id)s order by x.flow, x.id", id=member.id)


def _e164(phone: str) -> str:
    try:
        return read_number(phone)
    except PhoneProblem as problem:
        refuse(f"{phone}: {problem}")


def _of(member: Member) -> dict[str, Any]:
    caps = {"per_day": member.per_day, "per_week": member.per_week}
    return {"zone": member.zone, "windows": member.windows, **caps}


def _data(schedule: Schedule, member: Member, desk: Desk, held: datetime | None) -> dict[str, Any]:
    """A schedule as it is told; `held` is until when its moment was put off, if it was."""
    speaks = None
    if schedule.next_at is not None:
        at = held or speaks_at(schedule, member, desk.house.organisation, schedule.next_at)
        speaks = to_local(at, member.zone)
    return {
        "id": str(schedule.id), "flow": schedule.flow, "kind": schedule.kind, "rule": schedule.rule, "starts": schedule.starts,
        "regular": schedule.regular, "spread": schedule.spread, "unless_heard": schedule.unless_heard, "skip_holidays": schedule.skip_holidays,
        "date": None if schedule.date_id is None else str(schedule.date_id), "date_at": schedule.date_at,
        "when": schedule.relative, "look": say_outlook(schedule, member, desk.house.organisation, desk.house.now), "next": None if speaks is None else speaks.isoformat(timespec="minutes"),
    }  # fmt: skip


def _line(item: dict[str, Any]) -> str:
    if item["date"] is None:
        timing = f"{item['rule']} from {item['starts'][:16]}"
    else:
        timing = f"{item['when']}, date {item['date'][-6:]} on {item['date_at'][:16]}"
    extras = ["their regular one"] * item["regular"]
    extras += [f"within {item['spread']} minutes"] * bool(item["spread"])
    extras += ["unless heard from"] * item["unless_heard"] + ["not on holidays"] * item["skip_holidays"]
    line = f"{item['id'][-6:]}  {item['flow']}: next {item['next'] or 'never'}  ({', '.join([timing, *extras])})"
    return line if item["look"] is None else f"{line}\n        look: {item['look']}"
