"""Words of danger: the alert that somebody must take, and the one text that fits whether anybody is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.consent import language_of
from service.conversations import end
from service.facts import specialist_name
from service.handoffs import Raising
from service.outbox import Draft, post
from service.rules.duty import duty_at, say_opening
from service.rules.risk import Risk
from service.rules.setting import Setting
from service.store.rows import Inbound, Staff
from service.store.scene import Scene, since

AGAIN = timedelta(minutes=10)  # one safety text for a flurry of messages, unless what they say grows worse
BLAND = frozenset({"violence"})  # replaces all others where somebody else may read the phone (RISK-LEXICON.md, F5f)
OVERDOSE = frozenset({"overdose"})  # of somebody beside them: what to do comes first (RISK-LEXICON.md, F5e)
TOP = 3
RaiseAlert = Callable[[Scene, Setting, Raising, datetime], Scene]


@dataclass(frozen=True, slots=True)
class Danger:
    """What was read: the lexicon's verdict, or NOW, which is tier 2 whatever the words (RISK-LEXICON.md 11.2)."""

    tier: int
    categories: tuple[str, ...]
    rules: tuple[str, ...]
    about_other: bool = False  # it is somebody beside them who is in danger


def danger_of(risk: Risk, word: str | None) -> Danger | None:
    """The danger in a message by its words and by the member's own NOW; None below tier 2."""
    tier = max(risk.tier, 2 if word == "now" else 0)
    rules = (*risk.matched, *(("NOW",) if word == "now" else ()))
    return Danger(tier, risk.categories, rules, risk.about_other) if tier >= 2 else None


def answer_danger(
    scene: Scene, setting: Setting, raise_alert: RaiseAlert, danger: Danger, inbound: Inbound, now: datetime
) -> Scene:
    """The scene with the alert raised, automatic words held, and the text that is true now; none to who said stop."""
    stopped = scene.number.consent == "stopped"
    raising = Raising(danger.tier, ", ".join(danger.rules), inbound, stopped)
    scene = raise_alert(end(scene, now, "words of danger were read"), setting, raising, now)
    if stopped or _told_just_now(scene, danger, now):
        return scene
    language = language_of(scene)
    zone = scene.member.zone if scene.member else setting.organisation.zone
    opens = say_opening(duty_at(setting.organisation, now), now, zone, language)
    key = _text_for(scene, setting, danger, now)
    text = setting.texts.say(key, language, cps=specialist_name(scene, setting, scene.member), opens=opens)
    scene = post(scene, setting, Draft(scene.number.id, "safety", text, language, key, cause_id=inbound.id), now)
    memory = {**scene.number.memory, "safety_at": now.isoformat(), "safety_tier": danger.tier}
    return scene.with_rows(replace(scene.number, memory=memory))


def _told_just_now(scene: Scene, danger: Danger, now: datetime) -> bool:
    at = since(scene, "safety_at")
    return at is not None and now - at < AGAIN and danger.tier <= scene.number.memory["safety_tier"]


def _text_for(scene: Scene, setting: Setting, danger: Danger, now: datetime) -> str:
    on = duty_at(setting.organisation, now).on
    if BLAND & set(danger.categories) and (scene.member is None or scene.member.phone_seen_by != "me"):
        return "safety_bland"
    if danger.about_other and OVERDOSE & set(danger.categories) and danger.tier == TOP:
        return "safety_other"
    if danger.tier == TOP or "NOW" in danger.rules:
        if on:
            return "safety_now_on" if danger.tier == TOP else "safety_soon_on"
        return "safety_now_backup" if _somebody_is_told(scene) else "safety_now_off"
    return "safety_soon_on" if on else "safety_soon_off"


def _somebody_is_told(scene: Scene) -> bool:
    return any(person.active for person in scene.all(Staff))
