"""Staff whom no text can tell are called; only the key 1 takes an alert, and nobody is called who said stop."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from service.call_steps import ASKS, answer_step
from service.store.rows import Audit, Call, Escalation, Number, Outbound, Page, Staff, Timer
from tests.house import DAN, ROSA, SAM, SUE
from tests.scenes import World, heard

HIGH = "i want to kill myself"
LANDLINE, NO_ACCOUNT, NO_PHONE, OFF = 30006, 30034, 21211, 30003


def in_danger() -> World:
    """An organisation in which Sam just wrote words of danger."""
    world = World()
    world.says(SAM.number_id, HIGH)
    return world


def rung(code: int = LANDLINE) -> tuple[World, Call]:
    """Somebody in danger whose specialist is called, since the text about it failed with this code."""
    world = in_danger()
    text_failed(world, ROSA, code)
    [call] = world.all(Call)
    return world, call


def alert(world: World) -> Escalation:
    """The one escalation there is."""
    [found] = world.all(Escalation)
    return found


def text_failed(world: World, person: Staff, code: int) -> list[Outbound]:
    """The provider says with a code that the last alert to somebody cannot arrive."""
    last = [text for text in world.all(Outbound) if (text.kind, text.number_id) == ("alert", person.number_id)][-1]
    world.put([replace(last, state="undelivered", error_code=code), page_failed(world, person)])
    return world.later(0)


def page_failed(world: World, person: Staff) -> Timer:
    """What makes a ladder look at a text or a call that did not arrive."""
    return Timer("page failed", alert(world).id, alert(world).number_id, world.now, 0, str(person.id))


def called(world: World) -> list[str]:
    """Who was called, in order."""
    names = {person.number_id: person.name for person in (ROSA, DAN, SUE)}
    return [names[call.number_id] for call in world.all(Call)]


def press(world: World, call: Call, step: int, keys: str) -> str:
    """One step of a call, and what it says."""
    said: list[str] = []

    def decide(scene, setting, now):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        decided, what = answer_step(scene, setting, call, step, keys, now)
        said.append(what)
        return decided

    world.change(call.number_id, decide)
    return said[0]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (LANDLINE, ["Rosa"]),
        (21614, ["Rosa"]),
        (NO_ACCOUNT, ["Rosa"]),
        (20003, ["Rosa"]),
        (NO_PHONE, []),
        (30005, []),
        (OFF, []),
    ],
)
def test_a_call_takes_the_place_of_a_text_that_cannot_arrive(code: int, expected: list[str]) -> None:
    """A landline, or an account of which every text is refused; what can be no telephone is not called and climbs at once."""
    world = in_danger()
    texts = text_failed(world, ROSA, code)
    assert called(world) == expected
    assert bool([text for text in texts if text.kind == "alert" and text.number_id == DAN.number_id]) is not bool(
        expected
    )


def test_whoever_said_stop_is_not_called_either() -> None:
    """Their no counts for a machine's voice too; the ladder passes that phone over."""
    world = in_danger()
    world.put([replace(world.one(Number, ROSA.number_id), consent="stopped")])
    assert "Dan" in [DAN.name for text in text_failed(world, ROSA, LANDLINE) if text.number_id == DAN.number_id]
    assert called(world) == []


def test_one_call_for_each_round_and_the_ladder_goes_on() -> None:
    """A text that fails again in the round calls nobody again; the next round does; in between the others are told."""
    world = in_danger()
    text_failed(world, ROSA, LANDLINE)
    text_failed(world, ROSA, LANDLINE)
    assert called(world) == ["Rosa"]
    assert world.one(Page, alert(world).id, ROSA.id).failed_at is None
    world.later(15)
    assert alert(world).round == 1
    text_failed(world, ROSA, LANDLINE)
    assert called(world) == ["Rosa", "Rosa"]


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_call_that_fails_climbs_at_once(state: str) -> None:
    """Busy, no answer, refused or uncertain twice: the next is told, and the supervisor hears of the phone."""
    world, call = rung()
    world.put([replace(call, state=state), page_failed(world, ROSA)])
    texts = world.later(0)
    assert [text.number_id for text in texts if text.kind == "alert"] == [DAN.number_id]
    assert "Rosa" in heard(texts, SUE.number_id)[0]


def test_the_key_takes_it_as_the_code_does_and_who_helps_is_told() -> None:
    """No words and no number go to a landline; the supervisor may ask for the number, and close, which is logged."""
    world, call = rung()
    assert press(world, call, 0, "") == "call_alert"
    before = len(world.all(Outbound))
    assert press(world, call, 1, "1") == "call_taken_landline"
    assert (alert(world).state, alert(world).taken_by) == ("taken", ROSA.id)
    new = world.all(Outbound)[before:]
    assert heard(new, ROSA.number_id) == []
    assert [HIGH in text.body for text in new] == [False]
    code = world.code(SUE)
    assert heard(world.says(SUE.number_id, f"NUMBER {code}"), SUE.number_id)[0].startswith("Alert 1: +1")
    world.says(SUE.number_id, f"DONE {code} Rosa talked with him")
    assert alert(world).state == "closed"
    assert [entry.what for entry in world.all(Audit)] == ["alert taken", "number shown", "alert closed"]


def test_when_no_text_goes_out_the_words_still_wait_for_the_taker() -> None:
    """The account may be mended in a minute: what follows is queued as after a code, and the voice says that it may not come."""
    world, call = rung(NO_ACCOUNT)
    assert press(world, call, 1, "1") == "call_taken"
    assert any(HIGH in text for text in heard(world.all(Outbound), ROSA.number_id))


def test_nothing_but_the_key_ever_takes_an_alert() -> None:
    """A thousand calls into mailboxes, silence, machines that press other keys, and echoes: none of them takes it."""
    world, chance = in_danger(), random.Random(13)  # noqa: S311 - the same keys every time
    text_failed(world, ROSA, LANDLINE)
    [call] = world.all(Call)
    for _ in range(1000):
        for step in range(ASKS + 1):
            keys = (
                "1"
                if step == 0
                else chance.choice(["", "", "3", "0", "9", "22", "02", "11", "#", "*", "press 1", "one", " 1", "01"])
            )
            said = press(world, call, step, keys)
            assert said == ("call_alert" if step < ASKS else "call_not_taken")
    assert alert(world).state == "open"


def test_the_key_2_passes_it_on_and_the_next_is_told_at_once() -> None:
    """As PASS does by text, without a text to a phone that gets none; it does not come back in this round, and is kept."""
    world, call = rung()
    assert press(world, call, 0, "2") == "call_alert"
    before = len(world.all(Outbound))
    assert press(world, call, 1, "2") == "call_passed"
    assert press(world, call, 1, "2") == "call_passed"
    texts = [*world.all(Outbound)[before:], *world.later(0)]
    assert [text.number_id for text in texts if text.kind == "alert"] == [DAN.number_id]
    assert (heard(texts, ROSA.number_id), called(world)) == ([], ["Rosa"])
    assert alert(world).state == "open"
    assert [entry.what for entry in world.all(Audit)] == ["alert passed"]


def test_an_alert_that_a_colleague_has_is_not_taken_twice() -> None:
    """Who picks up late hears that it is taken; after its end there is nothing left to do."""
    world, call = rung()
    world.later(5)
    world.says(DAN.number_id, world.code(DAN))
    assert press(world, call, 1, "1") == "call_taken_by_other"
    world.says(DAN.number_id, f"DONE {world.code(DAN)} talked")
    assert press(world, call, 2, "1") == "call_over"


def test_a_call_says_that_the_member_said_stop() -> None:
    """Then our texts would not reach them, and a person should call."""
    world = in_danger()
    text_failed(world, ROSA, LANDLINE)
    world.put([replace(world.one(Number, SAM.number_id), consent="stopped")])
    [call] = world.all(Call)
    assert press(world, call, 0, "") == "call_alert_stopped"
