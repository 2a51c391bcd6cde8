"""Why a scheduled text does not go out now, in the words of `explain`; and when it waits for a better moment of its day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from service.facts import hours_of, is_paused
from service.planning import BEFORE
from service.rules.kinds import KINDS, REMINDERS_A_DAY, REMINDERS_A_WEEK, UNASKED
from service.rules.local_time import to_instant, to_local
from service.rules.member_hours import Week, is_open, next_open
from service.rules.setting import Setting
from service.store.rows import Escalation, Member, Outbound, Schedule, Thread
from service.store.scene import Scene, since

TALKING = timedelta(hours=2)  # a check-in does not walk into a talk between two people (FEATURES.md, row 52)
CALM = timedelta(hours=24)  # after an alert was closed (FLOW-LIBRARY.md, F5)
APART = timedelta(hours=2)  # between two scheduled texts to one person
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
LONGEST_SHIFT = 7  # days by which what comes only once is put off at most
STOPPED, PASSED = "they said stop", "its date has passed"
CLOSED = "outside their window, and it does not open again that day"
SPOKEN, REMINDED = "another text went out just before", "a reminder went out just before"
_JUST_BEFORE = (SPOKEN, REMINDED)
_FACTS = {"routine": "routine_at", "time-bound": "reminded_at"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment of a schedule that has come: the rule's moment, when it was meant to speak, and the date it reminds of."""

    schedule: Schedule
    moment: datetime
    meant: datetime
    until: datetime | None
    told: Mapping[str, str] = field(default_factory=dict)  # until when it was put off (UTC, ISO), and why


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What speaks against a moment, in the words of `explain`, and when it is over at the earliest; None: not by waiting."""

    why: str
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a moment: it speaks (no `why`), it is put off for a reason, or it is withheld for one (no `later`)."""

    why: str | None = None
    later: datetime | None = None


def judge(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> Verdict:
    """Decide about one moment of a schedule that has come.

    A hello that comes again is left out, or waits for a better hour of its day. A reminder waits for whatever passes by
    itself, as long as that is well before its date. What comes only once waits for another day, for a week at most.
    """
    found = tuple(_against(scene, setting, member, slot, now))
    hours = hours_of(member, setting.organisation)
    if slot.until is not None:
        return _of_a_reminder(found, hours, member, slot.until)
    verdict = _of_a_hello(found, hours, member, slot)
    if verdict.why is None or verdict.later is not None or not comes_once(slot.schedule):
        return verdict
    later = _another_day(found, hours, member, slot, now)
    return verdict if later is None else Verdict(_meanwhile(verdict.why), later)


def comes_once(schedule: Schedule) -> bool:
    """Whether a schedule has a single moment: one time, or so long before or after a date."""
    return "COUNT=1" in schedule.rule.upper().split(";")


def goes_at(hours: Week, member: Member, slot: Slot, at: datetime) -> datetime | None:
    """When a moment goes by the member's hours alone, looked at an instant: then, at the opening it waits for, or None, never."""
    opening = next_open(hours, member.zone, at)
    return opening if opening is not None and (opening == at or _fits(member, slot, opening)) else None


def brought_by_hours(hours: Week, member: Member, slot: Slot, at: datetime) -> datetime | None:
    """When a moment goes if nothing but the member's hours is in the way: as above, and what comes only once on another day."""
    goes = goes_at(hours, member, slot, at)
    if goes is not None or slot.until is not None or not comes_once(slot.schedule):
        return goes
    return _another_day((Obstacle(CLOSED, next_open(hours, member.zone, at)),), hours, member, slot, at)


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
    found = _cap(scene, member, kind, now)
    return None if found is None else found.why


def _cap(scene: Scene, member: Member, kind: str, now: datetime) -> Obstacle | None:
    a_day, a_week = _caps(member, kind)
    today = to_local(now, member.zone).date()
    days = [day for day in (to_local(at, member.zone).date() for at in _spoken_at(scene, kind)) if today - day < WEEK]
    what = "unasked" if kind == "routine" else "reminders"
    if days.count(today) >= a_day:
        return Obstacle(f"already {a_day} {what} today, which is their cap", _midnight(member, today + DAY))
    if len(days) >= a_week:
        room = sorted(days)[-a_week] + WEEK
        return Obstacle(f"already {a_week} {what} in seven days, which is their cap", _midnight(member, room))
    return None


def _midnight(member: Member, day: date) -> datetime:
    return to_instant(datetime.combine(day, time()), member.zone)


def _of_a_hello(found: Sequence[Obstacle], hours: Week, member: Member, slot: Slot) -> Verdict:
    """Left out for the first thing that is in the way; hours, and a reminder just before, are waited for on the same day."""
    hard = next((obstacle for obstacle in found if obstacle.why not in (CLOSED, REMINDED)), None)
    if hard is not None:
        return Verdict(hard.why)
    for obstacle in found:
        later = obstacle.ends
        open_then = later is not None and is_open(hours, member.zone, later)
        if later is not None and open_then and _same_day(member, slot, later):
            return Verdict(_meanwhile(obstacle.why), later)
        return Verdict(obstacle.why)
    return Verdict()


def _of_a_reminder(found: Sequence[Obstacle], hours: Week, member: Member, until: datetime) -> Verdict:
    """Put off until all that is in the way has passed; another text is no reason to say nothing."""
    lasting = next((obstacle for obstacle in found if obstacle.ends is None), None)
    if not found or lasting is not None:
        return Verdict(None if lasting is None else lasting.why)
    later = next_open(hours, member.zone, max(obstacle.ends for obstacle in found if obstacle.ends is not None))
    if later is not None and later + BEFORE <= until:
        return Verdict(_meanwhile(found[0].why), later)
    return Verdict(next((obstacle.why for obstacle in found if obstacle.why not in _JUST_BEFORE), None))


def _another_day(found: Sequence[Obstacle], hours: Week, member: Member, slot: Slot, now: datetime) -> datetime | None:
    """The next day on which nothing of this is in the way any more, at the same local time or as their hours open after it."""
    if any(obstacle.ends is None for obstacle in found):
        return None
    after = max(obstacle.ends for obstacle in found if obstacle.ends is not None)
    local = to_local(slot.moment, member.zone).replace(tzinfo=None)
    for days in range(1, LONGEST_SHIFT + 1):
        at = to_instant(local + timedelta(days=days), member.zone)
        opening = next_open(hours, member.zone, at)
        if opening is None or to_local(opening, member.zone).date() != to_local(at, member.zone).date():
            continue
        if opening > now and opening >= after:
            return opening
    return None


def _meanwhile(why: str) -> str:
    """A reason in the words of what is only put off."""
    return "outside their hours" if why == CLOSED else why


def _against(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> Iterator[Obstacle]:
    yield from _because_of_them(scene, member, slot, now)
    yield from _because_of_people(scene, now)
    yield from _because_of_the_moment(scene, setting, member, slot, now)
    yield from _because_of_others(scene, setting, member, slot, now)


def _because_of_them(scene: Scene, member: Member, slot: Slot, now: datetime) -> Iterator[Obstacle]:
    if scene.number.consent == "stopped":
        yield Obstacle(STOPPED)
    if scene.number.consent != "given":
        yield Obstacle("no consent on record: the welcome comes first")
    if is_paused(member, now):  # a reminder comes after a pause that ends in time; to all else a pause is a no
        yield Obstacle("paused", None if slot.until is None else member.paused_until)


def _because_of_people(scene: Scene, now: datetime) -> Iterator[Obstacle]:
    if any(alert.number_id == scene.number.id for alert in scene.all(Escalation)):
        yield Obstacle("an alert about them is open: people only", now + CALM)  # closed now, it would be quiet as long
    closed = since(scene, "calm_from")
    if closed is not None and now - closed < CALM:
        yield Obstacle("an alert about them was closed within a day: people only", closed + CALM)
    threads = (t for t in scene.all(Thread) if t.number_id == scene.number.id and t.closed_at is None)
    words = max((thread.last_words_at for thread in threads), default=None)
    if words is not None and now - words < TALKING:
        yield Obstacle("they are talking with a person", words + TALKING)


def _because_of_the_moment(
    scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime
) -> Iterator[Obstacle]:
    organisation, schedule = setting.organisation, slot.schedule
    if slot.until is not None and now >= slot.until:
        yield Obstacle(PASSED)
    if slot.until is None and now - _proper(member, setting, slot) > timedelta(minutes=organisation.late_minutes):
        yield Obstacle(f"late by more than {organisation.late_minutes} minutes")
    restored = since(scene, "restored_at")
    if restored is not None and slot.meant <= restored:
        yield Obstacle("it may have gone out already: an older database was restored")
    if schedule.skip_holidays and to_local(slot.moment, member.zone).date() in organisation.holidays:
        yield Obstacle("a holiday of the organisation")
    if schedule.unless_heard and _heard_today(scene, member, now):
        yield Obstacle("they wrote today already")


def _because_of_others(scene: Scene, setting: Setting, member: Member, slot: Slot, now: datetime) -> Iterator[Obstacle]:
    conversation, kind = scene.conversation, slot.schedule.kind
    if conversation is not None and conversation.flow == "welcome":
        yield Obstacle("the welcome is not finished", now + TALKING)
    if conversation is not None and kind == "routine" and conversation.until_at and now < conversation.until_at:
        yield Obstacle("a reminder of a date is under way", conversation.until_at)
    capped = _cap(scene, member, kind, now)
    if capped is not None:
        yield capped
    hours = hours_of(member, setting.organisation)
    if not is_open(hours, member.zone, now):
        yield Obstacle(CLOSED, next_open(hours, member.zone, now))
        return
    last = _last_spoken(scene)
    if last is not None and now - last[0] < APART:
        # A hello waits for a reminder to pass, and is left out after another hello.
        yield Obstacle(REMINDED if last[1] == "time-bound" else SPOKEN, last[0] + APART)


def _proper(member: Member, setting: Setting, slot: Slot) -> datetime:
    """When it should have spoken: as meant, or when their hours began that day."""
    return goes_at(hours_of(member, setting.organisation), member, slot, slot.meant) or slot.meant


def _fits(member: Member, slot: Slot, later: datetime) -> bool:
    """Whether a later moment is as good: on the local day of its own, or for a reminder well before the date."""
    return _same_day(member, slot, later) if slot.until is None else later + BEFORE <= slot.until


def _same_day(member: Member, slot: Slot, later: datetime) -> bool:
    """Whether that is the day of the moment; of what comes once, the day to which it was put off."""
    own = max(slot.moment, slot.meant) if comes_once(slot.schedule) else slot.moment
    return to_local(later, member.zone).date() == to_local(own, member.zone).date()


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
