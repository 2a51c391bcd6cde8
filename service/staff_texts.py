"""What is read in a text from a staff phone, and in which order (DESIGN.md, "The way of one message").

Consent words; codes and their verbs; tags; the one open thread. What goes to a thread, or tells how an alert went, is about
somebody else and is not read for danger; all the rest is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.braking import brake_tells, loops, note_text, wait_unanswered
from service.codes import Spoken, free, is_blocked, page_of, read_code, read_free, wrong_code
from service.escalations import close, number_of, pass_, raise_alert, take
from service.handoffs import Passing, Raising
from service.queues import wait_for_person
from service.replies import (
    deliver,
    done,
    hold,
    meant_without_tag,
    open_threads,
    said_again,
    send_held,
    tags_said,
    thread_tagged,
)  # fmt: skip
from service.rules.consent_words import read_consent
from service.rules.normalise import fold
from service.rules.risk import UNSCREENED, Risk, screen
from service.rules.setting import Setting
from service.staff_consent import obey_consent
from service.staff_phones import tell
from service.store.rows import Escalation, Inbound, Staff
from service.store.scene import Scene
from service.tags import Tagged, read_tag

_DONE_TAG = re.compile(r"\W*(?:done|listo|lista)\W+([a-z][0-9]{1,2})\W*")


@dataclass(frozen=True, slots=True)
class Told:
    """A text from a staff phone: who wrote it, the message, and when it is decided."""

    person: Staff
    inbound: Inbound
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The scene after a text, what it ended in and how, and whether its words are the writer's own: then danger is read in them."""

    scene: Scene
    ends: str  # consent | alert | relay | held | queue | answer
    how: str
    own: bool = False


def decide_staff(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a text from a staff phone, with the message settled in it and what it ended in. Raises ValueError for others."""
    person = scene.staff
    if person is None:
        raise ValueError("this number belongs to nobody of the staff")
    told = Told(person, inbound, now)
    outcome = _braked(scene, setting, told)
    scene, ends = outcome.scene, {outcome.ends}
    verdict: dict[str, Any] = {}
    if outcome.own:
        risk = _screened(setting, inbound.body)
        verdict = {"tier": risk.tier, "categories": list(risk.categories), "rules": list(risk.matched)}
        if risk.tier >= 2:
            scene = raise_alert(scene, setting, _raising(scene, risk, inbound), now)
            ends |= {"alert", "queue"}
    return scene.with_rows(
        replace(inbound, state="settled", verdict=verdict, ends={"in": sorted(ends), "how": outcome.how})
    )


def _braked(scene: Scene, setting: Setting, told: Told) -> Outcome:
    """What the text came to; a phone that answers by itself, as some do while driving, is told only so often what it did."""
    scene = note_text(scene, told.inbound, told.now, act=False)
    if loops(scene):
        scene = wait_unanswered(scene, setting, told.inbound, told.now)
        return Outcome(scene, "queue", "the same text again and again", own=True)
    outcome = _follow(scene, setting, told)
    if outcome.ends in ("consent", "alert", "relay"):
        return outcome
    return replace(outcome, scene=brake_tells(scene, outcome.scene, told.now))


def _follow(scene: Scene, setting: Setting, told: Told) -> Outcome:
    """The first reading that fits carries the text out."""
    for reading in (_consent, _code, _freeing, _done_with, _tagged, _untagged):
        outcome = reading(scene, setting, told)
        if outcome is not None:
            return outcome
    return _to_nobody(scene, setting, told)


def _consent(scene: Scene, setting: Setting, told: Told) -> Outcome | None:
    consent = read_consent(setting.words, told.inbound.body, stopped=scene.number.consent == "stopped")
    if consent is None:
        return None
    return Outcome(
        obey_consent(scene, setting, told.person, consent, told.inbound, told.now), "consent", consent, own=True
    )


def _code(scene: Scene, setting: Setting, told: Told) -> Outcome | None:
    spoken = read_code(told.inbound.body)
    if spoken is None:
        return None
    if is_blocked(scene):
        return Outcome(
            tell(scene, setting, told.person, "alert_code_blocked", told.now), "answer", "code not read", own=True
        )
    found = page_of(scene, spoken.code)
    if found is None:
        return Outcome(wrong_code(scene, setting, told.person, told.now), "answer", "wrong code", own=True)
    return Outcome(_verb(scene, setting, told, spoken, found[0]), "alert", spoken.verb)


def _verb(scene: Scene, setting: Setting, told: Told, spoken: Spoken, escalation: Escalation) -> Scene:
    match spoken.verb:
        case "take":
            return take(scene, setting, escalation, told.person, told.now)
        case "pass":
            return pass_(scene, setting, escalation, told.person, told.now)
        case "number":
            return number_of(scene, setting, escalation, told.person, told.now)
        case "done":
            return close(scene, setting, escalation, told.person, told.inbound, spoken.rest, told.now)


def _freeing(scene: Scene, setting: Setting, told: Told) -> Outcome | None:
    name = read_free(told.inbound.body) if told.person.role == "supervisor" else None
    freed = None if name is None else free(scene, setting, told.person, name, told.now)
    return None if freed is None else Outcome(freed, "answer", "codes freed")


def _done_with(scene: Scene, setting: Setting, told: Told) -> Outcome | None:
    found = _DONE_TAG.fullmatch(fold(told.inbound.body))
    if found is None:
        return None
    thread = thread_tagged(scene, told.person, found[1].upper())
    if thread is None:
        return Outcome(_say_unknown(scene, setting, told, found[1].upper()), "answer", "tag unknown")
    return Outcome(done(scene, setting, told.person, thread, told.now), "relay", "thread closed")


def _tagged(scene: Scene, setting: Setting, told: Told) -> Outcome | None:
    tagged = read_tag(told.inbound.body)
    if tagged is None:
        return None
    thread = thread_tagged(scene, told.person, tagged.tag)
    if not tagged.words:
        return _tag_alone(scene, setting, told, tagged)
    if thread is None:
        held = hold(_say_unknown(scene, setting, told, tagged.tag), setting, told.person, told.inbound, told.now)
        return Outcome(held, "held", "tag unknown", own=True)
    if _names_another(scene, told, tagged):
        return _asked_back(scene, setting, told)
    scene, became = deliver(scene, setting, told.person, thread, tagged.words, told.inbound, told.now)
    return Outcome(said_again(scene, told.person, tagged.words, told.now), "relay", became)


def _tag_alone(scene: Scene, setting: Setting, told: Told, tagged: Tagged) -> Outcome:
    thread = thread_tagged(scene, told.person, tagged.tag)
    if thread is None:
        return Outcome(_say_unknown(scene, setting, told, tagged.tag), "answer", "tag unknown")
    scene, became = send_held(scene, setting, told.person, thread, told.now)
    return Outcome(scene, "relay", f"held words: {became}")


def _names_another(scene: Scene, told: Told, tagged: Tagged) -> bool:
    """Whether the words begin with a second open tag, so that nobody can tell which is meant."""
    second = read_tag(tagged.words)
    return second is not None and thread_tagged(scene, told.person, second.tag) is not None


def _untagged(scene: Scene, setting: Setting, told: Told) -> Outcome | None:
    if not told.inbound.body.strip():
        return None
    # Words that reached us late were written when other threads may have been open: nobody guesses whose they are.
    thread = None if told.inbound.late else meant_without_tag(scene, told.person, told.now)
    if thread is not None:
        scene, became = deliver(scene, setting, told.person, thread, told.inbound.body.strip(), told.inbound, told.now)
        return Outcome(scene, "relay", became)
    return _asked_back(scene, setting, told) if open_threads(scene, told.person) else None


def _asked_back(scene: Scene, setting: Setting, told: Told) -> Outcome:
    scene = hold(scene, setting, told.person, told.inbound, told.now)
    scene = tell(scene, setting, told.person, "ask_which", told.now, tags=tags_said(scene, told.person))
    return Outcome(scene, "held", "asked which", own=True)


def _to_nobody(scene: Scene, setting: Setting, told: Told) -> Outcome:
    """Words that no thread is open for: kept in the coordinator's queue, and said so."""
    passing = Passing("from staff", "coordinator", told.inbound)
    scene = wait_for_person(scene, setting, passing, told.now, staff_id=None, thread_id=None)
    return Outcome(tell(scene, setting, told.person, "no_thread", told.now), "queue", "no thread", own=True)


def _say_unknown(scene: Scene, setting: Setting, told: Told, tag: str) -> Scene:
    return tell(scene, setting, told.person, "tag_unknown", told.now, tag=tag, tags=tags_said(scene, told.person))


def _screened(setting: Setting, text: str) -> Risk:
    try:
        return screen(setting.lexicon, text)
    except Exception:  # noqa: BLE001 - a screen that fails must alert, never pass (RELIABILITY.md 3.3)
        return UNSCREENED


def _raising(scene: Scene, risk: Risk, inbound: Inbound) -> Raising:
    return Raising(risk.tier, ", ".join(risk.matched), inbound, scene.number.consent == "stopped")
