"""What a member's message ends in, decided without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.assembly import conversation_handlers
from service.conversations import Beginning, begin
from service.member_texts import decide_text
from service.rules.setting import Setting
from service.store.rows import Conversation, Escalation, Inbound, Ledger, Member, Outbound, QueueItem
from service.store.scene import Scene
from tests.flows.engine.flow_files import compiled
from tests.house import NIGHT, NOW, PUBLISHED, SAM, sams_scene, setting, strangers_scene

HANDLERS = conversation_handlers()


def said(scene: Scene, text: str, consulted: Setting | None = None, now: datetime = NOW, sid: str = "SM1") -> Scene:
    """The scene after a text."""
    consulted = consulted or setting()
    inbound = Inbound(consulted.new_id(), sid, scene.number.id, "+15555550100", text, now)
    return decide_text(scene, consulted, HANDLERS, inbound, now)


def sent(scene: Scene) -> list[tuple[str, str]]:
    """What goes to the number itself: kind and words."""
    return [(m.kind, m.body) for m in scene.all(Outbound) if m.number_id == scene.number.id and m.state == "queued"]


def ends(scene: Scene) -> set[str]:
    """What the last message ended in."""
    return set(scene.all(Inbound)[-1].ends["in"])


def alerts(scene: Scene) -> list[Escalation]:
    """The escalations raised."""
    return list(scene.all(Escalation))


@pytest.mark.parametrize("word", ["STOP", "stop.", "Alto", "no más", "please stop texting me", "ya no me escriban"])
def test_stop_ends_everything_with_one_confirmation(word: str) -> None:
    """A STOP in any form is in the ledger, withdraws what waits, and is confirmed once."""
    scene = said(sams_scene(), word)
    assert scene.number.consent == "stopped"
    assert [kind for kind, _ in sent(scene)] == ["consent"]
    assert [entry.what for entry in scene.all(Ledger)] == ["stopped"]
    assert scene.withdrawn
    assert "routine" in scene.withdrawn[0].kinds
    assert "consent" not in scene.withdrawn[0].kinds


def test_a_second_stop_is_confirmed_by_nothing() -> None:
    """Who said stop and says it again hears nothing more."""
    again = said(said(sams_scene(), "STOP"), "STOP", sid="SM2")
    assert len(sent(again)) == 1


def test_yes_is_start_only_after_a_stop() -> None:
    """SI brings back who stopped; for anyone else it is an ordinary word."""
    assert said(said(sams_scene(), "STOP"), "si", sid="SM2").number.consent == "given"
    assert not said(sams_scene(), "si").all(Ledger)


def test_danger_raises_an_alert_and_the_text_that_is_true_by_day() -> None:
    """Words of tier 3 while somebody is on duty: an alert, and a text that says who is being told."""
    scene = said(sams_scene(), "i took the whole bottle of tylenol")
    assert [alert.tier for alert in alerts(scene)] == [3]
    assert [kind for kind, _ in sent(scene)] == ["safety"]
    assert "911" in sent(scene)[0][1]
    assert "988" in sent(scene)[0][1]


def test_danger_by_night_claims_nobody() -> None:
    """At night the text says that nobody of the team is there."""
    text = sent(said(sams_scene(), "i want to kill myself", now=NIGHT))[0][1]
    assert "back" in text
    assert "988" in text
    assert "on duty" not in text


def test_danger_from_someone_who_stopped_alerts_and_sends_them_nothing() -> None:
    """Promise 7: the alert says so and asks for a call; the person gets no text."""
    scene = said(sams_scene("stopped"), "quiero morirme, no quiero vivir")
    assert alerts(scene)[0].said_stop
    assert sent(scene) == []


def test_a_stop_with_words_of_danger_is_both() -> None:
    """A STOP that also holds danger stops, and raises the alert."""
    scene = said(sams_scene(), "stop texting me. i want to kill myself tonight")
    assert alerts(scene)
    assert scene.number.consent == "stopped" or not scene.all(Ledger)  # whichever it is read as, nobody is left alone


def test_danger_in_two_parts_is_read_as_one() -> None:
    """What is harmless in two texts and danger in one is danger."""
    consulted = setting()
    scene = said(sams_scene(), "i took all my", consulted)
    assert not alerts(scene)
    assert alerts(said(scene, "pills at once", consulted, NOW + timedelta(seconds=20), "SM2"))


def test_now_is_danger_whatever_the_words() -> None:
    """NOW raises tier 2 at least."""
    assert [alert.tier for alert in alerts(said(sams_scene(), "ahora"))] == [2]


def test_an_ordinary_word_reaches_the_specialist_and_waits() -> None:
    """What no flow asked for stands in the specialist's queue and goes to their phone."""
    scene = said(sams_scene(), "saw a heron today")
    assert ends(scene) >= {"queue", "relay"}
    assert [item.role for item in scene.all(QueueItem)] == ["specialist"]
    assert sent(scene) == []


def test_by_night_they_are_told_once_when_somebody_is_back() -> None:
    """Once for each closure, not for each message."""
    consulted = setting()
    first = said(sams_scene(), "saw a heron today", consulted, NIGHT)
    assert len(sent(first)) == 1
    second = said(first, "two of them", consulted, NIGHT + timedelta(minutes=30), "SM2")
    assert len(sent(second)) == 1


def test_pause_and_back_lose_nothing() -> None:
    """PAUSE rests the member and ends the conversation quietly; BACK wakes them."""
    paused = said(sams_scene(), "pausa")
    member = paused.get(Member, SAM.id)
    assert member is not None
    assert member.paused_at == NOW
    back = said(paused, "volver", sid="SM2")
    member = back.get(Member, SAM.id)
    assert member is not None
    assert member.paused_at is None


@pytest.mark.parametrize("word", ["less", "why", "menu", "find food", "circle", "story", "quiet", "myinfo"])
def test_words_that_are_not_built_wait_for_a_person(word: str) -> None:
    """Each gets an honest answer and stands in a queue."""
    scene = said(sams_scene(), word)
    assert ends(scene) >= {"queue", "answer"}


def test_a_stranger_gets_one_polite_answer_a_day() -> None:
    """The second message of the day is not answered and stands in the coordinator's queue all the same."""
    consulted = setting()
    first = said(strangers_scene(), "who are you", consulted)
    assert len(sent(first)) == 1
    second = said(first, "hello?", consulted, NOW + timedelta(hours=2), "SM2")
    assert len(sent(second)) == 1
    assert {item.role for item in second.all(QueueItem)} == {"coordinator"}
    third = said(second, "hello again", consulted, NOW + timedelta(hours=25), "SM3")
    assert len(sent(third)) == 2


def test_a_short_code_gets_no_answer() -> None:
    """Two machines never text each other for ever."""
    scene = said(strangers_scene("72345"), "Your package is here")
    assert sent(scene) == []
    assert ends(scene) >= {"queue"}


def test_a_strangers_danger_raises_an_alert() -> None:
    """Words of danger are seen from an unknown number too."""
    scene = said(strangers_scene(), "he wont wake up lips blue")
    assert alerts(scene)
    assert alerts(scene)[0].member_id is None


def with_check_in(consulted: Setting) -> Scene:
    """Sam, asked how the day goes."""
    return begin(sams_scene(), consulted, HANDLERS, Beginning("check-in", "schedule", "their own schedule"), NOW)


def test_talk_is_read_before_the_flow() -> None:
    """TALK goes to a person whatever the step would make of it."""
    consulted = setting()
    scene = said(with_check_in(consulted), "talk", consulted)
    assert "queue" in ends(scene)
    assert any(item.why == "talk" for item in scene.all(QueueItem))


TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from([
        "STOP", "start", "si", "yes", "help", "1", "2", "3", "talk", "now", "pause", "back", "skip", "call", "es", "en",
        "menu", "mal", "good", "i want to die", "not suicidal", "no me quiero matar", "me tome todas las pastillas", "", " ",
        "\x00", "\ud800", "💊", "why", "find food", "ok thanks",
    ]),
)  # fmt: skip


@settings(max_examples=300)
@given(
    texts=st.lists(st.tuples(TEXTS, st.integers(0, 40)), max_size=6),
    consent=st.sampled_from(["given", "unknown", "declined", "wrong", "stopped"]),
    asked=st.booleans(),
)
def test_every_message_ends_somewhere_and_stopped_means_silent(
    texts: list[tuple[str, int]], consent: str, *, asked: bool
) -> None:
    """Promises 2 and 3 over random histories: each message ends somewhere; who said stop gets the confirmation alone."""
    consulted = setting()
    scene, now = sams_scene(consent), NOW
    if asked and consent == "given":
        scene = begin(scene, consulted, HANDLERS, Beginning("check-in", "schedule", "their own schedule"), now)
    for place, (text, hours) in enumerate(texts):
        now += timedelta(hours=hours)
        before = {m.id for m in scene.all(Outbound)}
        stopped_before = scene.number.consent == "stopped"
        scene = said(scene, text, consulted, now, f"SM{place}")
        new = [m for m in scene.all(Outbound) if m.id not in before and m.number_id == scene.number.id]
        assert ends(scene), f"{text!r} ended nowhere"
        if scene.number.consent == "stopped":
            assert {m.kind for m in new} <= {"consent"}
            assert not (stopped_before and new)
        assert sum(c.state == "open" for c in scene.all(Conversation)) <= 1
        assert all(m.reason.get("rule") for m in new)


def test_unpublished_flow_is_refused() -> None:
    """A flow that nobody published cannot begin."""
    scene = replace(sams_scene(), facts={"published": {k: v for k, v in PUBLISHED.items() if k != "check-in"}})
    with pytest.raises(KeyError):
        begin(scene, setting(), HANDLERS, Beginning("check-in", "schedule", "x"), NOW)


def test_a_picture_is_told_of_in_words() -> None:
    """A message without words reaches the specialist as such, and never as an empty text."""
    consulted = setting()
    scene = sams_scene()
    inbound = Inbound(consulted.new_id(), "SM1", scene.number.id, "+15555550100", "", NOW, media=1)
    scene = decide_text(scene, consulted, HANDLERS, inbound, NOW)
    assert any("picture" in m.body for m in scene.all(Outbound) if m.kind == "staff")


def test_who_is_beside_an_overdose_is_told_what_to_do() -> None:
    """Somebody else does not breathe: naloxone and breath come before everything (RISK-LEXICON.md, F5e)."""
    text = sent(said(sams_scene(), "he wont wake up lips blue"))[0][1]
    assert "911" in text
    assert "naloxone" in text


CHOICE = """
    first:
      ask: {en: How is it?}
      replies:
        middling: {words: {en: [so so]}, go: thanked}
        well: {words: {en: [very well]}, go: thanked}
      silence: [{after: 1 day, go: done}]
    thanked: {say: {en: Thank you.}, then: done}
    done: {end: yes}
"""


def test_an_answer_in_two_texts_is_read_as_one() -> None:
    """Half an answer goes to a person and the question stays; with its other half within two minutes it names the reply."""
    flow = compiled(CHOICE)
    consulted = replace(setting(), flows=lambda versions: dict.fromkeys(versions, flow))
    scene = replace(sams_scene(), facts={"published": {"made-up": 1}})
    scene = begin(scene, consulted, HANDLERS, Beginning("made-up", "schedule", "their own schedule"), NOW)
    half = said(scene, "very", consulted, NOW, "SM1")
    assert [kind for kind, _ in sent(half)] == ["routine"]
    whole = said(half, "well", consulted, NOW + timedelta(seconds=30), "SM2")
    assert sent(whole)[-1] == ("answer", "Thank you.")
    late = said(half, "well", consulted, NOW + timedelta(minutes=3), "SM2")
    assert [kind for kind, _ in sent(late)] == ["routine"]


def test_what_was_an_answer_is_no_part_of_the_next() -> None:
    """A yes to one question does not answer the next one together with other words."""
    consulted = setting()
    scene = begin(sams_scene("unknown"), consulted, HANDLERS, Beginning("welcome", "welcome", "first"), NOW)
    scene = said(scene, "yes", consulted, NOW, "SM1")
    assert scene.number.consent == "given"
    inbound = scene.all(Inbound)[-1]
    assert inbound.verdict["reply"] is True
    scene = said(scene, "whenever", consulted, NOW + timedelta(seconds=20), "SM2")
    assert scene.all(Inbound)[-1].verdict["reply"] is False
