"""What follows from a text that could not be decided, with as few parts as possible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.rules.canary import NUMBER, WORDS
from service.rules.risk import Lexicon
from service.rules.setting import Setting
from service.store.rows import Escalation, Inbound, Outbound, QueueItem, Timer
from service.store.scene import Scene
from service.undecided import TRIES, keep_undecided, try_again_later
from tests.house import NOW, ROSA, SAM, identity, phone, sams_scene, setting, strangers_scene

HIGH = "i want to kill myself"


def came(body: str, number_id: object = SAM.number_id) -> Inbound:
    """A text that could not be decided."""
    return Inbound(identity(900), "SM1", number_id, "+15555550100", body, NOW)  # type: ignore[arg-type]


def kept(body: str, house: Setting | None = None, scene: Scene | None = None) -> Scene:
    """What is kept of it."""
    return keep_undecided(scene or sams_scene(), house or setting(), came(body), NOW)


def unreadable() -> Setting:
    """A house whose words of danger cannot be read."""
    return replace(setting(), lexicon=Lexicon(languages=(None,)))  # type: ignore[arg-type]  # broken on purpose


@pytest.mark.parametrize(("body", "raised"), [(HIGH, 1), ("NOW", 1), ("quiero morirme", 1), ("saw a heron", 0)])
def test_words_of_danger_raise_an_alert(body: str, raised: int) -> None:
    """The ladder begins at once by what is due; everything else waits for the person whose entry it is."""
    scene = kept(body)
    assert len(scene.all(Escalation)) == raised
    assert [timer.due_at for timer in scene.all(Timer) if timer.kind == "rung"] == [NOW] * raised
    assert [item.staff_id for item in scene.all(QueueItem) if item.why == "unread"] == [ROSA.id]
    assert scene.all(Outbound) == ()


@pytest.mark.parametrize("body", ["saw a heron", "", HIGH])
def test_what_cannot_be_screened_raises_one_too(body: str) -> None:
    """A screen that fails brings a person."""
    [escalation] = kept(body, unreadable()).all(Escalation)
    assert escalation.tier == 2


def test_an_alert_that_cannot_be_raised_leaves_what_is_kept() -> None:
    """The message, its entry and its timer are there whatever fails beside them."""
    scene = sams_scene()
    scene = kept(HIGH, scene=replace(scene, facts={**scene.facts, "running": "no number"}))
    assert (scene.all(Escalation), [item.why for item in scene.all(QueueItem)]) == ((), ["unread"])
    assert [(row.state, row.ends) for row in scene.all(Inbound)] == [("unsettled", {"in": ["queue"]})]
    assert [timer.kind for timer in scene.all(Timer)] == ["unsettled"]


def test_when_it_is_given_up_it_has_been_told_of() -> None:
    """Whatever kept the alert from being raised at first is tried with the text again, and the last time as well."""
    last = replace(came(HIGH), state="unsettled", tries=TRIES - 1)
    scene = try_again_later(sams_scene("given", last), setting(), last, NOW)
    assert len(scene.all(Escalation)) == 1
    assert [timer.kind for timer in scene.all(Timer)] == ["rung"]
    [told] = scene.all(Inbound)
    again = try_again_later(scene, setting(), replace(told, tries=TRIES - 1), NOW)
    assert len([item for item in again.all(QueueItem) if item.why == "danger"]) == 1


def test_more_words_of_danger_are_added_to_the_alert_under_way() -> None:
    """There is one alert about a number."""
    under_way = Escalation(identity(901), 7, SAM.number_id, 2, "earlier words", NOW, SAM.id, next_at=NOW)
    scene = kept(HIGH, scene=sams_scene("given", under_way))
    assert [escalation.running for escalation in scene.all(Escalation)] == [7]
    assert [item.inbound_id for item in scene.all(QueueItem) if item.why == "danger"] == [identity(900)]


def test_the_canary_and_calls_raise_no_alert() -> None:
    """They say nothing about anybody, however broken the words are."""
    canary = replace(phone(55), number=NUMBER)
    scene = replace(strangers_scene(), number=canary)
    assert kept(WORDS, unreadable(), scene).all(Escalation) == ()
    call = replace(came(""), kind="call")
    assert keep_undecided(sams_scene(), unreadable(), call, NOW).all(Escalation) == ()


def test_who_said_stop_is_told_of_as_such() -> None:
    """The alert says that no text may be sent to them."""
    [escalation] = kept(HIGH, scene=sams_scene("stopped")).all(Escalation)
    assert escalation.said_stop
