"""What becomes of a schedule's coming moments by the member's hours alone: which wait for them, and which never speak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.organisation import Organisation
from service.facts import hours_of
from service.holding import Slot, brought_by_hours
from service.planning import next_slot, speaks_at, until_of
from service.rules.local_time import to_local
from service.rules.member_hours import say_hours
from service.store.rows import Member, Schedule

LOOKED_AT = 28  # moments: four weeks of a daily one
AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The coming moments that were looked at, those of them that are left out, and those that wait with until when."""

    looked_at: int
    left_out: tuple[datetime, ...]
    waiting: tuple[tuple[datetime, datetime], ...]


def outlook(schedule: Schedule, member: Member, organisation: Organisation, now: datetime) -> Outlook:
    """Look at the next moments of a schedule, as the decision itself would at each of them (service.holding)."""
    hours, until = hours_of(member, organisation), until_of(schedule, member)
    moments = tuple(_coming(schedule, member, now)) if schedule.active else ()
    left_out, waiting = [], []
    for moment in moments:
        meant = speaks_at(schedule, member, organisation, moment)
        goes = brought_by_hours(hours, member, Slot(schedule, moment, meant, until), meant)
        if goes is None:
            left_out.append(moment)
        elif goes > meant:
            waiting.append((moment, goes))
    return Outlook(len(moments), tuple(left_out), tuple(waiting))


def say_outlook(schedule: Schedule, member: Member, organisation: Organisation, now: datetime) -> str | None:
    """Say which of a schedule's coming moments their hours leave out or make wait, and what those hours are; None: none."""
    found = outlook(schedule, member, organisation, now)
    told = (*_say_left_out(found, member, organisation), *_say_waiting(found, member, organisation))
    return f"{schedule.flow}: {' '.join(told)}" if told else None


def _coming(schedule: Schedule, member: Member, now: datetime) -> Iterator[datetime]:
    moment = schedule.next_at or next_slot(schedule, member, now)
    for _ in range(LOOKED_AT):
        if moment is None or moment > now + AHEAD:
            return
        yield moment
        moment = next_slot(schedule, member, moment)


def _say_left_out(found: Outlook, member: Member, organisation: Organisation) -> Iterator[str]:
    if not found.left_out:
        return
    count = len(found.left_out)
    some = f"{count} of its next {found.looked_at} moments lie" if found.looked_at > 1 else "its moment lies"
    which = "every moment of it lies" if count == found.looked_at > 1 else some
    first = found.left_out[0]
    yield (
        f"{which} outside of their hours and will be left out, first {_clocks(first, member)}; {_hours(first, member, organisation)}."
        " Give it another time, or them other hours with `peerline schedule hours`."
    )


def _say_waiting(found: Outlook, member: Member, organisation: Organisation) -> Iterator[str]:
    if not found.waiting:
        return
    moment, goes = found.waiting[0]
    yield (
        f"{_clocks(moment, member)} is not within their hours; {_hours(moment, member, organisation)}."
        f" It waits until {_clocks(goes, member)}."
    )


def _clocks(at: datetime, member: Member) -> str:
    return f"{to_local(at, member.zone):%A %d %B %H:%M}"


def _hours(at: datetime, member: Member, organisation: Organisation) -> str:
    local = to_local(at, member.zone)
    return f"their hours on {local:%A}: {say_hours(hours_of(member, organisation), local.weekday())}"
