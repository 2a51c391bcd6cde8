"""START, by what had been said before: a yes, a question, or a word that texts are on; always answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.assembly import conversation_handlers
from service.checkins import on_welcome
from service.member_texts import decide_text
from service.rules.setting import Setting
from service.silence import on_silence
from service.store.rows import Conversation, Escalation, Inbound, Ledger, Member, Outbound, QueueItem, Row, Timer
from service.store.scene import Scene
from tests.house import NOW, ROSA, SAM, identity, sams_scene, setting, strangers_scene
from tests.scenes import World, heard

HANDLERS = conversation_handlers()
WELCOMED = replace(SAM, welcomed_at=NOW - timedelta(days=9))
HOUR = timedelta(hours=1)


def said(
    scene: Scene, text: str, consulted: Setting, now: datetime = NOW, sid: str = "SM1", *, ago: float = 0
) -> Scene:
    """The scene after a text; `ago` hours ago where it was fetched late."""
    at = now - ago * HOUR
    inbound = Inbound(consulted.new_id(), sid, scene.number.id, "+15555550100", text, at, late=ago > 0)
    return decide_text(scene.with_rows(inbound), consulted, HANDLERS, inbound, now)


def hears(scene: Scene) -> list[str]:
    """What goes to the number itself."""
    return [m.body for m in scene.all(Outbound) if m.number_id == scene.number.id and m.state == "queued"]


def ledger(scene: Scene) -> list[str]:
    """What the ledger holds."""
    return [entry.what for entry in scene.all(Ledger)]


def waits(scene: Scene) -> list[str]:
    """Why a person is waited for."""
    return [item.why for item in scene.all(QueueItem) if item.closed_at is None]


@pytest.mark.parametrize(("language", "word"), [("en", "START"), ("es", "Empezar"), ("en", "unstop"), ("es", "start")])
def test_start_after_a_no_is_their_yes(language: str, word: str) -> None:
    """It is kept with its words as the proof, the welcome goes on behind its question, and their specialist is told."""
    scene = said(sams_scene("declined", replace(WELCOMED, language=language)), word, setting())
    (inbound,) = scene.all(Inbound)
    assert scene.number.consent == "given"
    assert ledger(scene) == ["restarted", "given"]
    assert {entry.inbound_id for entry in scene.all(Ledger)} == {inbound.id}
    texts = hears(scene)
    assert "STOP" in texts[0]
    assert ("1 morning" if language == "en" else "1 mañana") in texts[-1]
    assert not any("YES or NO" in text or "SI o NO" in text for text in texts)
    assert waits(scene) == ["start"]
    assert [m.body for m in scene.all(Outbound) if m.kind == "staff"] == [f"[B2] {word}"]
    assert {"consent", "flow", "queue", "relay", "answer"} <= set(inbound_ends(scene))


def inbound_ends(scene: Scene) -> list[str]:
    """What the last message ended in."""
    found: list[str] = scene.all(Inbound)[-1].ends["in"]
    return found


def test_the_question_that_start_answers_is_withheld_with_its_reason() -> None:
    """What is not said leaves its reason, like everything."""
    scene = said(sams_scene("declined", WELCOMED), "START", setting())
    (left_out,) = [m for m in scene.all(Outbound) if m.state == "withheld"]
    assert left_out.reason["withdrawn"] == "their START is the answer to this question"
    assert left_out.reason["flow"] == "welcome"


def test_what_follows_the_yes_is_the_welcomes() -> None:
    """They choose their times as everybody does, and no brake takes them for a machine."""
    consulted = setting()
    scene = said(sams_scene("declined", WELCOMED), "START", consulted)
    scene = said(scene, "2", consulted, NOW + timedelta(minutes=1), "SM2")
    scene = said(scene, "only me", consulted, NOW + timedelta(minutes=2), "SM3")
    assert "Thank you, Sam" in hears(scene)[-1]
    assert [m.reason["withdrawn"] for m in scene.all(Outbound) if m.state == "withheld"] == [
        "their START is the answer to this question"
    ]


def test_start_answers_the_welcomes_open_question() -> None:
    """Whoever is asked whether it is OK to text them and answers START has answered."""
    consulted = setting()
    asked = on_welcome(sams_scene("unknown"), consulted, HANDLERS, Timer("welcome", SAM.id, SAM.number_id, NOW), NOW)
    scene = said(asked, "START", consulted, NOW + HOUR)
    assert scene.number.consent == "given"
    assert ledger(scene) == ["restarted", "given"]
    assert "good time for a hello" in hears(scene)[-1]
    assert len([c for c in scene.all(Conversation) if c.flow == "welcome"]) == 1


def test_start_before_the_question_brings_the_question() -> None:
    """Nobody has told them yet what they would say yes to: they are asked at once, and once."""
    consulted = setting()
    scene = said(sams_scene("unknown"), "START", consulted)
    assert scene.number.consent == "unknown"
    assert ["YES or NO" in text for text in hears(scene)] == [True]
    assert ("welcome", SAM.id) in scene.cancelled
    assert scene.member is not None
    assert scene.member.welcomed_at == NOW
    assert said(scene, "yes", consulted, NOW + HOUR, "SM2").number.consent == "given"


def test_start_long_after_a_question_without_an_answer_is_a_yes() -> None:
    """They were asked and said nothing; now they say it."""
    scene = said(sams_scene("unknown", WELCOMED), "START", setting())
    assert scene.number.consent == "given"
    assert "good time for a hello" in hears(scene)[-1]


def test_start_from_a_number_that_was_the_wrong_one_is_asked() -> None:
    """The phone may be somebody else's by now: whoever has it is asked, and a person is told."""
    scene = said(sams_scene("wrong", WELCOMED), "START", setting())
    assert scene.number.consent == "unknown"
    assert ["YES or NO" in text for text in hears(scene)] == [True]
    assert waits(scene) == ["start"]


def test_start_where_texts_are_on_is_told_so() -> None:
    """A short answer, each time; a machine that says it for ever is braked, and a person has it."""
    consulted = setting()
    scene = said(sams_scene("given"), "START", consulted)
    assert hears(scene) == ["Riverbend Peers: texts are on. Write TALK for a person, STOP for no more texts."]
    assert (scene.number.consent, waits(scene)) == ("given", [])
    for place in range(2, 10):
        scene = said(
            scene, "START" if place % 2 else "EMPEZAR", consulted, NOW + timedelta(minutes=place), f"SM{place}"
        )
    assert len(hears(scene)) == 5
    assert waits(scene) == ["loop"]


@pytest.mark.parametrize(("consent", "word"), [("given", "Welcome back, Sam."), ("stopped", "texts are on again")])
def test_start_ends_a_pause(consent: str, word: str) -> None:
    """Nobody is told that texts are on while none would come."""
    resting = replace(SAM, paused_at=NOW - HOUR, paused_until=NOW + 90 * HOUR)
    scene = said(sams_scene(consent, resting), "START", setting())
    member = scene.get(Member, SAM.id)
    assert member is not None
    assert (member.paused_at, member.paused_until) == (None, None)
    assert [word in text for text in hears(scene)] == [True]


def test_a_pause_after_a_late_start_stays() -> None:
    """What was said last holds."""
    resting = replace(SAM, paused_at=NOW - HOUR)
    scene = said(sams_scene("given", resting), "START", setting(), ago=2)
    member = scene.get(Member, SAM.id)
    assert member is not None
    assert member.paused_at == NOW - HOUR


ALERT = Escalation(identity(9), 1, SAM.number_id, 2, "x", NOW - HOUR, SAM.id)


@pytest.mark.parametrize(("rows", "ago"), [((ALERT,), 0.0), ((), 3.0)])
def test_beside_an_alert_or_late_their_yes_is_noted_and_nothing_begins(rows: tuple[Row, ...], ago: float) -> None:
    """People only: the yes holds, a person reads it, and one sentence says so."""
    scene = said(sams_scene("declined", WELCOMED, *rows), "START", setting(), ago=ago)
    assert scene.number.consent == "given"
    assert ["It is noted" in text for text in hears(scene)] == [True]
    assert scene.conversation is None
    assert "start" in waits(scene)


def test_without_a_published_welcome_their_yes_is_noted_too() -> None:
    """An organisation without that flow loses no yes."""
    scene = replace(sams_scene("declined", WELCOMED), facts={"published": {"check-in": 1}})
    scene = said(scene, "START", setting())
    assert (scene.number.consent, waits(scene)) == ("given", ["start"])
    assert ["It is noted" in text for text in hears(scene)] == [True]


def test_a_start_that_a_later_stop_overtook_changes_nothing() -> None:
    """It is in the ledger as of when it was written."""
    scene = sams_scene("stopped")
    scene = scene.with_rows(replace(scene.number, consent_at=NOW - HOUR))
    scene = said(scene, "START", setting(), ago=2)
    assert (scene.number.consent, hears(scene), ledger(scene)) == ("stopped", [], ["restarted"])


def test_silence_after_their_start_leads_to_a_person() -> None:
    """Whoever says START and then nothing is not asked again and again: a day later their specialist has it."""
    consulted = setting()
    scene = said(sams_scene("declined", WELCOMED), "START", consulted)
    (quiet,) = [t for t in scene.all(Timer) if t.kind == "silence"]
    after = on_silence(scene, consulted, HANDLERS, quiet, quiet.due_at)
    assert hears(after) == hears(scene)
    assert after.conversation is None


def test_a_strangers_start_reaches_the_coordinator_and_is_answered() -> None:
    """A number from a leaflet: somebody reads it, and they learn what to do in an emergency meanwhile."""
    consulted = setting()
    scene = said(strangers_scene(), "START", consulted)
    assert (scene.number.consent, waits(scene), ledger(scene)) == ("unknown", ["stranger"], ["restarted"])
    assert ["We do not know this number" in text for text in hears(scene)] == [True]
    stopped = said(said(strangers_scene(), "STOP", consulted), "START", consulted, NOW + HOUR, "SM2")
    assert ["on again" in text for text in hears(stopped)[1:]] == [True]
    assert waits(stopped) == ["stranger"]


def test_start_from_a_staff_phone_is_always_answered() -> None:
    """Who writes it wonders whether alerts come to this phone."""
    world = World()
    assert heard(world.says(ROSA.number_id, "START"), ROSA.number_id) == [
        "Riverbend Peers: texts and alerts come to this phone. Write STOP for none."
    ]
    world.says(ROSA.number_id, "STOP")
    (confirmed,) = heard(world.says(ROSA.number_id, "EMPEZAR"), ROSA.number_id)
    assert "again" in confirmed
