"""What is read in a member's message, or a stranger's, and in which order (DESIGN.md, "The way of one message").

Consent words; words of danger, always, whatever else it is; TALK, NOW, PAUSE; the step's named replies; the other service
words; the step's `anything`; a person's queue. The result says on the message what it ended in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.braking import brake_answers, is_act, loops, note_text, wait_unanswered
from service.consent import help_asked, help_passing, is_overtaken, start, stop
from service.conversations import Handlers, go_on, names_a_reply, replied, takes_any_words
from service.facts import is_paused
from service.handoffs import Passing, words_of
from service.keywords import FIRST, obey
from service.lateness import is_stale, take_late
from service.outbox import Draft, post
from service.relay import tell_stopped
from service.rules.consent_words import Consent, read_consent
from service.rules.duty import duty_at, say_opening
from service.rules.risk import UNSCREENED, Risk, screen
from service.rules.service_words import Command, read_command
from service.rules.setting import Setting
from service.safety import Danger, answer_danger, danger_of
from service.starting import start_texts
from service.store.gather import PARTS
from service.store.rows import Inbound, Outbound
from service.store.scene import Scene
from service.strangers import meet


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message was read as."""

    consent: Consent | None
    command: Command | None
    risk: Risk
    danger: Danger | None
    answer: str | None = None  # the words that mean a reply which the open step names; None: they name none

    @property
    def word(self) -> str | None:
        """The service word that the message is, or None."""
        return None if self.command is None else self.command.word

    @property
    def verdict(self) -> dict[str, Any]:
        """What is kept on the message: no words of it, only what they were read as."""
        return {
            "consent": self.consent, "word": self.word,
            "tier": self.risk.tier, "categories": list(self.risk.categories), "rules": list(self.risk.matched),
            "reply": self.answer is not None,
        }  # fmt: skip


def decide_text(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a text from a member or from a number nobody knows, with the message settled in it."""
    reading = read(scene, setting, inbound, answer=_answer(scene, setting, inbound, now))
    scene = note_text(scene, inbound, now, act=_asks(scene, reading))
    if loops(scene) and reading.danger is None and reading.consent in (None, "help"):
        ends = {"in": ["queue"], "how": "the same text again and again"}
        return wait_unanswered(scene, setting, inbound, now).with_rows(_settled(inbound, reading, ends))
    before = scene
    scene = _follow(scene, setting, handlers, reading, inbound, now)
    scene = brake_answers(before, scene, setting, handlers, inbound, now)
    return scene.with_rows(_settled(inbound, reading, _ends(before, scene, reading)))


def read(scene: Scene, setting: Setting, inbound: Inbound, *, answer: str | None = None) -> Reading:
    """Everything that is read in a message, whatever is done about it; what cannot be screened counts as danger."""
    consent = read_consent(setting.words, inbound.body, stopped=scene.number.consent == "stopped")
    command = None if consent else read_command(setting.words, inbound.body)
    risk = _screened(scene, setting, inbound)
    return Reading(consent, command, risk, danger_of(risk, None if command is None else command.word), answer)


def _asks(scene: Scene, reading: Reading) -> bool:
    """Whether a text asks for something by name, which a machine seldom does: a START that changes nothing is none."""
    starts = reading.consent == "start" and scene.number.consent != "given"
    return reading.answer is not None or is_act(reading.word) or starts


def _settled(inbound: Inbound, reading: Reading, ends: dict[str, Any]) -> Inbound:
    return inbound.but(state="settled", verdict=reading.verdict, ends=ends)


def _answer(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> str | None:
    """The words with which the open step's named reply was meant: these, or with those just before them that named none."""
    if names_a_reply(scene, setting, inbound.body, now):
        return inbound.body
    parts = [part.body for part in scene.all(Inbound) if part.number_id == scene.number.id and _unread(part, inbound)]
    joined = " ".join([*parts, inbound.body])
    return joined if parts and inbound.body.strip() and names_a_reply(scene, setting, joined, now) else None


def _unread(part: Inbound, inbound: Inbound) -> bool:
    """Whether an earlier text may be the beginning of this one: it named no reply, no word of ours, and no danger."""
    said = part.verdict
    plain = not any((said.get("consent"), said.get("word"), said.get("reply"))) and (said.get("tier") or 0) < 2
    return _earlier(part, inbound) and plain


def _screened(scene: Scene, setting: Setting, inbound: Inbound) -> Risk:
    """The tier of these words, or of the texts within two minutes read as one where that is graver than each alone."""
    try:
        alone = screen(setting.lexicon, inbound.body)
        parts = [part for part in scene.all(Inbound) if part.number_id == scene.number.id and _earlier(part, inbound)]
        joined = screen(setting.lexicon, " ".join([*(part.body for part in parts), inbound.body])) if parts else alone
    except Exception:  # noqa: BLE001 - a screen that fails must alert, never pass (RELIABILITY.md 3.3)
        return UNSCREENED
    return joined if joined.tier > max([alone.tier, *(part.verdict.get("tier") or 0 for part in parts)]) else alone


def _earlier(part: Inbound, inbound: Inbound) -> bool:
    lately = inbound.received_at - PARTS < part.received_at <= inbound.received_at
    return part.id != inbound.id and lately and "\ufffd" not in part.body


def _follow(
    scene: Scene, setting: Setting, handlers: Handlers, reading: Reading, inbound: Inbound, now: datetime
) -> Scene:
    if reading.danger is not None:
        return _in_danger(scene, setting, handlers, (reading.danger, reading.consent), inbound, now)
    if reading.consent is not None:
        return _consent(scene, setting, handlers, reading.consent, inbound, now)
    if scene.member is None:
        return meet(scene, setting, handlers, inbound, now, answered=False)
    if scene.number.consent == "stopped":  # nothing can be answered, so a person reads it
        return handlers.pass_on(
            scene, setting, Passing("stopped", "specialist", inbound, words_of(scene, setting, inbound)), now
        )
    return _words(scene, setting, handlers, reading, inbound, now)


def _in_danger(
    scene: Scene,
    setting: Setting,
    handlers: Handlers,
    read: tuple[Danger, Consent | None],
    inbound: Inbound,
    now: datetime,
) -> Scene:
    danger, consent = read
    if consent == "stop":
        scene = _consent(scene, setting, handlers, consent, inbound, now)
    if consent == "start":  # kept; but nothing automatic begins beside an alert
        scene = start(scene, setting, inbound, now)
    scene = answer_danger(scene, setting, handlers.alert, danger, inbound, now)
    return scene if scene.member else meet(scene, setting, handlers, inbound, now, answered=True)


def _consent(
    scene: Scene, setting: Setting, handlers: Handlers, consent: Consent, inbound: Inbound, now: datetime
) -> Scene:
    if consent == "stop":
        stopped = stop(scene, setting, inbound, now)
        return stopped if is_overtaken(scene, inbound) else tell_stopped(stopped, setting, now)
    if consent == "start":
        return start_texts(scene, setting, handlers, inbound, now)
    return handlers.pass_on(help_asked(scene, setting, inbound, now), setting, help_passing(inbound), now)


def _words(
    scene: Scene, setting: Setting, handlers: Handlers, reading: Reading, inbound: Inbound, now: datetime
) -> Scene:
    """The order of a member's ordinary message, once consent and danger have been read."""
    command = reading.command
    if is_stale(scene, inbound, now):
        return take_late(scene, setting, handlers, inbound, now)
    if command is not None and command.word in FIRST:
        return obey(scene, setting, handlers, command, inbound, now)
    if reading.answer is not None:
        return go_on(scene, setting, handlers, replied(reading.answer, inbound, now))
    if command is not None:
        return obey(scene, setting, handlers, command, inbound, now)
    if inbound.body.strip() and takes_any_words(scene, setting):
        return _closed_note(
            scene, go_on(scene, setting, handlers, replied(inbound.body, inbound, now)), setting, inbound, now
        )
    passed = handlers.pass_on(
        scene, setting, Passing("words", "specialist", inbound, words_of(scene, setting, inbound)), now
    )
    return _closed_note(scene, passed, setting, inbound, now)


def _closed_note(before: Scene, scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """Once for each closure, who writes while nobody is there is told when somebody is (DOMAIN.md, A1).

    Left out where this message had another answer: one is enough.
    """
    duty, member = duty_at(setting.organisation, now), scene.member
    answered = any(place[0] == "outbound" and row.number_id == scene.number.id for place, row in _added(before, scene))
    if member is None or duty.on or duty.opens is None or answered or is_paused(member, now):
        return scene
    if scene.number.memory.get("closed_until") == duty.opens.isoformat():
        return scene
    scene = scene.with_rows(
        replace(scene.number, memory={**scene.number.memory, "closed_until": duty.opens.isoformat()})
    )
    text = setting.texts.say("closed", member.language, opens=say_opening(duty, now, member.zone, member.language))
    draft = Draft(scene.number.id, "answer", text, member.language, "once for each closure", cause_id=inbound.id)
    return post(scene, setting, draft, now)


_ENDS: dict[str, Callable[[Any, Scene], str | None]] = {
    "consent_ledger": lambda _row, _scene: "consent",
    "queue": lambda _row, _scene: "queue",
    "escalations": lambda _row, _scene: "alert",
    "outbound": lambda row, scene: None if row.state == "withheld" else _said(row, scene),
    "conversations": lambda _row, _scene: "flow",
}


def _said(row: Outbound, scene: Scene) -> str:
    return "answer" if row.number_id == scene.number.id else "relay"


def _ends(before: Scene, after: Scene, reading: Reading) -> dict[str, Any]:
    """What the message ended in (promise 2), read off the rows that the decision added or changed."""
    found = {_ENDS[place[0]](row, after) for place, row in _added(before, after) if place[0] in _ENDS}
    # What already waits for a person keeps its one entry; this message stands with it.
    waits = {"queue"} if "relay" in found or reading.danger else set()
    return {"in": sorted({end for end in found if end} | waits)}


def _added(before: Scene, after: Scene) -> list[tuple[tuple[str, Any], Any]]:
    return [(place, row) for place, row in after.changed.items() if before.changed.get(place) is not row]
