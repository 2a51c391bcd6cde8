"""Check-ins at the moments of a member's own rules, and the welcome that comes before anything else is sent unasked.

A check-in that does not go out leaves a withheld message with its reason, so that `explain` can tell why nobody wrote.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from service.conversations import Beginning, Handlers, begin
from service.facts import is_paused
from service.outbox import Draft, withhold
from service.rules.local_time import to_local
from service.rules.schedule import next_moment
from service.rules.setting import Setting
from service.rules.windows import Window, is_open, next_open
from service.store.rows import Escalation, Member, Schedule, Thread, Timer
from service.store.scene import Scene, since
from service.timers import set_timer

TALKING = timedelta(hours=2)  # a check-in does not walk into a talk between two people (FEATURES.md, row 52)
CALM = timedelta(hours=24)  # after an alert was closed (FLOW-LIBRARY.md, F5)


def on_check_in(scene: Scene, setting: Setting, handlers: Handlers, timer: Timer, now: datetime) -> Scene:
    """The scene when a schedule's moment has come: the next one set, and the check-in begun or withheld with its reason."""
    schedule, member = scene.get(Schedule, timer.subject), scene.member
    if schedule is None or member is None or not schedule.active or timer.fence != str(schedule.revision):
        return scene
    scene = set_next(scene, schedule, member, now)
    shifted = _shifted(member, timer.due_at, now)
    if shifted is not None and _reason_to_hold(scene, setting, member, timer, now) is None:
        return set_timer(scene, "check-in", schedule.id, shifted, timer.fence)
    reason = _reason_to_hold(scene, setting, member, timer, now) or _outside(member, now)
    if reason is not None:
        because = {"due": timer.due_at.isoformat(), "schedule": str(schedule.id), "flow": schedule.flow}
        return withhold(scene, setting, Draft(scene.number.id, "routine", "", member.language, reason, because), now)
    return begin(scene, setting, handlers, Beginning(schedule.flow, "schedule", "their own schedule"), now)


def set_next(scene: Scene, schedule: Schedule, member: Member, after: datetime) -> Scene:
    """The scene with a schedule's next moment as its timer; a rule that has none left comes to rest."""
    found = next_moment(schedule.rule, member.zone, datetime.fromisoformat(schedule.starts), after)
    scene = scene.with_rows(replace(schedule, next_at=found, active=found is not None))
    return scene if found is None else set_timer(scene, "check-in", schedule.id, found, str(schedule.revision))


def on_welcome(scene: Scene, setting: Setting, handlers: Handlers, timer: Timer, now: datetime) -> Scene:
    """The scene when a member should be asked for their consent: once, inside their window, and never after a stop."""
    member = scene.member
    if member is None or scene.number.consent != "unknown" or scene.conversation is not None:
        return scene
    if not is_open(window_of(member), member.zone, now):
        return set_timer(scene, "welcome", member.id, next_open(window_of(member), member.zone, now), timer.fence)
    scene = begin(scene, setting, handlers, Beginning("welcome", "welcome", "the welcome comes first"), now)
    return scene.with_rows(replace(member, welcomed_at=now))


def window_of(member: Member) -> Window:
    """The hours of the member's day in which they may be written to unasked."""
    return time.fromisoformat(member.window_start), time.fromisoformat(member.window_end)


def may_write_unasked(scene: Scene, member: Member, now: datetime) -> datetime | None:
    """None where automatic words may go out now by window and caps; else the next moment at which to look again."""
    window = window_of(member)
    if not is_open(window, member.zone, now):
        return next_open(window, member.zone, now)
    if _cap(scene, member, now) is not None:
        return next_open(window, member.zone, now + timedelta(days=1))
    return None


def _shifted(member: Member, due: datetime, now: datetime) -> datetime | None:
    """Where the window is closed now and opens again on the same local day, the check-in moves there."""
    window = window_of(member)
    if is_open(window, member.zone, now):
        return None
    opening = next_open(window, member.zone, now)
    return opening if to_local(opening, member.zone).date() == to_local(due, member.zone).date() else None


def _outside(member: Member, now: datetime) -> str | None:
    return (
        None
        if is_open(window_of(member), member.zone, now)
        else "outside their window, and it does not open again that day"
    )


def _reason_to_hold(scene: Scene, setting: Setting, member: Member, timer: Timer, now: datetime) -> str | None:
    """Why this check-in does not go out now, in the words of `explain`; None where nothing speaks against it."""
    late = now - timer.due_at > timedelta(minutes=setting.organisation.late_minutes)
    reasons = (
        (scene.number.consent == "stopped", "they said stop"),
        (scene.number.consent != "given", "no consent on record: the welcome comes first"),
        (is_paused(member, now), "paused"),
        (late and is_open(window_of(member), member.zone, timer.due_at), f"late by more than {setting.organisation.late_minutes} minutes"),
        (any(e.number_id == scene.number.id for e in scene.all(Escalation)), "an alert about them is open: people only"),
        (_within(scene, "calm_from", CALM, now), "an alert about them was closed within a day: people only"),
        (_talking(scene, now), "they are talking with a person"),
        (_welcoming(scene), "the welcome is not finished"),
    )  # fmt: skip
    return next((words for holds, words in reasons if holds), None) or _cap(scene, member, now)


def _within(scene: Scene, name: str, span: timedelta, now: datetime) -> bool:
    at = since(scene, name)
    return at is not None and now - at < span


def _talking(scene: Scene, now: datetime) -> bool:
    threads = (t for t in scene.all(Thread) if t.number_id == scene.number.id and t.closed_at is None)
    return any(now - thread.last_words_at < TALKING for thread in threads)


def _welcoming(scene: Scene) -> bool:
    return scene.conversation is not None and scene.conversation.flow == "welcome"


def _cap(scene: Scene, member: Member, now: datetime) -> str | None:
    # Texts written at one moment belong together and count once.
    moments = {datetime.fromisoformat(at) for at in scene.fact("routine_at", [])}
    today = to_local(now, member.zone).date()
    if sum(to_local(at, member.zone).date() == today for at in moments) >= member.per_day:
        return f"already {member.per_day} unasked today, which is their cap"
    if len(moments) >= member.per_week:
        return f"already {member.per_week} unasked in seven days, which is their cap"
    return None
