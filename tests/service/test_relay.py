"""The relay on two phones: words reach the person who answers, the number never does, and nobody's words are guessed."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from service.handoffs import Passing
from service.relay import pass_on, tell_stopped
from service.rules.setting import Setting
from service.store.rows import Audit, Inbound, Outbound, QueueItem, Staff, Thread
from service.store.scene import Scene
from service.threads import LONGEST
from tests.house import CORA, DAN, ROSA, SAM, SUE
from tests.scenes import LUZ, STRANGER, World, heard


def sam_writes(
    world: World, words: str = "are you there", why: str = "words", to: str = "specialist"
) -> list[Outbound]:
    """Something of Sam's is passed on."""
    return passed(world, SAM.number_id, words, why, to)


def passed(world: World, number_id: UUID, words: str, why: str, to: str) -> list[Outbound]:
    """Words of a number are passed on."""
    world.texts += 1
    inbound = Inbound(world.setting.new_id(), f"SM{world.texts}", number_id, "+15555550100", words, world.now)
    passing = Passing(why, to, inbound, words)
    return world.change(number_id, lambda scene, given, now: pass_on(scene.with_rows(inbound), given, passing, now))


def waiting(world: World) -> list[QueueItem]:
    """What waits for a person."""
    return [item for item in world.all(QueueItem) if item.closed_at is None]


def test_a_members_words_reach_their_specialist_under_a_tag() -> None:
    """The specialist's phone shows the tag and the words, no number and no name, and it waits for her."""
    world = World()
    [text] = sam_writes(world)
    tag = world.tag(ROSA, SAM.number_id)
    assert (text.number_id, text.kind, text.body) == (ROSA.number_id, "staff", f"[{tag}] are you there")
    [item] = waiting(world)
    assert (item.staff_id, item.role, item.why, item.thread_id) == (
        ROSA.id,
        "specialist",
        "words",
        world.all(Thread)[0].id,
    )


def test_a_second_message_goes_on_in_the_same_thread_and_waits_since_the_first() -> None:
    """One thread, one entry with its earliest time; its tier only rises."""
    world = World()
    sam_writes(world)
    began = world.now
    world.later(20)
    sam_writes(world, "hello?")
    assert len(world.all(Thread)) == 1
    assert [(item.since, item.tier) for item in waiting(world)] == [(began, 0)]
    assert world.all(Thread)[0].last_words_at == world.now


def test_two_members_have_tags_that_are_hard_to_mistake() -> None:
    """Two threads on one phone differ in letter and digit."""
    world = World()
    sam_writes(world)
    passed(world, LUZ.number_id, "hola", "words", "specialist")
    one, other = world.tag(ROSA, SAM.number_id), world.tag(ROSA, LUZ.number_id)
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_a_call_that_is_asked_for_is_told_as_such() -> None:
    """The specialist reads that a call is wanted, under the tag."""
    world = World()
    assert heard(sam_writes(world, "CALL", "call"), ROSA.number_id) == [
        f"[{world.tag(ROSA, SAM.number_id)}] Asks for a call."
    ]


@pytest.mark.parametrize("gone", ["stopped", "left", "nobody"])
def test_without_a_specialist_to_reach_it_is_the_coordinators(gone: str) -> None:
    """No specialist, one who left, or one whose phone said stop: the coordinator's queue and phone, with a logged reason."""
    world = World()
    if gone == "stopped":
        world.put([replace(world.scene(ROSA.number_id).number, consent="stopped")])
    world.put([replace(ROSA, active=gone != "left"), replace(SAM, specialist_id=None if gone == "nobody" else ROSA.id)])
    texts = sam_writes(world)
    assert heard(texts, ROSA.number_id) == []
    assert len(heard(texts, CORA.number_id)) == 1
    assert [(item.role, item.staff_id) for item in waiting(world)] == [("coordinator", None)]
    assert [(entry.who, entry.about, entry.what) for entry in world.all(Audit)] == [(CORA.id, SAM.id, "words shown")]


def test_with_nobody_to_reach_at_all_it_still_waits() -> None:
    """Nothing is lost where no phone may be sent anything."""
    world = World()
    world.put(replace(person, active=False) for person in world.all(Staff))
    assert sam_writes(world) == []
    assert [(item.role, item.staff_id) for item in waiting(world)] == [("coordinator", None)]


def test_an_event_without_words_only_stands_in_the_queue() -> None:
    """With no words to carry nothing is sent to a phone."""
    world = World()
    assert sam_writes(world, "", "problem", "coordinator") == []
    assert [(item.why, item.role) for item in waiting(world)] == [("problem", "coordinator")]


def test_one_message_passed_on_twice_is_carried_once() -> None:
    """However often one decision passes the same words, the phone gets them once."""
    world = World()
    inbound = Inbound(world.setting.new_id(), "SM9", SAM.number_id, "+15555550100", "hm", world.now)

    def twice(scene: Scene, given: Setting, now: datetime) -> Scene:
        for why in ("words", "talk"):
            scene = pass_on(scene, given, Passing(why, "specialist", inbound, "hm"), now)
        return scene

    assert len(world.change(SAM.number_id, twice)) == 1


def test_long_words_are_kept_whole_in_parts() -> None:
    """Words longer than one text come in several, each with the tag, and none is lost."""
    world = World()
    words = " ".join(f"word{place}" for place in range(900))
    bodies = heard(sam_writes(world, words), ROSA.number_id)
    tag = f"[{world.tag(ROSA, SAM.number_id)}] "
    assert len(bodies) > 1
    assert all(body.startswith(tag) and len(body) <= LONGEST + len(tag) for body in bodies)
    assert " ".join(body.removeprefix(tag) for body in bodies) == words


def test_words_of_someone_who_said_stop_say_so() -> None:
    """The specialist sees at once that a text back will not arrive."""
    world = World()
    world.put([replace(world.scene(SAM.number_id).number, consent="stopped")])
    [body] = heard(sam_writes(world), ROSA.number_id)
    assert "are you there" in body
    assert "STOP" in body


def test_whoever_holds_another_thread_with_the_member_reads_on() -> None:
    """A colleague who took an alert and writes with the member gets their answers too."""
    world = World()
    world.says(SAM.number_id, "i want to kill myself")
    world.later(5)
    world.says(DAN.number_id, world.code(DAN))
    texts = sam_writes(world, "ok")
    assert heard(texts, DAN.number_id) == [f"[{world.tag(DAN, SAM.number_id)}] ok"]
    assert heard(texts, ROSA.number_id) == [f"[{world.tag(ROSA, SAM.number_id)}] ok"]


def test_a_strangers_words_reach_the_coordinator() -> None:
    """A number nobody knows has no specialist; the coordinator can answer it like anyone."""
    world = World()
    passed(world, STRANGER, "is this the food bank", "stranger", "coordinator")
    answer = world.says(CORA.number_id, "It is next door")
    assert heard(answer, STRANGER) == ["It is next door - Cora"]
    assert waiting(world) == []


def test_those_who_hold_a_thread_are_told_of_a_stop() -> None:
    """A specialist in the middle of a talk learns that it is over."""
    world = World()
    sam_writes(world)
    told = world.change(SAM.number_id, tell_stopped)
    assert heard(told, ROSA.number_id) == [
        f"[{world.tag(ROSA, SAM.number_id)}] wrote STOP and gets no more texts. Nothing to do now."
    ]


def test_a_thread_closes_a_day_after_its_last_words_and_its_tag_rests() -> None:
    """With nothing waiting a thread closes by itself; the next one has another tag."""
    world = World()
    sam_writes(world)
    tag = world.tag(ROSA, SAM.number_id)
    world.says(ROSA.number_id, "here I am")
    world.later(24 * 60 + 1)
    assert world.all(Thread)[0].closed_at is not None
    sam_writes(world, "me again")
    assert world.tag(ROSA, SAM.number_id) != tag


def test_a_thread_with_somebody_waiting_stays_open() -> None:
    """A day without words closes nothing while the member waits for an answer."""
    world = World()
    sam_writes(world)
    world.later(3 * 24 * 60)
    assert world.all(Thread)[0].closed_at is None
    assert waiting(world)


def test_a_tag_may_be_used_again_after_seven_days() -> None:
    """The rest of a tag ends, so that a phone does not run out of them."""
    world = World()
    sam_writes(world)
    tag = world.tag(ROSA, SAM.number_id)
    world.says(ROSA.number_id, f"DONE {tag}")
    world.now += timedelta(days=7, minutes=1)
    sam_writes(world)
    assert world.tag(ROSA, SAM.number_id) == tag


def test_what_is_passed_to_a_supervisor_is_the_supervisors() -> None:
    """A named role gets the words and the entry."""
    world = World()
    assert len(heard(sam_writes(world, to="supervisor"), SUE.number_id)) == 1
    assert [item.role for item in waiting(world)] == ["supervisor"]


def test_a_phone_that_writes_without_end_does_not_fill_another() -> None:
    """Sixty at once go on; the next wait their turn, a second apart, and none is lost. Another's words, and asking for a person, go at once."""
    world = World()
    ready = [sam_writes(world, f"line {place}")[0].ready_at for place in range(63)]
    assert ready[:60] == [world.now] * 60
    assert ready[60:] == [world.now + timedelta(seconds=seconds) for seconds in (1, 2, 3)]
    assert sam_writes(world, "talk", "talk")[0].ready_at == world.now
    assert passed(world, LUZ.number_id, "hello", "words", "specialist")[0].ready_at == world.now
    world.later(120)
    assert sam_writes(world, "and now")[0].ready_at == world.now
