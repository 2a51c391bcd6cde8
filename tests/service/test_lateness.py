"""What becomes of texts that reach us late: decided as of when they were written, by people, never by a flow of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.assembly import conversation_handlers
from service.conversations import Beginning, begin
from service.lateness import RESTORED, hold_repeats
from service.member_texts import decide_text
from service.staff_texts import decide_staff
from service.store.rows import Escalation, Inbound, Ledger, Outbound, QueueItem
from service.store.scene import Scene
from tests.house import NOW, SAM, phone, sams_scene, setting
from tests.scenes import World

HANDLERS = conversation_handlers()
HOURS = timedelta(hours=1)


def late(scene: Scene, body: str, written: datetime, now: datetime = NOW) -> Scene:
    """Sam's scene after a text of theirs that was written at a time and reaches us now."""
    inbound = Inbound(setting().new_id(), "SM1", scene.number.id, "+15555550100", body, written, late=True)
    return decide_text(scene.with_rows(inbound), setting(), HANDLERS, inbound, now)


def answers(scene: Scene) -> list[str]:
    """The words that go to Sam."""
    return [row.body for row in scene.all(Outbound) if row.number_id == SAM.number_id and row.state == "queued"]


def checked_in(at: datetime) -> Scene:
    """Sam with a check-in that began at a time and waits for its first answer."""
    scene = begin(sams_scene(), setting(), HANDLERS, Beginning("check-in", "schedule", "theirs"), at)
    return replace(scene, changed={}, rows={kind: rows for kind, rows in scene.rows.items() if kind is not Outbound})


def test_old_words_go_to_a_person_who_sees_when_they_were_written() -> None:
    """The specialist is told the time, the queue counts from it, and Sam hears once that we were out of reach."""
    scene = late(sams_scene(), "3", NOW - 3 * HOURS)
    assert [item.since for item in scene.all(QueueItem)] == [NOW - 3 * HOURS]
    assert "(written 2027-03-02 07:30) 3" in next(row.body for row in scene.all(Outbound))
    assert [body.split(":")[1] for body in answers(scene)] == [
        " sorry, we were out of reach for a while. A person will read what you wrote."
    ]
    assert answers(late(replace(scene, changed={}), "hello", NOW - 2 * HOURS)) == answers(scene)


def test_an_answer_that_took_a_little_longer_is_still_an_answer() -> None:
    """A webhook that was lost on the way to a check-in that still waits costs minutes, not the conversation."""
    scene = late(checked_in(NOW - timedelta(minutes=10)), "good", NOW - timedelta(minutes=5))
    assert answers(scene)
    assert scene.all(QueueItem) == ()
    assert "flow" in scene.all(Inbound)[0].ends["in"]


@pytest.mark.parametrize("written", [NOW - timedelta(minutes=20), NOW - 2 * HOURS])
def test_no_flow_takes_what_was_written_before_it_asked(written: datetime) -> None:
    """What Sam wrote before the check-in went out cannot be the answer to it."""
    before = checked_in(NOW - timedelta(minutes=10))
    scene = late(before, "good", written)
    assert scene.conversation == before.conversation
    assert [item.why for item in scene.all(QueueItem)] == ["late"]


def test_what_came_before_another_text_is_not_read_after_it() -> None:
    """Out of its order a text is for a person."""
    before = checked_in(NOW - timedelta(minutes=10))
    before = replace(before, facts={**before.facts, "last_in_at": (NOW - timedelta(minutes=1)).isoformat()})
    assert late(before, "good", NOW - timedelta(minutes=5)).conversation == before.conversation


def test_danger_is_read_however_late() -> None:
    """The alert is raised now; the message keeps the time at which it was written."""
    scene = late(sams_scene(), "i want to kill myself", NOW - 5 * HOURS)
    assert [(alert.tier, alert.raised_at) for alert in scene.all(Escalation)] == [(2, NOW)]
    assert scene.all(Inbound)[0].received_at == NOW - 5 * HOURS
    assert any(row.kind == "safety" for row in scene.all(Outbound))


def test_a_late_stop_counts_from_when_it_was_said() -> None:
    """It is honoured, and stands in the ledger at its own time."""
    scene = late(sams_scene(), "STOP", NOW - 5 * HOURS)
    assert (scene.number.consent, scene.number.consent_at) == ("stopped", NOW - 5 * HOURS)
    assert [(entry.what, entry.at) for entry in scene.all(Ledger)] == [("stopped", NOW - 5 * HOURS)]


@pytest.mark.parametrize(("first", "then", "ends"), [("START", "STOP", "stopped"), ("STOP", "START", "given")])
def test_the_last_word_about_consent_is_the_one_written_last(first: str, then: str, ends: str) -> None:
    """Whichever of two late words is read first, what was written last holds, and both are in the ledger."""
    for order in ((first, then), (then, first)):
        scene = sams_scene("stopped")
        scene = scene.with_rows(replace(scene.number, consent_at=NOW - 9 * HOURS))
        for word in order:
            scene = late(scene, word, NOW - (3 if word == first else 2) * HOURS)
        assert scene.number.consent == ends, order


def test_staffs_late_words_without_a_tag_are_asked_back() -> None:
    """Which thread was open when they wrote is not what is open now: nobody guesses."""
    world = World()
    world.says(SAM.number_id, "hello?")
    rosas = phone(21).id
    inbound = Inbound(world.setting.new_id(), "SM9", rosas, "+15555550100", "on my way", NOW - HOURS, late=True)
    sent = world.change(rosas, lambda scene, given, now: decide_staff(scene, given, inbound, now))
    assert [row.kind for row in sent] == ["staff"]
    assert world.one(Inbound, inbound.id).ends["in"] == ["held"]


def test_after_a_restore_nothing_new_goes_but_what_is_owed_at_least_once() -> None:
    """Relays and answers to what is read again are withheld with a reason; danger and consent go their way."""
    before = sams_scene()
    held = hold_repeats(before, late(before, "hello", NOW - 3 * HOURS), NOW)
    assert {(row.state, row.reason["withdrawn"]) for row in held.all(Outbound)} == {("withheld", RESTORED)}
    grave = hold_repeats(before, late(before, "i want to kill myself", NOW - 3 * HOURS), NOW)
    assert {row.kind for row in grave.all(Outbound) if row.state == "queued"} == {"safety", "alert"}
