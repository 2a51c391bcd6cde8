"""Promises to answer: when they run out, who is told, and that they close nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.handoffs import Passing
from service.promises import due_at
from service.relay import pass_on
from service.store.rows import Audit, Inbound, Outbound, QueueItem, Timer
from tests.house import DAN, NIGHT, NOW, ROSA, SAM, SUE, setting
from tests.scenes import World, heard

FRIDAY_EVENING = datetime(2027, 3, 5, 23, 0, tzinfo=UTC)  # 18:00 in New York, an hour after closing


def asked(world: World, promise: str | None = "on duty", tier: int = 0) -> list[Outbound]:
    """Sam asks for a person, who is promised."""
    world.texts += 1
    inbound = Inbound(world.setting.new_id(), f"SM{world.texts}", SAM.number_id, "+15555550100", "TALK", world.now)
    passing = Passing("talk", "specialist", inbound, "TALK", promise, tier)
    return world.change(SAM.number_id, lambda scene, given, now: pass_on(scene.with_rows(inbound), given, passing, now))


@pytest.mark.parametrize(
    ("said", "now", "due"),
    [
        ("on duty", NOW, NOW + timedelta(minutes=15)),
        ("on duty", NIGHT, datetime(2027, 3, 3, 14, 15, tzinfo=UTC)),
        ("on duty", FRIDAY_EVENING, datetime(2027, 3, 8, 14, 15, tzinfo=UTC)),
        ("same shift", NOW, datetime(2027, 3, 2, 21, 45, tzinfo=UTC)),
        ("same shift", NIGHT, datetime(2027, 3, 3, 21, 45, tzinfo=UTC)),
        ("same shift", datetime(2027, 3, 2, 21, 50, tzinfo=UTC), datetime(2027, 3, 2, 22, 5, tzinfo=UTC)),
        ("next working day", NOW, datetime(2027, 3, 3, 21, 45, tzinfo=UTC)),
        ("next working day", FRIDAY_EVENING, datetime(2027, 3, 8, 21, 45, tzinfo=UTC)),
        ("90 minutes", NOW, NOW + timedelta(minutes=90)),
        ("2 hours", NIGHT, datetime(2027, 3, 3, 16, 0, tzinfo=UTC)),
        ("1 day", NOW, NOW + timedelta(days=1)),
    ],
)
def test_when_a_promise_runs_out(said: str, now: datetime, due: datetime) -> None:
    """Minutes run while somebody is on duty; a shift's promise is due while somebody is still there."""
    assert due_at(setting().organisation, said, now) == due


def test_who_asked_for_a_person_is_remembered_until_one_answers() -> None:
    """After fifteen minutes the specialist is told, after as long again the backup, who gets the words and a tag."""
    world = World()
    asked(world)
    assert heard(world.later(14), ROSA.number_id) == []
    assert heard(world.later(1), ROSA.number_id) == [
        f"[{world.tag(ROSA, SAM.number_id)}] is still waiting for an answer."
    ]
    handed = world.later(15)
    tag = world.tag(DAN, SAM.number_id)
    assert heard(handed, DAN.number_id) == [f"[{tag}] TALK", f"[{tag}] is still waiting for an answer."]
    assert [item.closed_at for item in world.all(QueueItem)] == [None]
    assert heard(world.says(DAN.number_id, "hi Sam"), SAM.number_id) == ["hi Sam - Dan"]


def test_who_stands_in_and_had_the_words_already_is_only_reminded() -> None:
    """A backup who is in a talk with the member reads everything as it comes, and nothing twice."""
    world = World()
    asked(world)
    world.later(30)
    tag = world.tag(DAN, SAM.number_id)
    world.says(DAN.number_id, "hi Sam")
    world.later(1)
    assert heard(asked(world), DAN.number_id) == [f"[{tag}] TALK"]
    world.later(15)
    assert heard(world.later(15), DAN.number_id) == [f"[{tag}] is still waiting for an answer."]


def test_without_a_backup_the_supervisor_stands_in_with_a_logged_reason() -> None:
    """Somebody is always told; that a supervisor read a member's words is kept."""
    world = World()
    world.put([replace(ROSA, backup_id=None)])
    asked(world)
    assert len(heard(world.later(30), SUE.number_id)) == 2
    assert [(entry.who, entry.what) for entry in world.all(Audit)] == [(SUE.id, "words shown")]


def test_an_answer_ends_the_promise() -> None:
    """Once a person has answered nobody is reminded."""
    world = World()
    asked(world)
    world.says(ROSA.number_id, "here")
    assert not [timer for timer in world.all(Timer) if timer.kind == "promise"]
    assert heard(world.later(24 * 60), ROSA.number_id) == []


def test_automatic_words_end_no_promise() -> None:
    """Only a person's words answer: what the service says leaves everything waiting."""
    world = World()
    world.says(SAM.number_id, "TALK")
    world.says(SAM.number_id, "HELP")
    assert [item.closed_at for item in world.all(QueueItem)] == [None]
    assert any("still waiting" in body for body in heard(world.later(15), ROSA.number_id))


def test_the_earlier_promise_stays() -> None:
    """What was promised for sooner is not put off by a later message."""
    world = World()
    asked(world)
    first = world.all(QueueItem)[0].promised_at
    world.later(5)
    asked(world, "next working day")
    assert world.all(QueueItem)[0].promised_at == first


@pytest.mark.parametrize(
    ("tier", "due"), [(1, datetime(2027, 3, 2, 21, 45, tzinfo=UTC)), (0, datetime(2027, 3, 3, 21, 45, tzinfo=UTC))]
)
def test_what_waits_without_a_promise_is_not_forgotten(tier: int, due: datetime) -> None:
    """A concern is due in the same shift, everything else on the next working day."""
    world = World()
    asked(world, None, tier)
    assert world.all(QueueItem)[0].promised_at == due
