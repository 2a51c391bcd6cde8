"""What the engine may know about a member at one moment, taken from what was gathered."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.organisation import Organisation
from flows.engine.facts import Facts
from flows.engine.kinds import Value
from service.rules.duty import duty_at, say_clock, say_opening
from service.rules.local_time import to_local
from service.rules.member_hours import Week, member_hours
from service.rules.setting import Setting
from service.store.rows import Member, Staff, Turn
from service.store.scene import Scene


def facts_of(scene: Scene, setting: Setting, member: Member, now: datetime) -> Facts:
    """The facts, slots and turns of one member; a name that nobody has is the organisation's."""
    duty = duty_at(setting.organisation, now)
    organisation = setting.organisation
    specialist = specialist_name(scene, setting, member)
    slots = {
        "me": member.name, "specialist": specialist, "cps": specialist, "org": organisation.name,
        "hours": organisation.hours_text.get(member.language, ""), "time": say_clock(now + timedelta(minutes=organisation.promise_minutes), member.zone),
        "opens": say_opening(duty, now, member.zone, member.language),
    }  # fmt: skip
    values: dict[str, Value] = {
        "member.language": member.language,
        "member.discreet": member.phone_seen_by != "me",
        "specialist.on_duty": duty.on,
        "is_paused": is_paused(member, now),
        "days_since_reply": _days_since_reply(scene, now),
        "local_time": to_local(now, member.zone).strftime("%H:%M"),
        "consent.given": scene.number.consent == "given",
    }
    return Facts(member.language, member.zone, slots, values, {turn.flow: turn.turn for turn in scene.all(Turn)})


def specialist_name(scene: Scene, setting: Setting, member: Member | None) -> str:
    """The name of the member's specialist as members know it; the organisation's where there is none."""
    found = None if member is None or member.specialist_id is None else scene.get(Staff, member.specialist_id)
    return found.name if found is not None and found.active else setting.organisation.name


def hours_of(member: Member, organisation: Organisation) -> Week:
    """The spans of the member's week in which they may be written to unasked: their own, within the organisation's."""
    return member_hours((member.window_start, member.window_end), member.windows, organisation.window)


def is_paused(member: Member, now: datetime) -> bool:
    """Whether the member rests: paused, and the pause has no end or has not reached it."""
    return member.paused_at is not None and (member.paused_until is None or now < member.paused_until)


def _days_since_reply(scene: Scene, now: datetime) -> int:
    last = scene.fact("last_in_at")
    return 0 if last is None else max(0, (now - datetime.fromisoformat(last)).days)
