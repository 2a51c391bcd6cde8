"""What a member decides about being written to: when, not now, again, in which language, and who sees the phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from flows.engine.kinds import Value
from service.consent import record_answer
from service.conversations import Handlers, Result
from service.handoffs import Doing, Passing
from service.joining import join
from service.outlook import outlook
from service.regular import Timing, regular_of, timed
from service.retiming import retime
from service.rules.kinds import UNASKED
from service.rules.local_time import to_local
from service.rules.setting import Setting
from service.store.rows import Member, Timer
from service.store.scene import Scene, Withdrawal
from service.timers import cancel_timer, set_timer

# Three a week is the default (FLOW-LIBRARY.md, F2), at a time of the day the member chose; afternoons lift most (DOMAIN.md 4).
RHYTHMS = {"morning": "10:00", "afternoon": "15:30", "evening": "18:30"}
DAYS = "FREQ=WEEKLY;BYDAY=MO,WE,FR"
CHECK_IN = "check-in"

Action = Callable[[Scene, Setting, Member, Doing, datetime], Scene]


def do(scene: Scene, setting: Setting, doing: Doing, now: datetime, handlers: Handlers) -> tuple[Scene, Result]:
    """Carry out one action of the catalogue for the scene's member. Raises KeyError for one that has no handler."""
    member = scene.member
    if member is None:
        raise ValueError("an action is for a member; this number has none")
    if doing.action == "set_rhythm":
        return _rhythm(scene, setting, member, doing, now, handlers), None
    return ACTIONS[doing.action](scene, setting, member, doing, now), None


def _rhythm(scene: Scene, setting: Setting, member: Member, doing: Doing, now: datetime, handlers: Handlers) -> Scene:
    """The times that they chose; a person is told where those are no time of ours, or lie outside of the hours that hold for them."""
    known = doing.arguments["rhythm"] in RHYTHMS
    if known:
        scene = _set_rhythm(scene, setting, member, doing, now)
        chosen = regular_of(scene, member)
        if chosen is None or not outlook(chosen, member, setting.organisation, now).left_out:
            return scene
    passing = Passing("rhythm", "specialist", doing.inbound, "" if doing.inbound is None else doing.inbound.body)
    return handlers.pass_on(scene, setting, passing, now)


def pause(scene: Scene, member: Member, length: timedelta | None, now: datetime, why: str = "they paused") -> Scene:
    """The scene with the member resting, for a length of time or until they come back; nothing of theirs is lost."""
    until = None if length is None else now + length
    scene = scene.with_rows(replace(member, paused_at=now, paused_until=until))
    scene = scene.withdraw(Withdrawal(scene.number.id, UNASKED, {"withdrawn": why}))
    return cancel_timer(scene, "resume", member.id) if until is None else set_timer(scene, "resume", member.id, until)


def resume(scene: Scene, member: Member) -> Scene:
    """The scene with the member back, all as they left it."""
    return cancel_timer(scene.with_rows(replace(member, paused_at=None, paused_until=None)), "resume", member.id)


def on_resume(scene: Scene, _setting: Setting, _timer: Timer, now: datetime) -> Scene:
    """The scene when a timed pause has run out; nothing is sent about it."""
    member = scene.member
    if member is None or member.paused_until is None or member.paused_until > now:
        return scene
    return scene.with_rows(replace(member, paused_at=None, paused_until=None))


def set_language(scene: Scene, member: Member, language: str) -> Scene:
    """The scene with the member written to in another language."""
    return scene.with_rows(replace(member, language=language))


def _set_rhythm(scene: Scene, setting: Setting, member: Member, doing: Doing, now: datetime) -> Scene:
    at = RHYTHMS[str(doing.arguments["rhythm"])]
    starts = f"{to_local(now, member.zone).date().isoformat()}T{at}:00"
    found = regular_of(scene, member)
    schedule = timed(scene, setting, member, Timing(CHECK_IN if found is None else found.flow, DAYS, starts))
    # A first hello on the very day of the welcome would be one too many.
    return retime(scene, setting, member, schedule, now, after=now + timedelta(hours=12))


def _record_consent(scene: Scene, setting: Setting, member: Member, doing: Doing, now: datetime) -> Scene:
    answer = _word(doing.arguments["answer"])
    scene = record_answer(scene, setting, answer, doing.inbound, now)
    return join(scene, member, setting, scene.fact("published", {}), now, now) if answer == "yes" else scene


def _word(value: Value) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _note_shared_phone(scene: Scene, _setting: Setting, member: Member, doing: Doing, _now: datetime) -> Scene:
    return scene.with_rows(replace(member, phone_seen_by=str(doing.arguments["seen_by"])))


def _pause(scene: Scene, _setting: Setting, member: Member, doing: Doing, now: datetime) -> Scene:
    days = doing.arguments.get("days")
    return pause(scene, member, None if days is None else timedelta(days=float(days)), now)


def _resume(scene: Scene, _setting: Setting, member: Member, _doing: Doing, _now: datetime) -> Scene:
    return resume(scene, member)


def _set_language(scene: Scene, _setting: Setting, member: Member, doing: Doing, _now: datetime) -> Scene:
    return set_language(scene, member, str(doing.arguments["language"]))


ACTIONS: Mapping[str, Action] = {
    "record_consent": _record_consent,
    "note_shared_phone": _note_shared_phone,
    "pause": _pause,
    "resume": _resume,
    "set_language": _set_language,
}
