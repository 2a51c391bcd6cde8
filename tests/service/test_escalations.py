"""Escalations: they climb until a person takes them, and only an outcome closes them."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from service.escalations import raise_alert
from service.handoffs import Raising
from service.passed_over import GONE, OFF_DUTY, STOPPED, UNREACHED, WHAT
from service.rules.setting import Setting
from service.store.rows import Audit, Escalation, Inbound, Number, Outbound, Page, QueueItem, Staff, Timer
from service.store.scene import Scene
from tests.house import CORA, DAN, NIGHT, ROSA, SAM, SUE
from tests.scenes import STRANGER, World, heard

HIGH = "i want to kill myself"
SAM_NUMBER = "5555550101"
EMERGENCY = "i took the whole bottle of tylenol"


def alert(world: World) -> Escalation:
    """The one escalation there is."""
    [found] = world.all(Escalation)
    return found


def told(texts: list[Outbound]) -> list[str]:
    """Who was paged by these texts, in order."""
    names = {person.number_id: person.name for person in (ROSA, DAN, SUE, CORA)}
    return [names[text.number_id] for text in texts if text.kind == "alert"]


def in_danger(words: str = HIGH) -> World:
    """An organisation in which Sam just wrote words of danger."""
    world = World()
    world.says(SAM.number_id, words)
    return world


def failed(world: World, person: Staff) -> list[Outbound]:
    """The provider reports that an alert to somebody failed for good."""
    timer = Timer("page failed", alert(world).id, alert(world).number_id, world.now, 0, str(person.id))
    world.put([timer])
    return world.later(0)


def test_an_alert_has_no_words_no_name_and_no_number() -> None:
    """What lies on a locked screen tells nobody anything."""
    world = World()
    texts = world.says(SAM.number_id, HIGH)
    [page] = [text for text in texts if text.kind == "alert"]
    assert page.body.startswith("Riverbend Peers: urgent alert 1.")
    assert world.code(ROSA) in page.body
    assert not {"Sam", "kill", "5555550101"} & set(page.body.replace(",", " ").replace(".", " ").split())
    assert page.lane == 0
    assert page.escalation_id == alert(world).id


def test_tier_two_climbs_from_specialist_to_backup_to_supervisor_and_round_again() -> None:
    """Each is told in turn, with the same code every time, until somebody takes it."""
    world = World()
    assert told(world.says(SAM.number_id, HIGH)) == ["Rosa"]
    code = world.code(ROSA)
    assert [told(world.later(5)) for _ in range(4)] == [["Dan"], ["Sue"], ["Rosa"], ["Dan"]]
    assert world.code(ROSA) == code
    assert alert(world).round == 1


def test_tier_three_tells_everybody_at_once_and_again() -> None:
    """In an emergency nobody waits for anybody."""
    world = World()
    assert told(world.says(SAM.number_id, EMERGENCY)) == ["Rosa", "Dan", "Sue"]
    assert told(world.later(5)) == ["Rosa", "Dan", "Sue"]


def test_a_queue_entry_stands_until_the_outcome() -> None:
    """The queue shows the alert with its tier; a person's words to the member do not close it."""
    world = in_danger()
    world.says(SAM.number_id, "please")
    world.says(ROSA.number_id, world.code(ROSA))
    world.says(ROSA.number_id, "I am here")
    open_ones = [item for item in world.all(QueueItem) if item.closed_at is None]
    assert [(item.why, item.tier, item.staff_id) for item in open_ones] == [("danger", 2, ROSA.id)]
    world.says(ROSA.number_id, f"DONE {world.code(ROSA)} talked")
    assert [item for item in world.all(QueueItem) if item.closed_at is None] == []


def test_the_code_takes_it_and_brings_the_words_under_a_tag() -> None:
    """Only the taker sees words; whoever else was told hears that it is taken, and by whom."""
    world = in_danger()
    world.later(5)
    texts = world.says(DAN.number_id, world.code(DAN))
    tag = world.tag(DAN, SAM.number_id)
    assert heard(texts, DAN.number_id)[0].startswith("Alert 1 is yours.")
    assert heard(texts, DAN.number_id)[1:] == [f"[{tag}] They wrote: {HIGH}"]
    assert heard(texts, ROSA.number_id) == ["Alert 1 was taken by Dan. Thank you."]
    assert (alert(world).state, alert(world).taken_by) == ("taken", DAN.id)
    assert told(world.later(30)) == []


def test_taking_it_again_changes_nothing() -> None:
    """A code sent twice is answered twice and takes once."""
    world = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    before = alert(world)
    world.later(1)
    world.says(ROSA.number_id, world.code(ROSA))
    assert alert(world) == before
    assert [entry.what for entry in world.all(Audit)] == ["alert taken"]


@pytest.mark.parametrize("form", ["{}", "PASS {}", "NUMBER {}", "DONE {} all is well"])
def test_whoever_comes_second_is_told_who_has_it(form: str) -> None:
    """What a colleague has taken is theirs, whatever the second one asks."""
    world = in_danger()
    world.later(5)
    world.says(DAN.number_id, world.code(DAN))
    before = alert(world)
    texts = world.says(ROSA.number_id, form.format(world.code(ROSA)))
    assert heard(texts, ROSA.number_id) == ["Alert 1 was taken by Dan. Thank you."]
    assert alert(world) == before


def test_a_code_works_only_from_the_phone_it_was_sent_to() -> None:
    """Another phone's code is a wrong code."""
    world = in_danger()
    world.says(DAN.number_id, world.code(ROSA))
    assert alert(world).state == "open"


def test_pass_climbs_at_once_and_not_back_in_the_same_round() -> None:
    """PASS tells the next within the moment; the one who passed comes again only in the next round."""
    world = in_danger()
    texts = world.says(ROSA.number_id, f"PASS {world.code(ROSA)}")
    assert "passed on" in heard(texts, ROSA.number_id)[0]
    assert told(world.later(0)) == ["Dan"]
    assert [told(world.later(5)) for _ in range(2)] == [["Sue"], ["Rosa"]]


def test_pass_by_the_taker_gives_it_back_to_the_ladder() -> None:
    """Who took it may pass it on; the others are told at once."""
    world = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    world.says(ROSA.number_id, f"PASS {world.code(ROSA)}")
    assert alert(world).state == "open"
    assert told(world.later(0)) == ["Dan"]
    assert {entry.what for entry in world.all(Audit)} == {"alert taken", "alert passed"}


def test_pass_at_tier_three_leaves_it_with_the_others() -> None:
    """Everybody knows already; the next telling keeps its time."""
    world = in_danger(EMERGENCY)
    world.says(ROSA.number_id, f"PASS {world.code(ROSA)}")
    assert told(world.later(4)) == []
    assert "Dan" in told(world.later(1))


def test_a_failed_delivery_climbs_at_once_and_the_supervisor_is_told() -> None:
    """A phone that cannot be reached is passed over, in every round."""
    world = in_danger()
    texts = failed(world, ROSA)
    assert told(texts) == ["Dan"]
    assert "do not reach the phone of Rosa" in heard(texts, SUE.number_id)[0]
    assert "Rosa" not in told(world.later(60))


def test_when_every_delivery_fails_everybody_is_tried_again_without_a_rush() -> None:
    """An alert never goes quiet, and failing phones do not drive it in a circle."""
    world = in_danger(EMERGENCY)
    for person in (ROSA, DAN, SUE, CORA):
        if world.rows[Page].get((alert(world).id, person.id)):
            failed(world, person)
    assert len(told(world.later(5))) >= 1
    assert len(told(world.later(60))) <= 4 * 12


def test_the_supervisor_hears_once_of_each_phone_that_nothing_reaches() -> None:
    """For hours everything is refused: round after round fails, and one text for each alert and person says so."""
    world = in_danger(EMERGENCY)
    said: list[str] = []
    for _ in range(20):
        for person in (ROSA, DAN, SUE):
            said += heard(failed(world, person), SUE.number_id)
        said += heard(world.later(5), SUE.number_id)
    assert len([text for text in said if "do not reach the phone of" in text]) == 2
    noted = [entry for entry in world.all(Audit) if entry.what == "passed over by the ladder"]
    assert len(noted) == 3


def test_an_outcome_is_asked_for_and_closes() -> None:
    """DONE alone asks how it went; with a word it closes, and no timer is left."""
    world = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    asked = world.says(ROSA.number_id, f"DONE {world.code(ROSA)}")
    assert "say how it went" in heard(asked, ROSA.number_id)[0]
    assert alert(world).state == "taken"
    world.says(ROSA.number_id, f"DONE {world.code(ROSA)} talked, safe tonight")
    closed = alert(world)
    words = next(inbound for inbound in world.all(Inbound) if str(inbound.id) == closed.outcome)
    assert (closed.state, closed.closed_by) == ("closed", ROSA.id)
    assert "safe tonight" in words.body
    assert [timer for timer in world.all(Timer) if timer.subject == closed.id] == []
    assert told(world.later(600)) == []


def test_done_with_an_outcome_before_taking_takes_and_closes() -> None:
    """Who already talked with the member need not take it first."""
    world = in_danger()
    world.says(ROSA.number_id, f"LISTO {world.code(ROSA)} hablamos")
    assert (alert(world).state, alert(world).taken_by) == ("closed", ROSA.id)
    assert [entry.what for entry in world.all(Audit)] == ["alert taken", "alert closed"]


def test_a_taker_who_falls_silent_is_reminded_and_then_it_climbs_again() -> None:
    """Taking starts a second clock: a reminder after an hour, and after another the others are told."""
    world = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    assert told(world.later(59)) == []
    reminder = world.later(1)
    assert told(reminder) == ["Rosa"]
    assert "still open with you" in reminder[0].body
    assert told(world.later(60)) == ["Dan"]
    assert alert(world).state == "open"


def test_number_is_shown_to_the_taker_alone_and_logged() -> None:
    """NUMBER answers who has taken it; before that it says how to take it."""
    world = in_danger()
    early = world.says(ROSA.number_id, f"NUMBER {world.code(ROSA)}")
    assert "to take it" in heard(early, ROSA.number_id)[0]
    world.says(ROSA.number_id, world.code(ROSA))
    texts = world.says(ROSA.number_id, f"NUMBER {world.code(ROSA)}")
    assert heard(texts, ROSA.number_id) == ["Alert 1: +15555550101. Please call from your own phone. This is logged."]
    assert [entry.what for entry in world.all(Audit)] == ["alert taken", "number shown"]


def test_no_other_text_ever_shows_a_members_number() -> None:
    """Neither page, nor words, nor reminder has the number in it."""
    world = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    world.later(300)
    assert not [text for text in world.all(Outbound) if SAM_NUMBER in text.body]


def test_more_words_of_danger_go_straight_to_the_taker() -> None:
    """A second message is no second alert: who took it reads it at once."""
    world = in_danger()
    world.says(ROSA.number_id, world.code(ROSA))
    world.later(30)
    texts = world.says(SAM.number_id, EMERGENCY)
    assert heard(texts, ROSA.number_id) == [f"[{world.tag(ROSA, SAM.number_id)}] They wrote: {EMERGENCY}"]
    assert alert(world).tier == 3


def test_graver_words_before_anybody_took_it_tell_everybody_at_once() -> None:
    """A raised tier begins again with all; whoever takes it gets every message, in order."""
    world = in_danger()
    world.later(30)
    texts = world.says(SAM.number_id, EMERGENCY)
    assert set(told(texts)) == {"Rosa", "Dan", "Sue"}
    assert alert(world).tier == 3
    taken = heard(world.says(SUE.number_id, world.code(SUE)), SUE.number_id)
    assert [HIGH in body for body in taken[1:]] == [True, False]
    assert EMERGENCY in taken[2]


def test_words_no_graver_change_nothing_but_stand_with_the_alert() -> None:
    """The ladder keeps its time, and the words are there for who takes it."""
    world = in_danger()
    before = alert(world).next_at
    world.later(3)
    assert told(world.says(SAM.number_id, "i want to die")) == []
    assert alert(world).next_at == before
    bodies = heard(world.says(ROSA.number_id, world.code(ROSA)), ROSA.number_id)
    assert len(bodies) == 3


def test_the_alert_about_someone_who_said_stop_says_so_and_asks_for_a_call() -> None:
    """They get no text, so the alert asks for a call, and so does the text to the taker."""
    world = World()
    world.says(SAM.number_id, "stop")
    texts = world.says(SAM.number_id, HIGH)
    assert "said STOP, so please call" in heard(texts, ROSA.number_id)[0]
    taken = world.says(ROSA.number_id, world.code(ROSA))
    assert "please call" in heard(taken, ROSA.number_id)[0]
    assert "NUMBER" in heard(taken, ROSA.number_id)[0]


def test_a_stop_while_the_alert_is_open_is_told_with_the_next_rung() -> None:
    """Who is told later learns of a STOP that came in between."""
    world = in_danger()
    world.says(SAM.number_id, "stop")
    assert "said STOP" in heard(world.later(5), DAN.number_id)[0]


def test_a_strangers_danger_goes_to_all_on_duty_then_the_supervisor() -> None:
    """By day the specialists are told together; by night the supervisors are."""
    day, night = World(), World(now=NIGHT)
    assert told(day.says(STRANGER, HIGH)) == ["Rosa", "Dan"]
    assert told(day.later(5)) == ["Sue"]
    assert told(night.says(STRANGER, HIGH)) == ["Sue"]


def test_the_first_text_ever_of_a_number_alerts_within_the_moment() -> None:
    """Where no staff were gathered with it, the ladder begins when what is due is looked at."""
    world = World()
    unknown = replace(world.one(Number, STRANGER), version=0)

    def alone(scene: Scene, given: Setting, now: datetime) -> Scene:
        inbound = Inbound(given.new_id(), "SM0", STRANGER, "+15555550100", HIGH, now)
        bare = replace(scene, rows={Number: {unknown.key: unknown}}, number=unknown)
        return raise_alert(bare.with_rows(inbound), given, Raising(2, "rule", inbound), now)

    assert told(world.change(STRANGER, alone)) == []
    assert told(world.later(0)) == ["Rosa", "Dan"]


@pytest.mark.parametrize("gone", [ROSA, DAN, SUE])
def test_gaps_in_the_ladder_are_passed_over(gone: Staff) -> None:
    """Somebody who left, or whose phone said stop, costs no time."""
    world = World()
    world.put([replace(gone, active=False)])
    names = [*told(world.says(SAM.number_id, HIGH)), *told(world.later(5))]
    assert names == [person.name for person in (ROSA, DAN, SUE) if person.id != gone.id]


def test_a_stopped_phone_is_passed_over_and_the_supervisor_told() -> None:
    """No alert goes to a phone that said stop; the next is told at once, and the supervisor knows why."""
    world = World()
    world.put([replace(world.one(Number, ROSA.number_id), consent="stopped")])
    texts = world.says(SAM.number_id, HIGH)
    assert told(texts) == ["Dan"]
    assert heard(texts, ROSA.number_id) == []
    assert "phone of Rosa said STOP" in heard(texts, SUE.number_id)[0]
    assert passed_over(world) == [(ROSA.id, STOPPED)]


def test_whom_the_ladder_passes_over_is_kept_with_the_reason() -> None:
    """Somebody who left, a phone that nothing reaches, and at night, for a stranger, those who are not on duty."""
    world = World()
    world.put([replace(DAN, active=False)])
    world.says(SAM.number_id, HIGH)
    assert passed_over(world) == [(DAN.id, GONE)]
    failed(world, ROSA)
    assert passed_over(world)[1:] == [(ROSA.id, UNREACHED)]
    night = World(NIGHT)
    night.says(STRANGER, HIGH)
    assert passed_over(night) == [(ROSA.id, OFF_DUTY), (DAN.id, OFF_DUTY)]
    about_rosa = World()
    about_rosa.put([replace(DAN, active=False)])
    about_rosa.says(ROSA.number_id, HIGH)
    assert passed_over(about_rosa) == [(DAN.id, GONE)]


def passed_over(world: World) -> list[tuple[UUID, str]]:
    """Who was passed over, and why, in the order of the audit."""
    lines = [line.detail for line in world.all(Audit) if line.what == WHAT]
    return [(UUID(str(line["staff"])), str(line["why"])) for line in lines]


def test_with_nobody_left_the_coordinator_is_told() -> None:
    """Rather than nobody, anyone who works here."""
    world = World()
    world.put(replace(person, active=person.id == CORA.id) for person in (ROSA, DAN, SUE, CORA))
    assert told(world.says(SAM.number_id, HIGH)) == ["Cora"]
    second = world.later(5)
    assert told(second) == ["Cora"]
    assert "nobody left to tell but you" in second[-1].body


def test_with_nobody_at_all_it_stays_open_and_is_tried_again() -> None:
    """An organisation without any reachable phone keeps the alert until one comes back."""
    world = World()
    world.put(replace(person, active=False) for person in (ROSA, DAN, SUE, CORA))
    world.says(SAM.number_id, HIGH)
    world.later(600)
    assert alert(world).state == "open"
    assert alert(world).next_at is not None
    world.put([ROSA])
    assert told(world.later(5)) == ["Rosa"]


def test_a_stale_timer_does_nothing() -> None:
    """A rung that was climbed already is not climbed twice."""
    world = in_danger()
    stale = next(timer for timer in world.all(Timer) if timer.kind == "rung")
    world.later(5)
    world.put([replace(stale, due_at=world.now + timedelta(seconds=1))])
    assert told(world.later(1)) == []


def test_alerts_are_counted_on() -> None:
    """The number that people say is one more than the highest ever."""
    world = in_danger()
    world.says(ROSA.number_id, f"DONE {world.code(ROSA)} talked")
    world.says(SAM.number_id, HIGH)
    assert [found.running for found in world.all(Escalation)] == [1, 2]
