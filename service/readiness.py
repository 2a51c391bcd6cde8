"""Whether the people are there that members and alerts need, and whether the keys open what is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from flows.engine.flow import Flow
from service.filling import missing
from service.gateways.keys import KeyProblem
from service.store.reading import Reader
from service.store.rows import Member, Number, Staff

Standing = Literal["ok", "look", "mend"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it stands, and in words what was found and how to mend it."""

    about: str
    standing: Standing
    text: str


def keys_open(reader: Reader) -> Check:
    """Whether PEERLINE_KEYS opens a row that exists and finds it by its index."""
    try:
        numbers = reader.rows(Number, "true order by x.created_at desc limit 1")
    except KeyProblem as problem:
        return Check("keys", "mend", f"PEERLINE_KEYS: {problem}.")
    if any(reader.keys.blind(number.number) != number.blind for number in numbers):
        return Check(
            "keys", "mend", "PEERLINE_KEYS has another index key: no number would be found. Put the old one back."
        )
    return Check("keys", "ok", "they open what is stored" if numbers else "nothing is stored yet that they could open")


def schedules_ready(
    begun: Collection[tuple[str, bool]],
    published: Mapping[str, int],
    flows: Callable[[Mapping[str, int]], Mapping[str, Flow]],
) -> Iterator[Check]:
    """Whether the flows that schedules begin (each with whether around a date) are published, and get what they take."""
    for name, dated in sorted(begun):
        if name not in published:
            text = f"Schedules, or organisation.yaml under joining, begin the flow {name}, and it is not published: publish it."
            yield Check("flows", "mend", text)
        elif lack := missing(flows({name: published[name]})[name], dated=dated):
            yield Check("flows", "mend", f"Schedules, or organisation.yaml under joining, begin it: {lack}.")


def people_ready(reader: Reader) -> Iterator[Check]:
    """Whether there is somebody for every member and every alert."""
    staff = [person for person in reader.staff().values() if person.active]
    numbers = reader.rows(Number, "x.owner = 'staff' and x.consent = 'stopped'")
    members = reader.rows(Member, "true")
    found = [
        *_somebody(staff, members),
        *_stopped(staff, {number.id for number in numbers}),
        *_backups(staff),
        *_members(members, {person.id: person for person in staff}),
    ]
    yield from found or [
        Check("people", "ok", f"{len(staff)} of staff, {len(members)} members, everybody has somebody")
    ]


def _somebody(staff: Collection[Staff], members: Collection[Member]) -> Iterator[Check]:
    roles = {person.role for person in staff}
    if not staff:
        yield Check("people", "mend" if members else "look", "There is no staff yet: peerline staff import staff.csv.")
        return
    if "supervisor" not in roles:
        yield Check(
            "people", "mend", "Nobody supervises: an alert that nobody takes would have nowhere to climb. Import one."
        )
    if "coordinator" not in roles:
        yield Check("people", "look", "There is no coordinator: what comes from numbers nobody knows waits for one.")
    if "specialist" not in roles:
        yield Check("people", "mend", "There is no specialist: nobody would answer members. Import one.")


def _stopped(staff: Collection[Staff], stopped: Collection[UUID]) -> Iterator[Check]:
    for person in staff:
        if person.number_id in stopped:
            text = f"The phone of {person.name} said STOP and gets no alerts: ask them to write START to your number."
            yield Check("people", "mend", text)


def _backups(staff: Collection[Staff]) -> Iterator[Check]:
    there = {person.id for person in staff}
    for person in staff:
        if person.role == "specialist" and person.backup_id not in there:
            text = f"{person.name} has no backup: alerts go on to a supervisor at once. Name one in staff.csv."
            yield Check("people", "look", text)


def _members(members: Collection[Member], staff: Mapping[UUID, Staff]) -> Iterator[Check]:
    alone = sum(member.specialist_id is None for member in members)
    left = sum(member.specialist_id is not None and member.specialist_id not in staff for member in members)
    if alone:
        yield Check("people", "look", f"Members without a specialist: {alone}. The coordinator answers them.")
    if left:
        yield Check(
            "people", "look", f"Members whose specialist does not work here any more: {left}. Give them another."
        )
