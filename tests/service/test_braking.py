"""Machines at the other end: they are answered a few times, stored always, and read for danger always."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.assembly import conversation_handlers
from service.conversations import Beginning, begin
from service.member_texts import decide_text
from service.rules.brakes import PER_HOUR, SAME
from service.store.rows import Inbound, Outbound, QueueItem
from service.store.scene import Scene
from tests.house import NOW, ROSA, SAM, phone, sams_scene, setting, strangers_scene
from tests.scenes import World, heard

HANDLERS = conversation_handlers()


def texts(scene: Scene, bodies: list[str], apart: timedelta = timedelta(seconds=5)) -> Scene:
    """The scene after one text after the other."""
    consulted, now = setting(), NOW
    for place, body in enumerate(bodies):
        now += apart
        inbound = Inbound(consulted.new_id(), f"SM{place}", scene.number.id, "+15555550100", body, now)
        scene = decide_text(scene.with_rows(inbound), consulted, HANDLERS, inbound, now)
    return scene


def answers(scene: Scene, state: str = "queued") -> list[Outbound]:
    """The automatic answers to the number."""
    mine = (row for row in scene.all(Outbound) if row.number_id == scene.number.id and row.kind == "answer")
    return [row for row in mine if row.state == state]


@pytest.mark.parametrize("body", ["HELP", "menu {}", "I am out of office {}", "{}"])
def test_a_machine_gets_five_answers_and_a_person_has_it(body: str) -> None:
    """Whatever it says: five answers within the hour at most, every text is kept, and it stands in a queue."""
    scene = texts(sams_scene(), [body.format(place) for place in range(15)])
    assert len(answers(scene)) <= PER_HOUR
    assert all("within an hour" in row.reason["withdrawn"] for row in answers(scene, "withheld"))
    assert len(scene.all(Inbound)) == 15
    assert scene.all(QueueItem)


def test_help_again_and_again_is_held_at_the_sixth() -> None:
    """The cap is met exactly, and its reason is on what was held."""
    scene = texts(sams_scene(), ["HELP"] * 8)
    assert (len(answers(scene)), len(answers(scene, "withheld"))) == (5, 3)


def test_a_lively_check_in_is_no_machine() -> None:
    """Replies that a step names are asked for: a whole check-in goes through, however often within the hour."""
    scene = begin(sams_scene(), setting(), HANDLERS, Beginning("check-in", "schedule", "theirs"), NOW)
    scene = texts(scene, ["ok", "talk", "skip", "pause", "back", "call", "language es", "back"])
    assert answers(scene, "withheld") == []
    assert len(answers(scene)) > PER_HOUR


def test_the_same_text_over_and_over_is_stored_and_waits_once() -> None:
    """From the twentieth on nothing is said to anybody; every text is there."""
    scene = texts(sams_scene(), ["beep"] * 60)
    relayed = [row for row in scene.all(Outbound) if row.number_id == ROSA.number_id]
    assert len(relayed) == SAME - 1
    assert len([item for item in scene.all(QueueItem) if item.closed_at is None]) == 1
    assert [row.ends["how"] for row in scene.all(Inbound)[SAME - 1 :]] == ["the same text again and again"] * 41


def test_danger_and_stop_are_read_in_a_loop() -> None:
    """Nothing that is said over and over is taken for granted."""
    scene = texts(sams_scene(), ["beep"] * 30 + ["i want to kill myself"] * 25 + ["STOP"])
    assert scene.number.consent == "stopped"
    assert [row for row in scene.all(Outbound) if row.kind == "safety"]
    assert all("alert" in row.ends["in"] for row in scene.all(Inbound)[30:55])


def test_strangers_machines_are_braked_too() -> None:
    """A robot nobody knows stands in the coordinator's queue."""
    scene = texts(strangers_scene(), ["buy now"] * 40)
    assert len(answers(scene)) <= 1
    assert len([item for item in scene.all(QueueItem) if item.role == "coordinator"]) == 1


def test_a_persons_words_make_room_again() -> None:
    """Once somebody has written to Sam, automatic answers go as before."""
    world = World()
    for _ in range(7):
        world.says(SAM.number_id, "HELP")
    world.later(1)
    assert heard(world.says(SAM.number_id, "HELP"), SAM.number_id) == []
    world.says(ROSA.number_id, f"{world.tag(ROSA, SAM.number_id)} are you all right?")
    world.later(1)
    assert heard(world.says(SAM.number_id, "HELP"), SAM.number_id) != []


def test_a_phone_that_answers_by_itself_is_told_so_only_five_times() -> None:
    """Driving mode answers every text: without a brake it would be asked for whom that is for ever."""
    world, told = World(), 0
    for place in range(12):
        told += len(heard(world.says(phone(21).id, f"I'm driving {place}"), phone(21).id))
    assert told == PER_HOUR


def test_the_brake_remembers_no_words() -> None:
    """What is kept on the number, which is not sealed, are moments alone."""
    scene = texts(sams_scene(), ["beep"] * 3)
    assert set(scene.number.memory["brake"]) == {"answers", "same"}
    for at in scene.number.memory["brake"]["same"]:
        assert datetime.fromisoformat(at).tzinfo is not None
