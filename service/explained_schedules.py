"""When a member may be written to unasked, what each of their schedules does next, and what comes if nobody writes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from config.organisation import Organisation
from service.explained_words import say_time
from service.facts import hours_of
from service.foretelling import DAYS, Coming, next_text
from service.holding import reached_cap
from service.planning import next_slot, speaks_at
from service.rules.local_time import to_local
from service.rules.member_hours import Week, is_open
from service.store.rows import Member, Outbound, Schedule
from service.store.scene import Scene

MOMENTS = 3  # of each schedule that are told
SHOWN = 10  # things to come that are told, and schedules at rest
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CAPPED = ("routine", "time-bound")


@dataclass(frozen=True, slots=True)
class Foretold:
    """What is told about one member's coming days: how they stand, their schedules (those at rest too), and what comes."""

    scene: Scene
    member: Member
    organisation: Organisation
    schedules: Sequence[Schedule]
    coming: tuple[Coming, ...]
    now: datetime


def say_rest(foretold: Foretold) -> tuple[str, ...]:
    """The hours in which they may be written to unasked, whether that is now, and their caps."""
    member, now = foretold.member, foretold.now
    hours = hours_of(member, foretold.organisation)
    usual = _usual(hours)
    is_now = "open" if is_open(hours, member.zone, now) else "closed"
    caps = f"at most {member.per_day} a day and {member.per_week} in seven days"
    return (
        *_other_days(hours, usual),
        f"Unasked texts go {_spans(usual)} in {member.zone}, {caps}; it is {to_local(now, member.zone):%H:%M} there, so that is {is_now} now.",
        *(f"They had {cap}." for cap in _caps_reached(foretold)),
    )


def say_schedules(foretold: Foretold) -> tuple[str, ...]:
    """Each schedule with its next moments, and the last ones that are at rest."""
    active = [schedule for schedule in foretold.schedules if schedule.active]
    resting = sorted((s for s in foretold.schedules if not s.active), key=lambda schedule: schedule.starts)
    return (*(_active(foretold, schedule) for schedule in active), *(_resting(foretold, s) for s in resting[-SHOWN:]))


def say_coming(foretold: Foretold) -> tuple[str, ...]:
    """What comes if nobody writes meanwhile: the next text that nobody asked for, and then everything in its order."""
    zone = foretold.member.zone
    text = next_text(foretold.coming)
    if text is None:
        first = f"If nobody writes meanwhile, no text goes to them unasked in the coming {DAYS} days."
    else:
        first = f"If nobody writes meanwhile, the next unasked text goes {say_time(text.at, zone)} ({_flow_of(text)})."
    lines = (f"{say_time(each.at, zone)}: {line}." for each in foretold.coming for line in _lines(foretold, each))
    return (first, *[line for line, _ in zip(lines, range(SHOWN), strict=False)])


def coming_data(foretold: Foretold) -> dict[str, Any]:
    """The same for programs: each schedule with when it speaks next and what is left out of it, and the next unasked text."""
    text = next_text(foretold.coming)
    return {
        "schedules": [_data(foretold, schedule) for schedule in foretold.schedules],
        "next_text": None if text is None else {"at": text.at.isoformat(), "flow": _flow_of(text)},
    }


def _usual(hours: Week) -> tuple[tuple[time, time], ...]:
    """The hours that most days have."""
    days = [hours.get(day, ()) for day in range(7)]
    return max(days, key=days.count)


def _other_days(hours: Week, usual: tuple[tuple[time, time], ...]) -> Iterator[str]:
    for day, name in enumerate(_DAYS):
        spans = hours.get(day, ())
        if spans != usual:
            yield f"On {name}s they go {_spans(spans)}." if spans else f"On {name}s none go."


def _spans(spans: tuple[tuple[time, time], ...]) -> str:
    told = ["at any hour" if begin == end else f"from {begin:%H:%M} to {end:%H:%M}" for begin, end in spans]
    return " and ".join(told) or "at no hour"


def _caps_reached(foretold: Foretold) -> Iterator[str]:
    for kind in _CAPPED:
        cap = reached_cap(foretold.scene, foretold.member, kind, foretold.now)
        if cap is not None:
            yield cap


def _active(foretold: Foretold, schedule: Schedule) -> str:
    told = [_outcome(foretold, each) for each in _of(foretold, schedule)][:MOMENTS]
    if not told:
        told = [_far(foretold, schedule)]
    return f"{schedule.flow}: {_timing(schedule)}, {'; '.join(told)}{_asides(schedule)}."


def _of(foretold: Foretold, schedule: Schedule) -> list[Coming]:
    """What comes of a schedule, moment by moment; where it is only put off, what comes of it in the end is another."""
    return [
        each for each in foretold.coming
        if each.schedule is not None and each.schedule.id == schedule.id and each.until is None
    ]  # fmt: skip


def _outcome(foretold: Foretold, each: Coming) -> str:
    zone = foretold.member.zone
    if each.fails:
        return f"due {say_time(each.at, zone)}, and {_FAILS}"
    if each.held and not each.texts:
        return f"left out {say_time(each.at, zone)}: {each.held[-1].reason.get('rule')}"
    return f"next {say_time(each.at, zone)}{_instead(foretold, each)}"


def _instead(foretold: Foretold, each: Coming) -> str:
    """Why it speaks at another time than its moment, where it does."""
    schedule, member = each.schedule, foretold.member
    if schedule is None or schedule.next_at is None or schedule.next_at == each.at:
        return ""
    meant = speaks_at(schedule, member, foretold.organisation, schedule.next_at)
    if each.at > meant:
        why = "put off"
    elif schedule.spread:
        why = "a minute drawn from its spread"
    else:
        why = "within their hours"
    return f" ({why}; its own moment is {to_local(schedule.next_at, member.zone):%A %H:%M})"


def _far(foretold: Foretold, schedule: Schedule) -> str:
    if schedule.next_at is None:
        return "without a next moment"
    at = speaks_at(schedule, foretold.member, foretold.organisation, schedule.next_at)
    return f"next {say_time(at, foretold.member.zone)}"


def _timing(schedule: Schedule) -> str:
    if schedule.relative is not None and schedule.date_at is not None:
        return f"{schedule.relative}, for their date of {schedule.date_at[:16]}"
    return f"by the rule {schedule.rule}"


def _asides(schedule: Schedule) -> str:
    asides = [f"within {schedule.spread} minutes after"] * bool(schedule.spread)
    asides += ["not on a day on which they wrote"] * schedule.unless_heard
    asides += ["not on holidays"] * schedule.skip_holidays
    return f" ({', '.join(asides)})" if asides else ""


def _resting(foretold: Foretold, schedule: Schedule) -> str:
    """One that was taken away while it had moments left is another thing than one that came to its end."""
    has_ended = not schedule.removed and next_slot(schedule, foretold.member, foretold.now) is None
    ended = "it has no moment left" if has_ended else "it was removed and speaks no more"
    last = f"; it last spoke {say_time(schedule.last_at, foretold.member.zone)}" if schedule.last_at else ""
    return f"{schedule.flow}: {_timing(schedule)}, {ended}{last}."


def _lines(foretold: Foretold, each: Coming) -> Iterator[str]:
    if each.fails:
        yield f"{_what(each)} comes due, and {_FAILS}"
        return
    if each.until is not None:
        yield f"{_what(each)} waits until {say_time(each.until, foretold.member.zone)}, as it is put off: {each.why}"
        return
    for text in each.held:
        yield f"{_what(each)} is left out: {text.reason.get('rule')}"
    if each.texts:
        yield f"{_what(each)} {_SPEAKS.get(each.kind, 'goes on, and a text goes to them')}"
    elif not each.held:
        yield f"{_what(each)} {_quietly(each)}"


_FAILS = "it cannot be decided as things are (such as a flow that is not published): a person will be told"
_SPEAKS = {"check-in": "begins, and a text goes to them", "welcome": "goes to them"}


def _what(each: Coming) -> str:
    if each.kind == "silence":
        return f"the conversation {each.flow}, without an answer,"
    return {"welcome": "the welcome", "resume": "their pause"}.get(each.kind, each.flow)


def _quietly(each: Coming) -> str:
    if each.kind == "silence":
        return "goes on without a text" if each.goes_on else "ends without a text"
    return {"welcome": "is not needed any more", "resume": "ends"}.get(each.kind, "comes due, and no text follows")


def _flow_of(text: Outbound) -> str:
    return str(text.reason.get("flow", text.kind))


def _data(foretold: Foretold, schedule: Schedule) -> dict[str, Any]:
    found = _of(foretold, schedule) if schedule.active else []
    speaks = [each.at for each in found if not each.fails and (each.texts or not each.held)]
    left = [{"at": each.at.isoformat(), "why": each.held[-1].reason.get("rule")} for each in found if each.held]
    if not found and schedule.active and schedule.next_at is not None:
        speaks = [speaks_at(schedule, foretold.member, foretold.organisation, schedule.next_at)]
    return {
        "flow": schedule.flow, "rule": schedule.rule, "active": schedule.active,
        "next": [at.isoformat() for at in speaks[:MOMENTS]], "left_out": left[:MOMENTS],
    }  # fmt: skip
