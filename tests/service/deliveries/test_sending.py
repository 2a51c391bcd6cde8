from datetime import timedelta

import pytest

from service.deliveries.choosing import Limits
from service.store.rows import Escalation, Member, Number, Staff, Thread
from tests.service.deliveries.office import Office
from tests.stored import a_member, a_specialist, owned

ANY_SID = "SM"


def test_a_queued_message_reaches_the_provider_once(office: Office) -> None:
    """It is sent, the provider's id is kept, and a second run finds nothing."""
    sent = office.queue(office.known())
    assert office.deliveries.run() == 1
    assert office.deliveries.run() == 0
    assert office.accepted() == ["words of ours"]
    row = office.row(sent)
    assert (row["state"], row["attempts"], row["sid"][:2]) == ("sent", 1, ANY_SID)
    assert not office.deliveries.has_work()
    assert office.rows("select what from consent_ledger") == []


def test_one_persons_messages_go_in_their_order_and_safety_first(office: Office) -> None:
    """The order of commits holds for each recipient; what concerns safety overtakes."""
    number = office.known()
    for words in ("one", "two", "three"):
        office.queue(number, "answer", words)
    office.queue(number, "safety", "safety")
    office.deliveries.run()
    assert office.accepted() == ["safety", "one", "two", "three"]


def test_many_people_are_served_and_each_in_order(office: Office) -> None:
    """Nothing is lost, doubled or out of order when many are sent side by side."""
    numbers = [office.known(place) for place in range(20, 60)]
    for words in ("one", "two"):
        for number in numbers:
            office.queue(number, "answer", f"{number.number} {words}")
    office.deliveries.run()
    accepted = office.accepted()
    for number in numbers:
        assert [words for words in accepted if words.startswith(number.number)] == [
            f"{number.number} one",
            f"{number.number} two",
        ]
    assert len(accepted) == 80


def test_nothing_goes_to_who_said_stop_but_the_confirmation(office: Office) -> None:
    """The claim reads consent again, whatever was queued when consent was still there."""
    number = office.known(consent="stopped")
    held = [office.queue(number, kind, kind) for kind in ("safety", "person", "answer", "routine", "staff", "alert")]
    office.queue(number, "consent", "one confirmation")
    office.deliveries.run()
    assert office.accepted() == ["one confirmation"]
    assert {office.state(one) for one in held} == {"withheld"}
    assert office.row(held[0])["reason"] == {"rule": "a rule", "withdrawn": "they said stop"}


def test_what_went_stale_is_not_sent(office: Office) -> None:
    """A text that waited beyond its time is withheld, and the next one goes."""
    number = office.known()
    now = office.deliveries.clock.now()
    stale = office.queue(number, "routine", "good morning", expires_at=now + timedelta(hours=1))
    office.let_pass(timedelta(hours=2))
    office.queue(number, "answer", "later words")
    office.deliveries.run()
    assert office.accepted() == ["later words"]
    assert office.state(stale) == "withheld"


def test_a_routine_text_waits_for_nobody_when_the_window_has_closed(office: Office) -> None:
    """A check-in that could not go in its window does not go at night; answers do."""
    night = timedelta(hours=12)
    unowned = office.known(12)
    member = a_member(unowned)
    number = owned(unowned, member)
    office.add(number, member)
    office.let_pass(night)
    late, answer = office.queue(number, "routine", "good morning"), office.queue(number, "answer", "an answer")
    office.deliveries.run()
    assert office.accepted() == ["an answer"]
    assert (office.state(late), office.state(answer)) == ("withheld", "sent")


def test_what_is_not_ready_waits_and_does_not_hold_up_the_rest(office: Office) -> None:
    """A message with a later time stays queued while a newer one goes."""
    number = office.known()
    later = office.queue(number, "answer", "later", ready_at=office.deliveries.clock.now() + timedelta(hours=1))
    office.queue(number, "answer", "now")
    office.deliveries.run()
    assert (office.accepted(), office.state(later)) == (["now"], "queued")
    office.let_pass(timedelta(hours=1))
    office.deliveries.run()
    assert office.accepted() == ["now", "later"]


def test_nothing_goes_to_a_person_who_has_something_in_flight(office: Office) -> None:
    """While it is open whether one message went, the next one waits, so that order is kept."""
    number = office.known()
    first, second = office.queue(number, "answer", "one"), office.queue(number, "answer", "two")
    for state in ("sending", "unsure"):
        office.change(
            "update outbound set state = %s, lease_until = now() + interval '1 hour' where id = %s", state, first
        )
        office.deliveries.run()
        assert (office.accepted(), office.state(second)) == ([], "queued")


@pytest.mark.parametrize("kind", ["alert", "safety"])
@pytest.mark.parametrize("state", ["sending", "unsure"])
def test_safety_does_not_wait_for_what_nobody_finishes(office: Office, kind: str, state: str) -> None:
    """A dead worker's message holds up what is in order after it, but neither an alert nor a safety text for long."""
    number = office.known()
    stuck = office.queue(number, "answer", "one")
    office.queue(number, "answer", "two")
    office.queue(number, kind, "danger")
    under_way = (
        "update outbound set state = %s, claimed_at = now() - %s, lease_until = now() + interval '1 hour' where id = %s"
    )
    office.change(under_way, state, timedelta(seconds=1), stuck)
    office.deliveries.run()
    assert office.accepted() == []
    office.change(under_way, state, timedelta(seconds=6), stuck)
    office.deliveries.run()
    assert office.accepted() == ["danger"]


def test_the_rate_of_our_number_is_kept_and_safety_goes_beyond_it(office: Office) -> None:
    """Segments use up the rate, also those of other workers; a safety text does not wait for it."""
    office.deliveries.limits, office.deliveries.stint = Limits(0.001), 0.2
    office.queue(office.known(20), "answer", "one", segments=3)
    office.queue(office.known(21), "answer", "two")
    for place in (22, 23):
        office.queue(office.known(place), "safety", "safety")
    office.deliveries.run()
    assert office.accepted() == ["safety", "safety"]
    [row] = office.rows("select free_at from senders")
    ahead = (row["free_at"] - office.deliveries.clock.machine()).total_seconds()
    assert 1900 < ahead <= 2000


@pytest.mark.parametrize(("kind", "state"), [("429", "queued"), ("500-before", "unsure"), ("hang", "unsure")])
def test_a_failure_is_kept_as_what_it_is(office: Office, kind: str, state: str) -> None:
    """Refused for now goes back to the queue with a later time; no clear answer is uncertain."""
    office.fault(kind, seconds="2")
    sent = office.queue(office.known(), "routine")
    office.deliveries.run()
    row = office.row(sent)
    assert (row["state"], row["attempts"]) == (state, 1)
    assert state == "unsure" or row["ready_at"] > office.deliveries.clock.now()


def test_a_temporary_refusal_is_tried_again_and_goes(office: Office) -> None:
    """After the pause it goes, once."""
    office.fault("429", count="2")
    sent = office.queue(office.known())
    for _ in range(3):
        office.deliveries.run()
        office.let_pass(timedelta(seconds=10))
    assert (office.accepted(), office.state(sent), office.row(sent)["attempts"]) == (["words of ours"], "sent", 3)


def test_a_bad_number_fails_for_good_with_its_code(office: Office) -> None:
    """What cannot work is not tried again."""
    number = office.known(11, "given", number="+1")
    sent = office.queue(number)
    office.deliveries.run()
    row = office.row(sent)
    assert (row["state"], row["error_code"]) == ("failed", 21211)


def test_a_stop_at_the_provider_becomes_ours(office: Office) -> None:
    """21610 stops everything to that number, with a row in the ledger, and the version of the number is raised."""
    office.refuse(21610)
    number = office.known()
    first, second = office.queue(number, "answer", "one"), office.queue(number, "answer", "two")
    office.deliveries.run()
    assert (office.state(first), office.state(second), office.accepted()) == ("failed", "withheld", [])
    [row] = office.rows("select consent, version from numbers where id = %s", number.id)
    assert row["consent"] == "stopped"
    [entry] = office.rows("select what, how from consent_ledger")
    assert entry == {"what": "stopped", "how": "provider"}


def test_a_stop_at_the_provider_holds_before_anybody_claims_the_next(office: Office) -> None:
    """Another process may look in the very moment in which the refused text is no longer under way."""
    office.refuse(21610)
    number = office.known()
    office.queue(number, "answer", "one")
    second = office.queue(number, "answer", "two")

    def another_looks(point: str) -> None:
        if point == "after_store":
            other = office.another()
            other.run()
            other.close()

    office.deliveries.crash = another_looks
    office.deliveries.run()
    assert (office.state(second), office.accepted()) == ("withheld", [])


def test_a_text_that_crossed_a_stop_is_in_the_ledger(office: Office) -> None:
    """A claim that committed before the STOP may still be sent; that it crossed is recorded."""
    number = office.known()
    crossed = office.queue(number)

    def stop_between(point: str) -> None:
        if point == "before_http":
            office.change("update numbers set consent = 'stopped', version = version + 1")

    office.deliveries.crash = stop_between
    office.deliveries.run()
    assert office.state(crossed) == "sent"
    assert [row["what"] for row in office.rows("select what from consent_ledger")] == ["crossed"]


def test_routine_texts_wait_while_the_account_is_refused(office: Office) -> None:
    """Nobody's check-in is lost to a suspended account; what people wrote is tried again after a pause."""
    office.refuse(20003)
    routine = office.queue(office.known(20), "routine")
    office.deliveries.run()
    office.accept()
    later, answer = office.queue(office.known(21), "routine"), office.queue(office.known(22), "answer", "an answer")
    office.deliveries.run()
    assert (office.state(routine), office.state(later), office.state(answer)) == ("queued", "queued", "sent")
    office.change("update senders set held_until = now()")
    office.let_pass(timedelta(minutes=2))
    office.deliveries.run()
    assert len(office.accepted()) == 3


def alert_to(office: Office, person: Staff, number: Number) -> tuple[Escalation, Member]:
    """An escalation about a member of which this person is told."""
    about = office.known(30)
    member = a_member(about)
    escalation = Escalation(
        office.deliveries.new_id(), 4821, about.id, 3, "a rule", office.deliveries.clock.now(), member.id
    )
    office.add(number, person)
    office.add(owned(about, member), member, escalation)
    return escalation, member


@pytest.mark.parametrize("code", [21610, 21211, 20003])
def test_an_alert_that_cannot_go_makes_the_ladder_climb_at_once(office: Office, code: int) -> None:
    """The timer that climbs stands in the same commit, about the escalation's number, with who was not told."""
    plain = office.known(31)
    rosa = a_specialist(plain)
    number = owned(plain, rosa)
    escalation, _ = alert_to(office, rosa, number)
    office.refuse(code)
    office.queue(number, "alert", escalation_id=escalation.id)
    office.deliveries.run()
    [timer] = office.rows("select * from timers")
    assert (timer["kind"], timer["subject"], timer["number_id"]) == ("page failed", escalation.id, escalation.number_id)
    assert (timer["fence"], timer["lane"]) == (str(rosa.id), 0)


def test_the_author_is_told_when_their_words_did_not_go(office: Office) -> None:
    """A person's own words are never sent twice by themselves: who wrote them decides, and is told by the provider's code."""
    plain = office.known(31)
    rosa = a_specialist(plain)
    member = office.known(30)
    office.add(owned(plain, rosa), rosa)
    thread = Thread(
        office.deliveries.new_id(), None, member.id, rosa.id, plain.id, "B2", rosa.created_at, rosa.created_at
    )  # fmt: skip
    office.add(member, thread)
    office.refuse(30006)
    words = office.queue(member, "person", author_id=rosa.id, thread_id=thread.id)
    office.deliveries.run()
    [timer] = office.rows("select * from timers where kind = 'not sent'")
    assert (timer["kind"], timer["subject"], timer["number_id"], timer["fence"]) == (
        "not sent",
        words,
        plain.id,
        "unsure:B2:30006",
    )
