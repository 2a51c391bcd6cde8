"""Promise 8 over random histories: an escalation never goes quiet, and only an outcome closes it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.staff_phones import is_reachable
from service.store.rows import Escalation, Inbound, Number, Outbound, Page, QueueItem, Staff, Timer
from tests.house import CORA, DAN, ROSA, SAM, SUE
from tests.scenes import World

STAFF = st.sampled_from([ROSA, DAN, SUE, CORA])
LONGEST = timedelta(minutes=60)  # until an outcome is due: no timer of an escalation is farther away
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("later"), st.integers(0, 70)),
        st.tuples(st.sampled_from(["take", "pass", "done", "close", "wrong", "stop", "start", "fail"]), STAFF),
        st.tuples(st.just("danger"), st.sampled_from(["i want to kill myself", "i took the whole bottle of tylenol", "STOP"])),
    ),
    max_size=25,
)  # fmt: skip
TYPED = {
    "take": "{}",
    "pass": "PASS {}",
    "done": "DONE {}",
    "close": "DONE {} talked",
    "wrong": "9999999",
    "stop": "STOP",
    "start": "START",
}


def play(world: World, step: tuple[str, object]) -> list[Outbound]:
    """Let one thing happen."""
    what, given_ = step
    if isinstance(given_, int):
        return world.later(given_)
    if isinstance(given_, str):
        return world.says(SAM.number_id, given_)
    assert isinstance(given_, Staff)
    if what == "fail":
        return fail(world, given_)
    codes = [page.code for page in world.all(Page) if page.staff_id == given_.id]
    return world.says(given_.number_id, TYPED[what].format(codes[-1] if codes else "9999999"))


def fail(world: World, person: Staff) -> list[Outbound]:
    """A text of the newest alert to somebody failed for good, if they were told of it."""
    found = world.all(Escalation)[-1]
    if (found.id, person.id) not in world.rows.get(Page, {}):
        return []
    world.put([Timer("page failed", found.id, found.number_id, world.now, 0, str(person.id))])
    return world.later(0)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_an_open_escalation_always_has_its_next_moment(steps: list[tuple[str, object]]) -> None:
    """Whatever people do, what has no outcome has a timer before the others' lane, a queue entry, and a bounded wait."""
    world = World()
    for step in [("danger", "i want to kill myself"), *steps]:
        play(world, step)
        for found in world.all(Escalation):
            timers = [t for t in world.all(Timer) if t.subject == found.id and t.kind in ("rung", "outcome")]
            waits = [item for item in world.all(QueueItem) if item.escalation_id == found.id and item.closed_at is None]
            if found.state == "closed":
                assert (timers, waits) == ([], [])
                outcome = next(i for i in world.all(Inbound) if str(i.id) == found.outcome)
                assert outcome.body.endswith("talked")
            else:
                assert len(timers) == 1
                assert timers[0].lane == 0
                assert waits
                assert timers[0].fence == str(found.rung)
                assert timers[0].due_at <= world.now + LONGEST


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_everybody_who_can_be_told_is_told_while_nobody_takes_it(steps: list[tuple[str, object]]) -> None:
    """After any history, if nobody has it, half an hour of silence reaches the whole ladder; if somebody has, two hours do."""
    world = World()
    for step in [("danger", "i want to kill myself"), *steps]:
        play(world, step)
    found = next((e for e in world.all(Escalation) if e.state != "closed"), None)
    if found is None:
        return
    texts = world.later(30 if found.state == "open" else 150)
    told = {text.number_id for text in texts if text.kind == "alert" and text.escalation_id == found.id}
    failed = {
        page.staff_id for page in world.all(Page) if page.escalation_id == found.id and page.failed_at is not None
    }
    scene = world.scene(SAM.number_id)
    wanted = {p.number_id for p in (ROSA, DAN, SUE) if is_reachable(scene, p) and p.id not in failed}
    assert wanted <= told


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_nothing_goes_to_a_phone_that_said_stop_but_one_confirmation(steps: list[tuple[str, object]]) -> None:
    """Promise 3 for staff and members alike, in the middle of an alert."""
    world = World()
    for step in [("danger", "i want to kill myself"), *steps]:
        stopped = {number.id for number in world.all(Number) if number.consent == "stopped"}
        texts = play(world, step)
        crossed = [t for t in texts if t.number_id in stopped and t.state == "queued" and step[0] != "start"]
        assert [text for text in crossed if text.kind != "consent"] == []
