"""What the provider's errors say about a number, about words, or about all of us, also where they come in a report."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from service.deliveries.choosing import IN_DOUBT
from service.store.rows import Number
from tests.service.deliveries.office import Office
from tests.stored import a_number, a_specialist, owned

EVERYBODY = (20003, 21606, 21703, 30002, 30022, 30023, 30032, 30034)
PERMANENT = (21211, 21614, 30005, 30006)
FOR_NOW = (20429, 21611, 30001)


def someone(office: Office, role: str = "coordinator", place: int = 77) -> Number:
    """Somebody of staff with this role."""
    number = a_number(f"+120255501{place}", "given")
    person = a_specialist(number, role.title(), role)
    office.add(owned(number, person), person)
    return number


def timers(office: Office, kind: str) -> list[tuple[UUID, str]]:
    """The numbers and fences of what is due of a kind."""
    rows = office.rows("select number_id, fence from timers where kind = %s", kind)
    return [(row["number_id"], row["fence"]) for row in rows]


def handed(office: Office, number: Number, kind: str = "routine") -> UUID:
    """A message that the provider took."""
    message = office.queue(number, kind)
    office.deliveries.run()
    assert office.state(message) == "sent"
    return message


def fail(office: Office, message: UUID, code: int, status: str = "failed") -> bool:
    """The provider's report that a message failed."""
    return office.deliveries.report(message, office.row(message)["sid"], status, code)


@pytest.mark.parametrize("code", EVERYBODY)
def test_an_error_about_the_account_in_a_report_holds_routine_texts_alone(office: Office, code: int) -> None:
    """The create calls go well, the texts do not: check-ins wait, what people wrote and safety are tried; the coordinator's queue has it once."""
    cora = someone(office)
    first, second = handed(office, office.known(11)), handed(office, office.known(12))
    assert fail(office, first, code)
    assert fail(office, second, code)
    waiting = office.queue(office.known(13), "routine")
    others = [office.queue(office.known(14 + place), kind) for place, kind in enumerate(("alert", "safety", "person"))]
    office.deliveries.run()
    assert office.state(waiting) == "queued"
    assert {office.state(other) for other in others} == {"sent"}
    assert timers(office, "account refused") == [(cora.id, str(code))]


def test_the_hold_ends_by_itself_and_the_next_trouble_is_told_anew(office: Office) -> None:
    """Held for minutes of machine time; within ten minutes it is the same trouble, of which people know."""
    someone(office)
    fail(office, handed(office, office.known(11)), 30034)
    office.change("delete from timers")
    waiting = office.queue(office.known(12), "routine")
    office.change("update senders set held_until = held_until - interval '5 minutes 1 second'")
    office.deliveries.run()
    assert office.state(waiting) == "sent"
    fail(office, waiting, 30034)
    assert timers(office, "account refused") == []
    office.change("update senders set held_until = held_until - interval '16 minutes'")
    fail(office, handed(office, office.known(13)), 30034)
    assert len(timers(office, "account refused")) == 1


@pytest.mark.parametrize("code", EVERYBODY)
def test_an_error_about_the_account_at_once_holds_and_is_told_to_a_supervisor_where_nobody_coordinates(
    office: Office, code: int
) -> None:
    """The routine text is kept for later, and stale ones are not sent when the account works again."""
    supervisor = someone(office, "supervisor")
    office.refuse(code)
    now = office.deliveries.clock.now()
    kept = office.queue(office.known(11), "routine", expires_at=now + timedelta(hours=1))
    office.deliveries.run()
    assert (office.state(kept), timers(office, "account refused")) == ("queued", [(supervisor.id, str(code))])
    fresh = office.queue(office.known(12), "routine", expires_at=now + timedelta(hours=3))
    office.accept()
    office.change("update senders set held_until = now()")
    office.let_pass(timedelta(hours=1))
    office.deliveries.run()
    assert (office.state(kept), office.state(fresh), len(office.accepted())) == ("withheld", "sent", 1)


def test_a_repeated_report_holds_nothing_again(office: Office) -> None:
    """What the provider repeats days later is no news about the account."""
    first = handed(office, office.known(11))
    assert fail(office, first, 30002)
    office.change("update senders set held_until = null")
    assert not fail(office, first, 30002)
    assert office.rows("select held_until from senders") == [{"held_until": None}]


def test_a_stop_that_only_the_provider_knows_becomes_ours_by_a_report_too(office: Office) -> None:
    """21610 in a report: what waits is withheld, and the ledger says whose word it was."""
    number = office.known(11)
    message = handed(office, number)
    later = office.queue(number, "answer")
    fail(office, message, 21610)
    office.deliveries.run()
    assert office.state(later) == "withheld"
    assert office.rows("select what, how from consent_ledger") == [{"what": "stopped", "how": "provider"}]


@pytest.mark.parametrize("code", PERMANENT)
@pytest.mark.parametrize("late", [False, True])
def test_a_number_that_takes_no_texts_is_looked_after_by_a_person(office: Office, code: int, *, late: bool) -> None:
    """Never tried again by itself, whether the create call or the report says so."""
    number = office.known(11)
    if late:
        message = handed(office, number)
        fail(office, message, code, "undelivered")
    else:
        office.refuse(code)
        message = office.queue(number, "routine")
        office.deliveries.run()
    assert office.row(message)["error_code"] == code
    assert timers(office, "not reached") == [(number.id, f"{code}:false")]
    office.let_pass(timedelta(days=1))
    assert office.deliveries.run() == 0


def test_nothing_automatic_goes_to_a_number_in_doubt_and_peoples_words_do(office: Office) -> None:
    """Withheld at the last moment, with the reason; a person may try."""
    number = office.known(11, memory={"bad": 30005})
    held = [office.queue(number, kind, kind) for kind in ("routine", "answer")]
    office.queue(number, "person", "a person")
    office.deliveries.run()
    assert office.accepted() == ["a person"]
    assert {office.row(one)["reason"]["withdrawn"] for one in held} == {IN_DOUBT}


def test_a_phone_that_is_off_three_times_in_a_row_is_told_once(office: Office) -> None:
    """The third says so; the fourth says nothing new; one that arrived begins the count anew."""
    number = office.known(11)
    said = []
    for outcome in ("off", "off", "off", "off", "fine", "off", "off", "off"):
        message = handed(office, number)
        if outcome == "off":
            fail(office, message, 30003, "undelivered")
        else:
            office.deliveries.report(message, office.row(message)["sid"], "delivered", None)
        said.append("30003:true" in [fence for _, fence in timers(office, "not reached")])
        office.change("delete from timers")
        office.let_pass(timedelta(hours=1))
    assert said == [False, False, True, False, False, False, False, True]


@pytest.mark.parametrize("kind", ["routine", "answer", "person", "safety", "staff"])
def test_words_that_a_carrier_filters_are_not_sent_again(office: Office, kind: str) -> None:
    """30007, at once or in a report: it has failed, and stays so."""
    message = handed(office, office.known(11), kind)
    fail(office, message, 30007, "undelivered")
    office.refuse(30007)
    other = office.queue(office.known(12), kind)
    office.deliveries.run()
    office.accept()
    office.let_pass(timedelta(hours=3))
    office.deliveries.run()
    assert (office.state(message), office.state(other), len(office.accepted())) == ("undelivered", "failed", 1)


@pytest.mark.parametrize("code", FOR_NOW)
def test_what_is_refused_for_now_is_tried_again_with_longer_pauses_until_it_is_stale(office: Office, code: int) -> None:
    """A second, two, four and so on, never beyond what the text is worth."""
    office.fault("error", code=str(code), count="5")
    now = office.deliveries.clock.now()
    message = office.queue(office.known(11), "routine", expires_at=now + timedelta(seconds=12))
    pauses = []
    for _ in range(3):
        office.deliveries.run()
        row = office.row(message)
        pauses.append(round((row["ready_at"] - office.deliveries.clock.now()).total_seconds()))
        office.set_clock(row["ready_at"])
    office.deliveries.run()
    assert (pauses, office.state(message), office.row(message)["error_code"]) == ([1, 2, 4], "failed", code)
    assert office.accepted() == []


@pytest.mark.parametrize("code", [30001, 30036, 30008])
def test_a_safety_text_that_failed_after_all_is_told_to_people(office: Office, code: int) -> None:
    """The queue of the provider was full, it would have come too late, or nobody knows why."""
    number = office.known(11)
    fail(office, handed(office, number, "safety"), code)
    assert timers(office, "safety unsent") == [(number.id, "failed")]
