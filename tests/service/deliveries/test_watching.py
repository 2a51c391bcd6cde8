"""What concerns safety and has not left within a minute: found whatever the reason is, once, and told in the same commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from service.health import UNSAFE, health_of
from service.store.rows import Escalation, Number, Staff
from service.store.vitals import read_vitals
from tests.service.deliveries.office import Office
from tests.service.deliveries.test_sending import alert_to
from tests.service.simulator.running import Simulator
from tests.stored import a_specialist, owned

MINUTE = timedelta(seconds=61)
UNDER_WAY = ("queued", "sending", "unsure")


def rosa_of(office: Office) -> tuple[Staff, Number, Escalation]:
    """Somebody of staff, their number, and an alert that they are to be told of."""
    plain = office.known(31)
    rosa = a_specialist(plain)
    number = owned(plain, rosa)
    return rosa, number, alert_to(office, rosa, number)[0]


def timers(office: Office) -> list[tuple[str, str]]:
    """The kinds and fences of what is due."""
    return [(row["kind"], row["fence"]) for row in office.rows("select kind, fence from timers order by kind")]


@pytest.mark.parametrize("state", [*UNDER_WAY, "sent"])
def test_a_late_alert_climbs_and_a_late_safety_text_is_told_whatever_state_they_are_in(
    office: Office, state: str
) -> None:
    """Once each; nothing before the minute is over, also where nobody sends at all."""
    rosa, number, escalation = rosa_of(office)
    alert = office.queue(number, "alert", escalation_id=escalation.id)
    safety = office.queue(office.known(40), "safety")
    now = office.deliveries.clock.now()
    office.change("update outbound set state = %s, lease_until = now() + interval '1 hour', sent_at = %s", state, now)
    office.let_pass(timedelta(seconds=55))
    assert (office.deliveries.watch(), timers(office)) == (0, [])
    office.let_pass(timedelta(seconds=6))
    assert office.deliveries.watch() == 2
    assert timers(office) == [("page late", str(rosa.id)), ("safety unsent", state)]
    assert (office.deliveries.watch(), office.row(alert)["late_at"] is None) == (0, False)
    assert office.row(safety)["late_at"] is not None


@pytest.mark.parametrize("state", [*UNDER_WAY, "sent"])
def test_words_about_an_alert_that_are_late_for_its_taker_are_noticed(office: Office, state: str) -> None:
    """More words of danger are watched as the alert was, and health knows of them."""
    rosa, number, escalation = rosa_of(office)
    office.change("update escalations set state = 'taken'")
    office.queue(number, "staff", escalation_id=escalation.id, lane=0)
    office.queue(number, "staff")
    now = office.deliveries.clock.now()
    office.change("update outbound set state = %s, lease_until = now() + interval '1 hour', sent_at = %s", state, now)
    office.let_pass(MINUTE)
    assert UNSAFE in troubles(office)
    assert (office.deliveries.watch(), timers(office)) == (1, [("words unreached", f"{rosa.id}:0")])


@pytest.mark.parametrize("code", [30008, 30007, 99999])
def test_words_about_an_alert_that_failed_for_its_taker_are_noticed_at_once(office: Office, code: int) -> None:
    """At once or in a report; who took it is told or passed by, and nothing of it follows from other texts to staff."""
    rosa, number, escalation = rosa_of(office)
    office.change("update escalations set state = 'taken'")
    sent = office.queue(number, "staff", escalation_id=escalation.id, lane=0)
    office.queue(number, "staff", "other words")
    office.deliveries.run()
    for row in office.rows("select id, sid from outbound"):
        office.deliveries.report(row["id"], row["sid"], "undelivered", code)
    assert office.state(sent) == "undelivered"
    assert [found for found in timers(office) if found[0] == "words unreached"] == [
        ("words unreached", f"{rosa.id}:{code}")
    ]


def test_words_about_an_alert_that_nobody_knows_the_fate_of_are_noticed_and_not_sent_again(office: Office) -> None:
    """They go at most once; that they are unknown is as good as lost for whoever took the alert."""
    rosa, number, escalation = rosa_of(office)
    office.change("update escalations set state = 'taken'")
    sent = office.queue(number, "staff", escalation_id=escalation.id, lane=0)
    office.fault("500-before")
    office.deliveries.run()
    for _ in range(2):
        office.later(40)
        office.deliveries.run()
    assert (office.state(sent), office.accepted()) == ("unknown", [])
    assert ("words unreached", f"{rosa.id}:0") in timers(office)


def test_words_about_an_alert_do_not_wait_for_what_is_stuck_or_for_a_restore(office: Office) -> None:
    """They pass by an uncertain text to that phone, as alerts do."""
    _, number, escalation = rosa_of(office)
    office.change("update escalations set state = 'taken'")
    office.queue(number, "staff", "stuck")
    office.change(
        "update outbound set state = 'unsure', claimed_at = now() - interval '1 minute', lease_until = now() + interval '1 hour'"
    )
    office.queue(number, "staff", "more words", escalation_id=escalation.id, lane=0)
    office.deliveries.run()
    assert office.accepted() == ["more words"]


def test_what_has_left_is_not_late_and_neither_is_a_routine_text(office: Office, simulator: Simulator) -> None:
    """The provider's report that it sent the text is enough; whether it arrived is another question."""
    sent = office.queue(office.known(11), "safety")
    office.deliveries.run()
    assert office.deliveries.report(sent, office.row(sent)["sid"], "sent", None)
    routine = office.queue(office.known(12), "routine", state="queued")
    office.let_pass(MINUTE)
    assert office.deliveries.watch() == 0
    assert office.row(routine)["late_at"] is None


def test_a_text_that_the_provider_puts_off_is_late(start: Callable[..., Simulator], office: Office) -> None:
    """Scheduled until the morning, or behind others in its queue: accepted is not gone."""
    sent = office.queue(office.known(), "safety")
    office.deliveries.run()
    sid = office.row(sent)["sid"]
    for status in ("accepted", "scheduled", "queued", "sending"):
        office.deliveries.report(sent, sid, status, None)
    office.let_pass(MINUTE)
    assert (office.deliveries.watch(), timers(office)) == (1, [("safety unsent", "sent")])


def test_a_lost_report_is_asked_for_before_anybody_is_told(office: Office, simulator: Simulator) -> None:
    """Twenty seconds after it was handed over the provider is asked, and says that it has gone."""
    office.fault("lost-callback")
    sent = office.queue(office.known(), "safety")
    office.deliveries.run()
    assert office.deliveries.ask_about_slow() == 0
    simulator.until(lambda: simulator.phone("+12025550111")["messages"][0]["status"] == "delivered")
    office.let_pass(timedelta(seconds=25))
    assert office.deliveries.ask_about_slow() == 1
    office.let_pass(MINUTE)
    assert (office.deliveries.watch(), office.state(sent)) == (0, "delivered")


def test_nobody_at_the_providers_address_is_noticed_although_it_is_tried_again_and_again(office: Office) -> None:
    """Every try puts off the next one, so that nothing is ever ready for long; the minute counts from when it was written."""
    office.gone()
    office.queue(office.known(11), "safety")
    for _ in range(7):
        office.deliveries.run()
        office.let_pass(timedelta(seconds=10))
    assert office.deliveries.watch() == 1
    assert troubles(office)[0] == UNSAFE


def test_texts_that_are_refused_again_and_again_are_told_by_health(office: Office) -> None:
    """A provider that takes nothing for minutes is nothing that waits for a worker; the number says how many."""
    office.gone()
    office.queue(office.known(11), "routine")
    for _ in range(6):
        office.deliveries.run()
        assert not any("again and again" in trouble for trouble in troubles(office))
        office.let_pass(timedelta(seconds=40))
    office.deliveries.run()
    assert any("again and again" in trouble for trouble in troubles(office))


def test_health_tells_of_a_late_alert_where_no_process_is_alive(office: Office) -> None:
    """The web process reads it in the database: no sender and no clock is needed for that."""
    _, number, escalation = rosa_of(office)
    office.queue(number, "alert", escalation_id=escalation.id)
    office.let_pass(timedelta(seconds=50))
    assert UNSAFE not in troubles(office)
    office.let_pass(timedelta(seconds=11))
    assert UNSAFE in troubles(office)


def troubles(office: Office) -> tuple[str, ...]:
    """What health says, apart from the clock process that is not there."""
    now, machine = office.deliveries.clock.now(), office.deliveries.clock.machine()
    health = health_of(read_vitals(office.deliveries.pool, now, machine, 1.0), broker=True, now=now, machine=machine)
    return tuple(trouble for trouble in health.troubles if "clock" not in trouble)
