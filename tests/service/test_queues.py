"""What waits for a person: one entry for each need, its earliest time kept, closed by a person's act alone."""

from uuid import UUID

from service.handoffs import Passing
from service.queues import answered, outcome_given, wait_for_outcome, wait_for_person
from service.store.rows import Escalation, QueueItem
from service.store.scene import Scene
from tests.house import NOW, ROSA, SAM, identity, sams_scene, setting

SETTING = setting()


def waits(scene: Scene, why: str, to: str = "specialist", tier: int = 0, staff_id: UUID | None = None) -> Scene:
    """The scene with one more thing of Sam's that needs a person."""
    return wait_for_person(scene, SETTING, Passing(why, to, tier=tier), NOW, staff_id=staff_id, thread_id=None)


def still_open(scene: Scene) -> list[QueueItem]:
    """What was not closed."""
    return [item for item in scene.all(QueueItem) if item.closed_at is None]


def test_the_same_need_waits_once_and_its_tier_only_rises() -> None:
    """Ten messages are one entry, with the gravest tier and the need that asks most of a person."""
    scene = waits(waits(waits(sams_scene(), "words", tier=1), "call"), "answer")
    assert [(item.why, item.tier) for item in scene.all(QueueItem)] == [("call", 1)]


def test_each_role_has_its_own_entry() -> None:
    """What the coordinator must look at does not hide behind what the specialist must."""
    scene = waits(waits(sams_scene(), "words"), "words", "coordinator")
    assert [item.role for item in scene.all(QueueItem)] == ["specialist", "coordinator"]


def test_a_persons_answer_closes_what_waits_for_words_and_no_more() -> None:
    """A problem of the service, and an alert, stay where they are."""
    alert = Escalation(identity(900), 1, SAM.number_id, 2, "rule", NOW, SAM.id)
    scene = waits(waits(sams_scene(), "words"), "problem", "coordinator")
    scene = wait_for_outcome(scene.with_rows(alert), SETTING, alert, None, NOW)
    scene = answered(scene, SAM.number_id, ROSA.id, "a person answered", NOW)
    assert [item.why for item in still_open(scene)] == ["problem", "danger"]
    assert SAM.number_id in scene.guarded


def test_only_an_outcome_closes_the_entries_of_an_alert() -> None:
    """Every message of danger has its entry, and all are closed by the outcome."""
    alert = Escalation(identity(900), 1, SAM.number_id, 2, "rule", NOW, SAM.id)
    scene = sams_scene().with_rows(alert)
    for _ in range(2):
        scene = wait_for_outcome(scene, SETTING, alert, None, NOW)
    assert len(still_open(scene)) == 2
    scene = outcome_given(scene, alert, ROSA.id, NOW)
    assert {item.closed_how for item in scene.all(QueueItem)} == {"outcome"}


def test_what_comes_after_an_answer_waits_anew() -> None:
    """A closed entry is not opened again: the next message waits since its own time."""
    scene = answered(waits(sams_scene(), "words"), SAM.number_id, ROSA.id, "a person answered", NOW)
    assert len(still_open(waits(scene, "words"))) == 1
