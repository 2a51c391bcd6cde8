"""What people are told when something did not go out: a late alert, a safety text, a number in doubt, a refused account."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from service.queues import done_by_hand
from service.store.rows import Audit, Call, Escalation, Number, Outbound, Page, QueueItem, Timer
from tests.house import CORA, DAN, ROSA, SAM, SUE
from tests.scenes import LUZ, STRANGER, World, heard

HIGH = "i want to kill myself"
EMERGENCY = "i took the whole bottle of tylenol"


def due(world: World, kind: str, subject: UUID, fence: str, number_id: UUID = SAM.number_id) -> list[Outbound]:
    """Something is due now; the texts that follow."""
    world.put([Timer(kind, subject, number_id, world.now, 0, fence)])
    return world.later(0)


def in_danger(words: str = HIGH) -> tuple[World, Escalation]:
    """An organisation in which Sam just wrote words of danger."""
    world = World()
    world.says(SAM.number_id, words)
    return world, world.all(Escalation)[0]


def waiting(world: World, why: str) -> list[QueueItem]:
    """What waits for this reason."""
    return [item for item in world.all(QueueItem) if item.why == why and item.closed_at is None]


def paged(texts: list[Outbound]) -> list[UUID]:
    """Whose phones an alert went to."""
    return [text.number_id for text in texts if text.kind == "alert"]


def test_a_late_alert_climbs_at_once_and_the_phone_is_told_again_in_the_next_round() -> None:
    """It is late, not lost: nobody is told that the phone cannot be reached."""
    world, alert = in_danger()
    texts = due(world, "page late", alert.id, str(ROSA.id))
    assert paged(texts) == [DAN.number_id]
    assert heard(texts, SUE.number_id) == []
    assert due(world, "page late", alert.id, str(ROSA.id)) == []
    assert ROSA.number_id in paged(world.later(30))


def test_whoever_is_late_is_not_lost_and_may_take_it_or_pass_it_on() -> None:
    """When the texts go after all everybody of the round may answer, and who passes it on is heard."""
    world, alert = in_danger()
    for person in (ROSA, DAN):
        due(world, "page late", alert.id, str(person.id))
    world.says(ROSA.number_id, f"PASS {world.code(ROSA)}")
    assert [page.passed_at is not None for page in world.all(Page)] == [True, False, False]
    world.says(DAN.number_id, world.code(DAN))
    assert world.one(Escalation, alert.id).taken_by == DAN.id


def taken() -> tuple[World, Escalation]:
    """Sam is in danger, Rosa has taken it, and Sam wrote more words of danger."""
    world, alert = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    world.says(SAM.number_id, "i have the pills in my hand, i want to die")
    return world, world.one(Escalation, alert.id)


def test_more_words_of_danger_go_with_the_alerts() -> None:
    """What the taker is told about the alert overtakes ordinary words on that phone; all else to staff keeps its place."""
    world, _ = taken()
    words = [text for text in world.all(Outbound) if text.number_id == ROSA.number_id and "pills" in text.body]
    assert [(text.kind, text.lane) for text in words] == [("staff", 0)]
    assert {text.lane for text in world.says(SAM.number_id, "hello?") if text.kind == "staff"} <= {0, 1}
    assert [text.lane for text in world.says(LUZ.number_id, "hola") if text.kind == "staff"] == [1]


@pytest.mark.parametrize("code", [0, 30003, 30008, 30005, 99999])
def test_words_that_do_not_reach_the_taker_make_the_ladder_climb(code: int) -> None:
    """They wait in the queue for whoever is told now, who gets them by taking it; the audit says what happened."""
    world, alert = taken()
    texts = due(world, "words unreached", alert.id, f"{ROSA.id}:{code}")
    assert paged(texts) == [DAN.number_id, SUE.number_id]
    assert world.one(Escalation, alert.id).state == "open"
    assert "passed over by the ladder" in [entry.what for entry in world.all(Audit)]
    assert [item.closed_at for item in waiting(world, "danger")]
    texts = world.says(DAN.number_id, world.code(DAN))
    assert any("pills" in said for said in heard(texts, DAN.number_id))


def test_who_was_called_since_no_texts_go_keeps_the_alert_while_none_do() -> None:
    """The call said that the words may not come; to take it from them would help nobody. Once texts go, words that fail count."""
    world, alert = taken()
    world.put(
        [Call(world.setting.new_id(), ROSA.number_id, "alert", "account", "en", world.now, world.now, 0, alert.id)]
    )
    for code in (0, 30034):
        assert due(world, "words unreached", alert.id, f"{ROSA.id}:{code}") == []
    assert world.one(Escalation, alert.id).taken_by == ROSA.id
    assert paged(due(world, "words unreached", alert.id, f"{ROSA.id}:30005"))


def test_words_that_a_carrier_filters_leave_the_alert_with_its_taker_who_is_told_to_call() -> None:
    """The phone works, the words do not go: other words do, with the way to the number."""
    world, alert = taken()
    texts = due(world, "words unreached", alert.id, f"{ROSA.id}:30007")
    assert (paged(texts), world.one(Escalation, alert.id).taken_by) == ([], ROSA.id)
    [said] = heard(texts, ROSA.number_id)
    assert f"NUMBER {world.code(ROSA)}" in said
    assert "pills" not in said


def test_old_words_to_somebody_who_passed_it_on_change_nothing() -> None:
    """Whoever has it now was sent every word; and what is open or closed climbs, or rests, by itself."""
    world, alert = taken()
    assert due(world, "words unreached", alert.id, f"{DAN.id}:30005") == []
    world.says(ROSA.number_id, f"DONE {world.code(ROSA)} talked")
    assert due(world, "words unreached", alert.id, f"{ROSA.id}:30005") == []


def test_late_alerts_do_not_drive_the_ladder_in_a_circle() -> None:
    """With everybody's alert late, nobody is told more often than the ladder would; it goes on climbing."""
    world, alert = in_danger(EMERGENCY)
    told = 0
    for _ in range(30):
        for page in world.all(Page):
            due(world, "page late", alert.id, str(page.staff_id))
        told += len(paged(world.later(2)))
    assert 4 <= told <= 3 * 13


def test_an_alert_that_somebody_took_or_closed_does_not_climb_because_an_old_text_is_late() -> None:
    """The text may be late for ever."""
    world, alert = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    assert paged(due(world, "page late", alert.id, str(ROSA.id))) == []
    world.says(ROSA.number_id, f"DONE {world.code(ROSA)} called")
    assert due(world, "page late", alert.id, str(ROSA.id)) == []


@pytest.mark.parametrize("fence", ["queued", "unsure", "sent", "failed", "undelivered", "unknown"])
def test_a_safety_text_that_did_not_go_is_told_to_those_who_have_the_alert(fence: str) -> None:
    """They know then that the member may have no number to call; the coordinator's queue has it too."""
    world, _ = in_danger()
    texts = due(world, "safety unsent", SAM.id, fence)
    assert "may not reach them" in heard(texts, ROSA.number_id)[0]
    [item] = waiting(world, "unsent")
    assert (item.role, item.number_id, item.tier) == ("coordinator", SAM.number_id, 2)
    world.says(ROSA.number_id, world.code(ROSA))
    [text] = due(world, "safety unsent", SAM.id, fence)
    assert text.number_id == ROSA.number_id


def test_a_number_in_doubt_is_asked_about_once_and_trusted_again_by_hand() -> None:
    """The specialist is asked to confirm it, without a name or a number in the text; the queue says whose it is."""
    world = World()
    texts = due(world, "not reached", SAM.id, "30005:false")
    [said] = heard(texts, ROSA.number_id)
    assert "please confirm it" in said
    assert "Sam" not in said
    assert due(world, "not reached", SAM.id, "30006:false") == []
    [item] = waiting(world, "number")
    assert (item.staff_id, item.role, world.one(Number, SAM.number_id).memory) == (
        ROSA.id,
        "specialist",
        {"bad": 30005},
    )
    world.change(SAM.number_id, lambda scene, _, now: done_by_hand(scene, item.id, ROSA.id, UUID(int=7), now))
    assert (waiting(world, "number"), world.one(Number, SAM.number_id).memory) == ([], {})


@pytest.mark.parametrize(("code", "call"), [(21614, True), (30006, True), (30005, False), (21211, False)])
def test_a_landline_is_asked_about_with_the_hint_that_it_may_ring(code: int, *, call: bool) -> None:
    """A wrong number is not: a call would reach somebody else."""
    world = World()
    [said] = heard(due(world, "not reached", SAM.id, f"{code}:false"), ROSA.number_id)
    assert ("a call may reach them" in said, "please confirm it" in said) == (call, True)


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("unsure:B2:30006", "this number takes no texts. Please call instead"),
        ("unsure:B2:21614", "this number takes no texts"),
        ("unsure:B2:30005", "this number takes no texts"),
        ("unsure:B2:21610", "This person said STOP"),
        ("unsure:B2:30008", "We cannot tell whether"),
        ("unsure:B2:30007", "You may say it in other words, without links"),
        ("unsure:B2:21612", "from our number no text reaches this phone for now"),
        ("unsure:B2", "We cannot tell whether"),
        ("stopped:B2", "This person said STOP"),
    ],
)
def test_whoever_wrote_is_told_that_the_number_takes_no_texts(fence: str, said: str) -> None:
    """Sending the same again would be in vain; where nobody knows, they may, and where they said stop, they may not."""
    world = World()
    [text] = heard(due(world, "not sent", SAM.id, fence, ROSA.number_id), ROSA.number_id)
    assert text.startswith("[B2] ")
    assert said in text


@pytest.mark.parametrize("code", [21408, 21612])
def test_what_the_account_may_not_reach_is_the_coordinators_and_no_fault_of_the_number(code: int) -> None:
    """They are told once what to look at; nobody is asked to confirm the number, and it stays trusted."""
    world = World()
    texts = [text for place in range(3) for text in due(world, "not reached", UUID(int=place), f"{code}:false")]
    [said] = heard(texts, CORA.number_id)
    assert f"Twilio error {code}" in said
    assert "The number may be right" in said
    assert heard(texts, ROSA.number_id) == []
    [item] = waiting(world, "route")
    assert (item.role, item.number_id) == ("coordinator", SAM.number_id)
    assert waiting(world, "number") == []
    assert world.one(Number, SAM.number_id).memory == {}


def test_a_number_in_doubt_and_a_way_that_is_closed_are_two_entries() -> None:
    """Of a stranger's number both are the coordinators', and each is looked after by itself."""
    world = World()
    due(world, "not reached", STRANGER, "21211:false", STRANGER)
    texts = due(world, "not reached", STRANGER, "21612:false", STRANGER)
    assert "21612" in heard(texts, CORA.number_id)[0]
    assert (len(waiting(world, "number")), len(waiting(world, "route"))) == (1, 1)


def test_a_phone_of_staff_that_the_account_may_not_reach_is_told_to_the_supervisor_too() -> None:
    """Somebody else has to stand in for them, and somebody to mend the account."""
    world = World()
    texts = due(world, "not reached", ROSA.id, "21408:false", ROSA.number_id)
    assert "do not reach the phone of Rosa" in heard(texts, SUE.number_id)[0]
    assert "21408" in heard(texts, CORA.number_id)[0]


def test_words_of_a_person_do_not_confirm_a_number() -> None:
    """The entry stays when somebody writes to the member: whether that arrives is the question."""
    world = World()
    due(world, "not reached", SAM.id, "21614:false")
    world.says(SAM.number_id, "TALK")
    world.says(ROSA.number_id, "hello there")
    assert len(waiting(world, "number")) == 1


def test_a_number_without_a_specialist_is_the_coordinators() -> None:
    """Somebody is always asked."""
    world = World()
    texts = due(world, "not reached", STRANGER, "21211:false", STRANGER)
    assert len(heard(texts, CORA.number_id)) == 1
    assert [item.role for item in waiting(world, "number")] == ["coordinator"]


def test_a_phone_that_is_off_again_and_again_is_told_and_gets_texts_all_the_same() -> None:
    """It may be charged tomorrow."""
    world = World()
    assert due(world, "not reached", SAM.id, "30003:false") == []
    texts = due(world, "not reached", SAM.id, "30003:true")
    assert "three texts in a row" in heard(texts, ROSA.number_id)[0]
    assert world.one(Number, SAM.number_id).memory == {}


def test_a_phone_of_staff_that_takes_no_texts_is_told_to_the_supervisor() -> None:
    """Nobody confirms their own number by a text to it."""
    world = World()
    texts = due(world, "not reached", ROSA.id, "30006:false", ROSA.number_id)
    assert "do not reach the phone of Rosa" in heard(texts, SUE.number_id)[0]
    assert "bad" not in world.one(Number, ROSA.number_id).memory


def test_words_that_are_not_taken_are_told_to_the_coordinator_once() -> None:
    """However many texts have them: until the entry is closed there is one, and one text about it."""
    world = World()
    texts = [text for place in range(5) for text in due(world, "not reached", UUID(int=place), "30007:false")]
    assert len(heard(texts, CORA.number_id)) == 1
    assert "30007" in heard(texts, CORA.number_id)[0]
    assert len(waiting(world, "content")) == 1


def test_a_refused_account_stands_in_the_coordinators_queue_once() -> None:
    """The one text about it waits until texts go out, and says so; a colleague's words to the coordinator do not close it."""
    world = World()
    [text] = [text for _ in range(3) for text in due(world, "account refused", CORA.id, "20003", CORA.number_id)]
    assert (text.number_id, "texts go out again" in text.body) == (CORA.number_id, True)
    [item] = waiting(world, "account")
    assert (item.staff_id, item.role) == (CORA.id, "coordinator")


@pytest.mark.parametrize("code", [30008, 21610, 20003, 99999, 14107])
def test_other_errors_say_nothing_about_a_number(code: int) -> None:
    """The message has its code; nobody is asked about a number that is right."""
    world = World()
    before = world.one(Number, SAM.number_id)
    assert due(world, "not reached", SAM.id, f"{code}:false") == []
    assert (waiting(world, "number"), replace(world.one(Number, SAM.number_id), version=0)) == (
        [],
        replace(before, version=0),
    )


def test_about_a_refused_account_one_is_called_and_then_the_next() -> None:
    """A coordinator first; a supervisor if they did not press the key."""
    world = World()
    for _ in range(3):
        due(world, "account refused", CORA.id, "20003", CORA.number_id)
    [first] = world.all(Call)
    assert (first.number_id, first.kind, first.round) == (CORA.number_id, "account", 0)
    assert first.incident_id is not None
    due(world, "no texts go out", first.incident_id, "1", CORA.number_id)
    assert [call.number_id for call in world.all(Call)] == [CORA.number_id, SUE.number_id]


def test_the_calls_are_tried_again_after_5_10_and_30_minutes_and_then_every_hour() -> None:
    """The account may refuse them all within seconds; whoever can be called later is."""
    world = World()
    due(world, "account refused", CORA.id, "20003", CORA.number_id)
    incident = world.all(Call)[0].incident_id
    assert incident is not None
    made = []
    for minutes in (5, 10, 30, 60, 60):
        for _ in range(2):  # nobody picks up: Cora's call is followed by Sue's, and Sue's by nobody's
            due(world, "no texts go out", incident, str(world.all(Call)[-1].round + 1), CORA.number_id)
        before = len(world.all(Call))
        world.later(minutes - 1)
        assert len(world.all(Call)) == before
        world.later(1)
        made.append([call.number_id for call in world.all(Call)[before:]])
    assert made == [[CORA.number_id]] * 5


def test_a_refused_account_that_works_again_ends_its_entry_and_is_told_once() -> None:
    """Nobody has to close anything, nobody is called any more, and the next trouble is a new entry with a new call."""
    world = World()
    due(world, "account refused", CORA.id, "20003", CORA.number_id)
    [entry] = waiting(world, "account")
    due(world, "no texts go out", entry.id, "2", CORA.number_id)  # all were called
    assert due(world, "account works", CORA.id, "told", CORA.number_id) == []
    assert (waiting(world, "account"), world.one(QueueItem, entry.id).closed_how) == ([], "by itself")
    assert [(line.what, line.about) for line in world.all(Audit)] == [("queue entry ended by itself", entry.id)]
    calls = len(world.all(Call))
    world.later(600)
    assert len(world.all(Call)) == calls
    due(world, "account refused", CORA.id, "30002", CORA.number_id)
    assert (len(waiting(world, "account")), len(world.all(Call))) == (1, calls + 1)


def test_a_supervisor_who_was_called_is_told_that_it_is_over_too() -> None:
    """They have no entry in their queue; nor has the text that waited reached a coordinator where it failed in a report."""
    world = World()
    due(world, "account refused", CORA.id, "30002", CORA.number_id)
    [text] = due(world, "account works", CORA.id, "", CORA.number_id)
    assert (text.number_id, waiting(world, "account")) == (CORA.number_id, [])
    assert "texts go out again" in heard(due(world, "account works", SUE.id, "", SUE.number_id), SUE.number_id)[0]


def test_an_entry_about_the_account_that_is_closed_by_hand_ends_the_calls() -> None:
    """Somebody looks after it."""
    world = World()
    due(world, "account refused", CORA.id, "20003", CORA.number_id)
    [entry] = waiting(world, "account")
    due(world, "no texts go out", entry.id, "2", CORA.number_id)
    world.change(CORA.number_id, lambda scene, _, now: done_by_hand(scene, entry.id, CORA.id, UUID(int=7), now))
    calls = len(world.all(Call))
    world.later(600)
    assert len(world.all(Call)) == calls
