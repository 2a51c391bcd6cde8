"""STOP, START and HELP, and the yes or no of the welcome: read before anything else, kept in the ledger for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.conversations import end
from service.handoffs import Passing
from service.outbox import LANES, Draft, post
from service.rules.setting import Setting
from service.store.rows import Inbound, Ledger
from service.store.scene import Scene, Withdrawal

# What a STOP withdraws: everything that waits for this number but a confirmation.
WITHDRAWN = tuple(kind for kind in LANES if kind != "consent")


def stop(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a STOP: in the ledger, queued messages withdrawn, the conversation ended, one confirmation.

    Who had already said stop is confirmed nothing again (47 CFR 64.1200(a)(12): one confirmation), nor is anything
    confirmed by us where the provider does it (`opt_out: provider`).
    """
    if is_overtaken(scene, inbound):
        return scene.with_rows(_entry(scene, setting, inbound, "stopped", "text", now))
    already = scene.number.consent == "stopped"
    scene = end(_recorded(scene, setting, inbound, "stopped", now), now, "they said stop")
    scene = scene.withdraw(Withdrawal(scene.number.id, WITHDRAWN, {"withdrawn": "they said stop"}))
    if already or setting.organisation.opt_out == "provider":
        return scene
    return post(scene, setting, _confirmation(scene, setting, inbound, "stop_confirmed"), now)


def start(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a START: in the ledger, and confirmed once where they had said stop. What else follows is another's."""
    if is_overtaken(scene, inbound):
        return scene.with_rows(_entry(scene, setting, inbound, "restarted", "text", now))
    stopped = scene.number.consent == "stopped"
    scene = _recorded(scene, setting, inbound, "restarted", now)
    if not stopped or setting.organisation.opt_out == "provider":
        return scene
    return post(scene, setting, _confirmation(scene, setting, inbound, "start_confirmed"), now)


def is_overtaken(scene: Scene, inbound: Inbound) -> bool:
    """Whether something later was decided about consent than this text, which reached us late: it is recorded and no more."""
    decided = scene.number.consent_at
    return inbound.late and decided is not None and decided > inbound.received_at


def help_asked(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a HELP: what carriers ask for and the way to a person; nothing where they said stop."""
    if scene.number.consent == "stopped":
        return scene
    text = setting.texts.say("help", language_of(scene), org=setting.organisation.name)
    draft = Draft(scene.number.id, "answer", text, language_of(scene), "answer to HELP", cause_id=inbound.id)
    return post(scene, setting, draft, now)


def help_passing(inbound: Inbound) -> Passing:
    """A bare HELP may mean help: it stands in a person's queue as a concern (RELIABILITY.md, finding 8)."""
    return Passing("help", "specialist", inbound, inbound.body, None, 1)


def record_answer(scene: Scene, setting: Setting, answer: str, inbound: Inbound | None, now: datetime) -> Scene:
    """The scene after the welcome's question was answered with `yes` or `no`, by the words of the flow's version."""
    what, consent = ("given", "given") if answer == "yes" else ("declined", "declined")
    scene = scene.with_rows(_entry(scene, setting, inbound, what, "flow", now))
    return scene.with_rows(replace(scene.number, consent=consent, consent_at=now))


def language_of(scene: Scene) -> str:
    """The language in which this number's owner reads us; English where nobody knows."""
    person = scene.member or scene.staff
    return "en" if person is None else person.language


def _recorded(scene: Scene, setting: Setting, inbound: Inbound, what: str, now: datetime) -> Scene:
    consent = "stopped" if what == "stopped" else _started(scene)
    entry = _entry(scene, setting, inbound, what, "text", now)
    return scene.with_rows(entry, replace(scene.number, consent=consent, consent_at=entry.at))


def _started(scene: Scene) -> str:
    """What START makes of consent: a yes of whoever was asked, or said yes or no before; else the welcome asks first.

    A number that was the wrong one may have another owner by now, who is asked like anybody else.
    """
    member, said = scene.member, scene.number.consent
    asked = member is not None and member.welcomed_at is not None
    if said in ("stopped", "given", "declined") or (said == "unknown" and asked):
        return "given"
    return "unknown"


def _entry(scene: Scene, setting: Setting, inbound: Inbound | None, what: str, how: str, now: datetime) -> Ledger:
    conversation = scene.conversation
    wording = "" if conversation is None else f"{conversation.flow} {conversation.versions.get(conversation.flow)}"
    at = inbound.received_at if inbound is not None and inbound.late else now  # when they said it, not when we heard it
    return Ledger(
        setting.new_id(), scene.number.id, at, what, how, wording, language_of(scene), None if inbound is None else inbound.id
    )  # fmt: skip


def _confirmation(scene: Scene, setting: Setting, inbound: Inbound, key: str) -> Draft:
    if scene.staff is not None:  # their place is not what they ask about; who gets their alerts is
        key = f"{key}_staff"
    text = setting.texts.say(key, language_of(scene), org=setting.organisation.name)
    return Draft(scene.number.id, "consent", text, language_of(scene), f"one confirmation: {key}", cause_id=inbound.id)
