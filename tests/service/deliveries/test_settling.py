import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.deliveries.office import Office
from tests.stack import wait_for

ONCE = ("routine", "answer", "person", "staff")
TWICE = ("alert", "safety")


def settle(office: Office) -> None:
    """Let graces run out and everything be settled."""
    office.later(40)
    office.deliveries.run()


@pytest.mark.parametrize("kind", [*ONCE, *TWICE, "consent"])
@pytest.mark.parametrize("fault", ["500-after", "reset", "hang"])
def test_what_the_provider_took_is_found_and_not_sent_again(office: Office, kind: str, fault: str) -> None:
    """The answer was lost, the text was not: the provider's list tells, and one text stays one."""
    office.fault(fault, seconds="1")
    sent = office.queue(office.known(), kind)
    office.deliveries.run()
    settle(office)
    assert office.accepted() == ["words of ours"]
    row = office.row(sent)
    assert row["state"] in ("sent", "delivered")
    assert row["sid"]


@pytest.mark.parametrize("kind", [*ONCE, "consent"])
def test_at_most_once_is_kept_where_the_provider_knows_nothing(office: Office, kind: str) -> None:
    """A check-in or somebody's own words that may be lost are recorded as unknown and not sent again."""
    office.fault("500-before")
    sent = office.queue(office.known(), kind)
    office.deliveries.run()
    settle(office)
    settle(office)
    assert (office.accepted(), office.state(sent)) == ([], "unknown")


@pytest.mark.parametrize("kind", TWICE)
def test_at_least_once_is_kept_with_one_more_try(office: Office, kind: str) -> None:
    """An alert or a safety text that may be lost goes again at once."""
    office.fault("500-before")
    sent = office.queue(office.known(), kind)
    office.deliveries.run()
    office.deliveries.run()
    assert office.accepted() == ["words of ours"]
    assert (office.state(sent), office.row(sent)["copies"]) == ("sent", 1)


@pytest.mark.parametrize("kind", TWICE)
def test_a_provider_that_surely_has_nothing_is_tried_for_half_an_hour(office: Office, kind: str) -> None:
    """Until then it goes as soon as the provider takes texts again; after that it is unknown, and people are the net for long."""
    office.fault("500-before", count="99")
    sent = office.queue(office.known(), kind)
    for _ in range(9):
        office.deliveries.run()
        settle(office)
    assert (office.state(sent) in ("queued", "unsure", "sending"), office.row(sent)["attempts"] > 6) == (True, True)
    office.let_pass(timedelta(minutes=31))
    office.deliveries.run()
    settle(office)
    settle(office)
    assert (office.state(sent), office.accepted()) == ("unknown", [])


@pytest.mark.parametrize("kind", TWICE)
def test_at_most_twice_is_kept_when_nobody_can_tell(office: Office, kind: str) -> None:
    """Twice handed over, twice without an answer, and the list cannot be read: there is no third time."""
    office.fault("reset", count="9")
    sent = office.queue(office.known(), kind)
    office.blind()
    for _ in range(5):
        office.deliveries.run()
        settle(office)
    assert office.accepted() == ["words of ours"] * 2
    office.later(700)
    office.deliveries.run()
    assert office.state(sent) == "unknown"


def test_a_claim_that_ran_out_is_settled_by_another_worker(office: Office) -> None:
    """A worker that died between claim and answer leaves a message that is uncertain, not one that is lost or doubled."""
    dead, alive = office.queue(office.known(20), "routine", "dead"), office.queue(office.known(21), "alert", "alive")
    claim = office.deliveries.new_id()
    office.change(
        "update outbound set state = 'sending', claim = %s, claimed_at = now(), attempts = 1, lease_until = now() + interval '30 s'",
        claim,
    )
    office.deliveries.run()
    assert office.accepted() == []
    settle(office)
    assert (office.state(dead), office.state(alive), office.accepted()) == ("unknown", "sent", ["alive"])


@pytest.mark.parametrize("kind", [*ONCE, *TWICE])
def test_an_alert_of_a_dead_worker_waits_for_five_seconds_and_not_for_a_whole_lease(office: Office, kind: str) -> None:
    """What may go twice goes again at once when nobody finishes its first try; all else waits until it is sure that nobody does."""

    def die(point: str) -> None:
        if point == "before_http":
            raise SystemExit

    office.deliveries.crash = die
    sent = office.queue(office.known(), kind)
    with pytest.raises(SystemExit):
        office.deliveries.run()
    office.deliveries.crash = lambda _: None
    office.later(6)
    office.deliveries.run()
    assert office.accepted() == (["words of ours"] if kind in TWICE else [])
    assert office.row(sent)["copies"] == (1 if kind in TWICE else 0)


def test_others_are_handed_over_while_the_provider_is_asked(office: Office) -> None:
    """Its list may take long: nobody else waits for that."""
    went = threading.Event()

    def slow(place: str) -> None:
        if place == "before_asking":
            office.queue(office.known(20), "answer", "meanwhile")
            wait_for("the other text", lambda: "meanwhile" in office.accepted())
            went.set()

    office.deliveries.crash = slow
    office.fault("500-after")
    office.queue(office.known(), "alert")
    office.deliveries.run()
    office.deliveries.run()
    assert went.is_set()


def test_equal_words_to_one_person_are_not_taken_for_each_other(office: Office) -> None:
    """A text in the provider's list that belongs to a message already does not prove another one."""
    number = office.known()
    first = office.queue(number, "routine", "good morning")
    office.deliveries.run()
    office.fault("500-before")
    second = office.queue(number, "routine", "good morning")
    office.deliveries.run()
    settle(office)
    assert (office.state(first), office.state(second)) == ("sent", "unknown")


def test_a_report_proves_what_the_answer_did_not_tell(office: Office) -> None:
    """While a message is uncertain its report settles it: nobody is asked and nothing goes again."""
    office.fault("500-after")
    sent = office.queue(office.known(), "routine")
    office.deliveries.run()
    assert office.state(sent) == "unsure"
    assert office.deliveries.report(sent, "SM1", "delivered", None)
    settle(office)
    assert (office.accepted(), office.state(sent), office.row(sent)["sid"]) == (["words of ours"], "delivered", "SM1")


def test_a_report_before_the_answer_stands(office: Office) -> None:
    """The provider may be faster than our own commit; the answer then adds nothing and takes nothing back."""
    sent = office.queue(office.known())

    def report_first(point: str) -> None:
        if point == "before_store":
            office.deliveries.report(sent, "SM1", "delivered", None)

    office.deliveries.crash = report_first
    office.deliveries.run()
    assert (office.state(sent), office.row(sent)["sid"]) == ("delivered", "SM1")


def test_what_was_unknown_and_is_reported_after_all_is_known(office: Office) -> None:
    """A late report says what happened; the record follows the truth."""
    office.fault("500-before")
    sent = office.queue(office.known(), "routine")
    office.deliveries.run()
    settle(office)
    assert office.deliveries.report(sent, "SM1", "sent", None)
    assert office.state(sent) == "sent"


def test_silence_after_handing_over_is_asked_about(office: Office) -> None:
    """No final report for a quarter of an hour: the provider is asked, once an hour."""
    office.fault("lost-callback")
    sent = office.queue(office.known())
    office.deliveries.run()
    assert office.deliveries.sweep() == 0
    office.let_pass(timedelta(minutes=16))
    assert office.deliveries.sweep() == 1
    assert office.state(sent) == "delivered"
    assert office.deliveries.sweep() == 0


def test_a_provider_that_is_away_is_asked_later_and_not_for_ever(office: Office) -> None:
    """While nobody can tell, a check-in stays uncertain; after ten minutes it is recorded as unknown."""
    sent = office.queue(office.known(), "routine")
    office.change(
        "update outbound set state = 'unsure', claim = id, claimed_at = now(), lease_until = now() - interval '1 s'"
    )
    office.gone()
    office.deliveries.run()
    assert office.state(sent) == "unsure"
    office.later(700)
    office.deliveries.run()
    assert office.state(sent) == "unknown"


STATUSES = st.sampled_from(["queued", "sending", "sent", "delivered", "undelivered", "failed", "read", "odd"])


@given(reports=st.lists(STATUSES, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_reports_in_any_order_never_take_a_final_state_back(office: Office, reports: list[str]) -> None:
    """The first final report stands; before it, any known report means that the provider has the message."""
    office.change("delete from outbound")
    office.change("delete from numbers")
    sent = office.queue(office.known(), "answer")
    final = {"delivered": "delivered", "read": "delivered", "undelivered": "undelivered", "failed": "failed"}
    expected = "queued"
    for status in reports:
        new = office.deliveries.report(sent, "SM1", status, None)
        before = expected
        if expected not in final.values():
            expected = final.get(status, expected if status == "odd" else "sent")
        assert office.state(sent) == expected
        assert new == (before != expected)
        assert not office.deliveries.report(sent, "SM1", status, None)
