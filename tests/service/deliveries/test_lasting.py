"""What concerns safety outlasts a provider that takes nothing for a while: it is out within seconds of its return."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from service.health import UNSAFE, UNTOLD
from service.rules.kinds import REMINDER
from service.store.consequences import ANEW, TAKEN
from service.store.rows import Escalation, Number, Staff
from tests.service.deliveries.office import Office
from tests.service.deliveries.test_sending import alert_to
from tests.service.deliveries.test_watching import troubles
from tests.stored import a_specialist, owned

FOR_NOW = 20429  # too many requests


def rosas(office: Office) -> tuple[Staff, Number, Escalation]:
    """Somebody of staff, their number, and an open escalation that they were told of."""
    plain = office.known(31)
    rosa = a_specialist(plain)
    number = owned(plain, rosa)
    escalation, _ = alert_to(office, rosa, number)
    office.change(
        "insert into pages (escalation_id, staff_id, staff_number_id, code, told_at, round) values (%s, %s, %s, '', %s, 0)",
        escalation.id, rosa.id, number.id, office.deliveries.clock.now(),
    )  # fmt: skip
    return rosa, number, escalation


def an_alert(office: Office, number: Number, escalation: Escalation, body: str = "an alert") -> UUID:
    """An alert of the ladder, ready to go."""
    return office.queue(number, "alert", body, escalation_id=escalation.id, reason={"rule": "ladder"})


def outage(office: Office, quarters: int) -> None:
    """So many quarters of a minute pass, and the senders look after each."""
    for _ in range(quarters):
        office.deliveries.run()
        office.later(15)
        office.let_pass(timedelta(seconds=15))


def kinds_due(office: Office) -> list[str]:
    """The kinds of what is due."""
    return sorted(row["kind"] for row in office.rows("select kind from timers"))


@pytest.mark.parametrize("kind", ["alert", "safety"])
@pytest.mark.parametrize("how", ["refused", "gone", "500-before"])
def test_it_is_out_within_seconds_of_the_providers_return(office: Office, kind: str, how: str) -> None:
    """After four minutes of refusals, of no connection, or of answers that say nothing it goes, once, a few seconds later."""
    _, number, escalation = rosas(office)
    number, more = (number, {"escalation_id": escalation.id}) if kind == "alert" else (office.known(40), {})
    message = office.queue(number, kind, "the words", reason={"rule": "ladder"}, **more)
    if how == "500-before":
        office.fault(how, count="500")
    elif how == "gone":
        office.gone()
    else:
        office.refuse(FOR_NOW)
    outage(office, 16)
    assert office.state(message) in ("queued", "unsure")
    assert office.rows("select 1 as one from timers where kind = 'page failed'") == []
    office.accept()
    office.simulator.ask("DELETE", "/faults")
    outage(office, 2)
    assert office.state(message) in ("sent", "delivered")
    assert office.accepted() == ["the words"]


def test_others_are_told_after_a_quarter_of_a_minute_and_health_says_that_nobody_is(office: Office) -> None:
    """The ladder climbs once, at the fifth refusal; the oldest that has not left and the alert that reached nobody are told."""
    rosa, number, escalation = rosas(office)
    an_alert(office, number, escalation)
    office.refuse(FOR_NOW)
    seconds = 0
    while seconds < 30 and not kinds_due(office):
        office.deliveries.run()
        office.let_pass(timedelta(seconds=1))
        seconds += 1
    assert 15 <= seconds <= 20
    assert office.rows("select kind, fence, lane from timers") == [
        {"kind": "page late", "fence": str(rosa.id), "lane": 0}
    ]
    office.change("delete from timers")
    outage(office, 4)
    assert kinds_due(office) == []
    assert {UNSAFE, UNTOLD} <= set(troubles(office))
    office.accept()
    outage(office, 1)
    assert UNTOLD not in troubles(office)


@pytest.mark.parametrize("state", ["taken", "closed"])
def test_what_was_taken_meanwhile_is_not_sent_and_makes_nothing_climb(office: Office, state: str) -> None:
    """The claim reads the alert as it is; somebody has it, so that no phone failed."""
    _, number, escalation = rosas(office)
    message = an_alert(office, number, escalation)
    office.refuse(FOR_NOW)
    office.deliveries.run()
    office.accept()
    office.change("update escalations set state = %s", state)
    outage(office, 2)
    assert (office.row(message)["reason"]["withdrawn"], office.accepted(), kinds_due(office)) == (TAKEN, [], [])


def test_of_two_rounds_that_could_not_go_the_later_alert_goes_alone(office: Office) -> None:
    """Whoever was told anew gets one text when the provider is back, and nothing climbs for the other."""
    _, number, escalation = rosas(office)
    first = an_alert(office, number, escalation, "first round")
    office.refuse(FOR_NOW)
    outage(office, 2)
    second = an_alert(office, number, escalation, "second round")
    office.accept()
    outage(office, 2)
    assert office.accepted() == ["second round"]
    assert (office.row(first)["reason"]["withdrawn"], office.state(second), kinds_due(office)) == (ANEW, "sent", [])


def test_an_alert_that_may_have_gone_is_settled_also_where_it_was_taken(office: Office) -> None:
    """The record says what happened: a copy that may be on its way is not called withheld."""
    _, number, escalation = rosas(office)
    message = an_alert(office, number, escalation)
    office.fault("500-before")
    office.deliveries.crash = lambda point: (
        office.change("update escalations set state = 'taken'") if point == "after_http" else None
    )
    office.deliveries.run()
    office.deliveries.run()
    assert (office.state(message), office.row(message)["copies"]) == ("sent", 1)


def test_a_reminder_goes_while_somebody_has_the_alert(office: Office) -> None:
    """It is for the taker, and in vain once they have passed it on."""
    _, number, escalation = rosas(office)
    reminder = {"escalation_id": escalation.id, "reason": {"rule": REMINDER}}
    office.change("update escalations set state = 'taken'")
    goes = office.queue(number, "alert", "a reminder", **reminder)
    office.deliveries.run()
    office.change("update escalations set state = 'open'")
    stays = office.queue(number, "alert", "another", **reminder)
    office.deliveries.run()
    assert (office.state(goes), office.state(stays)) == ("sent", "withheld")
