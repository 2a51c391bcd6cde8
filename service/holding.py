"""Why a scheduled text does not go out now, in the words of `explain`; and when it waits for a better moment of its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.facts import hours_of, is_paused
from service.planning import BEFORE
from service.rules.kinds import KINDS, REMINDERS_A_DAY, REMINDERS_A_WEEK, UNASKED
from service.rules.local_time import to_local
from service.rules.member_hours import Week, is_open, next_open
from service.rules.setting import Setting
from service.store.rows import Escalation, Member, Outbound, Schedule, Thread
from service.store.scene import Scene, since

TALKING = timedelta(hours=2)  # a check-in does not walk into a talk between two people (FEATURES.md, row 52)
CALM = timedelta(hours=24)  # after an alert was closed (FLOW-LIBRARY.md, F5)
APART = timedelta(hours=2)  # between two scheduled texts to one person
WEEK = timedelta(days=7)
_FACTS = {"routine": "routine_at", "time-bound": "reminded_at"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment of a schedule that has come: the rule's moment, when it was meant to speak, and the date it reminds of."""

    schedule: Schedule
    moment: datetime
    meant: datetime
    until: datetime | None


def why_held(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> str | None:
    """Why this moment of a schedule does not speak; None where nothing speaks against it."""
    return next(_against(scene, setting, member, slot, now), None)


def waits_until(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> datetime | None:
    """The later moment of the same day (a reminder: before its date) at which it should speak; None where that is now."""
    hours = hours_of(member, setting.organisation)
    if not is_open(hours, member.zone, now):
        return goes_at(hours, member, slot, now)
    last = _last_spoken(scene)
    if last is None or now - last[0] >= APART or not _gives_way(slot, last[1]):
        return None
    later = last[0] + APART
    return later if is_open(hours, member.zone, later) and _still_fits(member, slot, later) else None


def goes_at(hours: Week, member: Member, slot: Slot, at: datetime) -> datetime | None:
    """When a moment goes by the member's hours alone, looked at an instant: then, at the opening it waits for, or None, never."""
    opening = next_open(hours, member.zone, at)
    return opening if opening is not None and (opening == at or _still_fits(member, slot, opening)) else None


def may_write_unasked(scene: Scene, setting: Setting, member: Member, kind: str, now: datetime) -> datetime | None:
    """None where automatic words of a kind may go out now by hours and caps; else the next moment at which to look again."""
    hours = hours_of(member, setting.organisation)
    opening = next_open(hours, member.zone, now)
    if opening is None:
        return now + timedelta(days=1)
    if opening > now:
        return opening
    if reached_cap(scene, member, kind, now) is not None:
        return next_open(hours, member.zone, now + timedelta(days=1))
    return None


def reached_cap(scene: Scene, member: Member, kind: str, now: datetime) -> str | None:
    """Which cap a member has reached for a kind of unasked text, or None. Texts written at one moment count once.

    Days are those of the member's calendar, and the seven are today and the six before: not the seconds by which a worker
    came late, nor a change of clocks, may use up a cap.
    """
    a_day, a_week = _caps(member, kind)
    today = to_local(now, member.zone).date()
    days = [day for day in (to_local(at, member.zone).date() for at in _spoken_at(scene, kind)) if today - day < WEEK]
    what = "unasked" if kind == "routine" else "reminders"
    if days.count(today) >= a_day:
        return f"already {a_day} {what} today, which is their cap"
    if len(days) >= a_week:
        return f"already {a_week} {what} in seven days, which is their cap"
    return None


def _against(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> Iterator[str]:
    yield from _because_of_them(scene, member, now)
    yield from _because_of_people(scene, now)
    yield from _because_of_the_moment(scene, setting, member, slot, now)
    yield from _because_of_others(scene, setting, member, slot, now)


def _because_of_them(scene: Scene, member: Member, now: datetime) -> Iterator[str]:
    if scene.number.consent == "stopped":
        yield "they said stop"
    if scene.number.consent != "given":
        yield "no consent on record: the welcome comes first"
    if is_paused(member, now):
        yield "paused"


def _because_of_people(scene: Scene, now: datetime) -> Iterator[str]:
    if any(alert.number_id == scene.number.id for alert in scene.all(Escalation)):
        yield "an alert about them is open: people only"
    closed = since(scene, "calm_from")
    if closed is not None and now - closed < CALM:
        yield "an alert about them was closed within a day: people only"
    threads = (t for t in scene.all(Thread) if t.number_id == scene.number.id and t.closed_at is None)
    if any(now - thread.last_words_at < TALKING for thread in threads):
        yield "they are talking with a person"


def _because_of_the_moment(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> Iterator[str]:
    organisation, schedule = setting.organisation, slot.schedule
    if slot.until is not None and now >= slot.until:
        yield "its date has passed"
    if slot.until is None and now - _proper(member, setting, slot) > timedelta(minutes=organisation.late_minutes):
        yield f"late by more than {organisation.late_minutes} minutes"
    restored = since(scene, "restored_at")
    if restored is not None and slot.meant <= restored:
        yield "it may have gone out already: an older database was restored"
    if schedule.skip_holidays and to_local(slot.moment, member.zone).date() in organisation.holidays:
        yield "a holiday of the organisation"
    if schedule.unless_heard and _heard_today(scene, member, now):
        yield "they wrote today already"


def _because_of_others(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> Iterator[str]:
    conversation, kind = scene.conversation, slot.schedule.kind
    if conversation is not None and conversation.flow == "welcome":
        yield "the welcome is not finished"
    if conversation is not None and kind == "routine" and conversation.until_at and now < conversation.until_at:
        yield "a reminder of a date is under way"
    capped = reached_cap(scene, member, kind, now)
    if capped is not None:
        yield capped
    last, closed = _last_spoken(scene), not is_open(hours_of(member, setting.organisation), member.zone, now)
    close = kind == "routine" and last is not None and now - last[0] < APART
    if not (closed or close) or waits_until(scene, setting, member, slot, now) is not None:
        return
    yield "outside their window, and it does not open again that day" if closed else "another text went out just before"


def _proper(member: Member, setting: Setting, slot: Slot) -> datetime:
    """When it should have spoken: as meant, or when their hours began that day."""
    return goes_at(hours_of(member, setting.organisation), member, slot, slot.meant) or slot.meant


def _still_fits(member: Member, slot: Slot, later: datetime) -> bool:
    """Whether a later moment is as good: on the local day of its own, or for a reminder well before the date."""
    if slot.until is not None:
        return later + BEFORE <= slot.until
    return to_local(later, member.zone).date() == to_local(slot.moment, member.zone).date()


def _gives_way(slot: Slot, spoken: str) -> bool:
    """A reminder waits for anything; a hello waits after a reminder, and is left out after another hello."""
    return slot.schedule.kind == "time-bound" or spoken == "time-bound"


def _heard_today(scene: Scene, member: Member, now: datetime) -> bool:
    last = scene.fact("last_in_at")
    heard = None if last is None else to_local(datetime.fromisoformat(last), member.zone).date()
    return heard == to_local(now, member.zone).date()


def _last_spoken(scene: Scene) -> tuple[datetime, str] | None:
    return max(((at, kind) for kind in UNASKED for at in _spoken_at(scene, kind)), default=None)


def _spoken_at(scene: Scene, kind: str) -> set[datetime]:
    """When texts of an unasked kind went out or were queued in the last eight days, those of this decision included."""
    spoken = set(map(datetime.fromisoformat, scene.fact(_FACTS[kind], [])))
    for row in scene.changed.values():
        if isinstance(row, Outbound) and (row.kind, row.state, row.number_id) == (kind, "queued", scene.number.id):
            spoken.add(row.at)
    return spoken


def _caps(member: Member, kind: str) -> tuple[int, int]:
    return (REMINDERS_A_DAY, REMINDERS_A_WEEK) if KINDS[kind].cap == "two a day" else (member.per_day, member.per_week)
