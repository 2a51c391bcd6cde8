"""Calls are placed at least once and at most twice, and what became of one is acted on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from service.deliveries.dialing import Dialing
from service.gateways.ids import new_id
from service.gateways.twilio_calls import fetch_call
from service.store.rows import Call, Escalation, Number
from tests.service.deliveries.office import Office
from tests.stack import wait_for
from tests.stored import a_specialist, owned


@pytest.fixture
def dialing(office: Office) -> Dialing:
    """The calls of the same office."""
    ours = office.deliveries
    return Dialing(ours.pool, ours.keys, ours.provider, ours.clock, ours.public_url, new_id, lambda: None)


def to_place(office: Office, consent: str = "given", state: str = "open") -> tuple[Number, UUID]:
    """An alert about somebody, and a call about it to somebody else who works here."""
    now = office.deliveries.clock.now()
    about = office.known(12)
    escalation = Escalation(new_id(), 1, about.id, 2, "words", now, state=state, next_at=now)
    office.add(about, escalation)
    number = office.known(21, consent)
    person = a_specialist(number)
    call = Call(new_id(), number.id, "alert", "landline", "en", now, now, 0, escalation.id)
    office.add(replace(owned(number, person), version=1), owned(number, person), person, call)
    return number, call.id


def row(office: Office, call_id: UUID) -> dict[str, object]:
    """A call as it stands in the database."""
    [found] = office.rows("select * from calls where id = %s", call_id)
    return found


def placed(office: Office) -> int:
    """How many calls the provider took: the truth."""
    return len([line for line in office.simulator.ledger() if line["kind"] == "call"])


def climbs(office: Office) -> bool:
    """Whether the ladder is to look at somebody whom it could not tell."""
    return bool(office.rows("select 1 as one from timers where kind = 'page failed'"))


def test_a_call_is_placed_once_and_not_recorded(office: Office, dialing: Dialing) -> None:
    """It is claimed before it is asked for, and a second look finds nothing to do."""
    _, call_id = to_place(office)
    assert (dialing.run(), dialing.run()) == (1, 0)
    found = row(office, call_id)
    assert (found["state"], placed(office)) == ("placed", 1)
    assert str(found["sid"]).startswith("CA")
    [asked] = [one for one in office.simulator.ask("GET", "/requests").json() if one["path"].endswith("/Calls.json")]
    assert asked["form"]["Record"] == ["false"]


@pytest.mark.parametrize("fault", ["500-after", "reset"])
def test_an_uncertain_call_is_placed_again_once(office: Office, dialing: Dialing, fault: str) -> None:
    """At least once, at most twice, and then the ladder climbs."""
    _, call_id = to_place(office)
    office.fault(fault, count="5")
    dialing.run()
    assert (placed(office), row(office, call_id)["state"]) == (2, "unknown")
    assert climbs(office)


def test_what_a_dead_process_left_is_placed_again(office: Office, dialing: Dialing) -> None:
    """Its claim runs out; nobody can tell whether it asked."""
    _, call_id = to_place(office)
    with pytest.raises(KeyboardInterrupt):
        replace(dialing, crash=_die).run()
    assert dialing.run() == 0
    office.change("update calls set lease_until = lease_until - interval '1 minute'")
    assert dialing.run() == 1
    assert (row(office, call_id)["state"], row(office, call_id)["copies"]) == ("placed", 1)


def test_nobody_is_called_who_said_stop_or_about_what_is_taken(office: Office, dialing: Dialing) -> None:
    """Read under the lock of the phone's row, at the last moment."""
    _, stopped = to_place(office, consent="stopped")
    assert dialing.run() == 0
    assert (row(office, stopped)["state"], placed(office)) == ("withheld", 0)


def test_an_alert_that_was_taken_meanwhile_calls_nobody(office: Office, dialing: Dialing) -> None:
    """The call that waited says why it was not placed."""
    _, call_id = to_place(office, state="taken")
    dialing.run()
    assert (row(office, call_id)["state"], placed(office)) == ("withheld", 0)
    assert "taken or closed" in str(row(office, call_id)["reason"])


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_a_call_that_nobody_answered_climbs_at_once(office: Office, dialing: Dialing, status: str) -> None:
    """And that is never taken back."""
    _, call_id = to_place(office)
    dialing.run()
    assert dialing.report(call_id, "CA1", status, None)
    assert not dialing.report(call_id, "CA1", "completed", None)
    assert (row(office, call_id)["state"], row(office, call_id)["ended"]) == ("failed", status)
    assert climbs(office)


def test_a_call_that_ended_is_no_ack_and_makes_nothing_climb(office: Office, dialing: Dialing) -> None:
    """Somebody or something picked up: the ladder climbs at its own time."""
    _, call_id = to_place(office)
    dialing.run()
    dialing.report(call_id, "CA1", "completed", None)
    assert row(office, call_id)["state"] == "ended"
    assert not climbs(office)
    assert office.rows("select state from escalations") == [{"state": "open"}]


def test_a_report_before_the_answer_counts(office: Office, dialing: Dialing) -> None:
    """It carries our own id, so it is known whose it is; the call is not placed again."""
    _, call_id = to_place(office)
    assert dialing.report(call_id, "CA9", "ringing", None)
    assert dialing.run() == 0
    assert row(office, call_id)["state"] == "placed"


def test_one_phone_has_one_call_at_a_time(office: Office, dialing: Dialing) -> None:
    """A second alert waits until the first call is over, or it would meet a busy line."""
    _, first = to_place(office)
    dialing.run()
    now = office.deliveries.clock.now()
    office.change("update escalations set round = 1")
    office.change(
        "insert into calls select %s, number_id, kind, why, language, %s, %s, 1, escalation_id, incident_id, 'queued',"
        " reason, 0, 0 from calls where id = %s",
        new_id(), now, now, first,
    )  # fmt: skip
    assert dialing.run() == 0
    dialing.report(first, "CA1", "completed", None)
    assert dialing.run() == 1


def test_a_call_that_is_refused_for_now_goes_on_being_tried_until_its_round_is_over(
    office: Office, dialing: Dialing
) -> None:
    """Others are told after the fifth try; then it is placed within seconds of the provider's return, or not any more."""
    _, call_id = to_place(office)
    office.gone()
    away = replace(dialing, provider=replace(office.deliveries.provider, posting=None))
    for _ in range(8):
        away.run()
        office.let_pass(timedelta(seconds=15))
    assert (row(office, call_id)["state"], row(office, call_id)["attempts"]) == ("queued", 8)
    assert (climbs(office), office.rows("select kind from timers")) == (False, [{"kind": "page late"}])
    office.change("update escalations set round = 1")
    away.run()
    assert (row(office, call_id)["state"], "round was over" in str(row(office, call_id)["reason"])) == (
        "withheld",
        True,
    )
    assert not climbs(office)


def _die(point: str) -> None:
    if point == "after_claim":
        raise KeyboardInterrupt


@pytest.mark.parametrize(("how", "state", "climbing"), [("busy", "failed", True), ("voicemail", "ended", False)])
def test_a_call_whose_end_was_not_told_is_asked_about(
    office: Office, dialing: Dialing, how: str, state: str, *, climbing: bool
) -> None:
    """Its report is lost: after two minutes the provider is asked, and the ladder climbs where nobody was reached."""
    number, call_id = to_place(office)
    office.simulator.ask("POST", f"/phones/{number.number}/answering", json={"how": how})
    dialing.run()
    sid = str(row(office, call_id)["sid"])
    wait_for("the call is over", lambda: fetch_call(dialing.provider, sid) in ("busy", "completed"))
    assert (dialing.ask_about_silent(), row(office, call_id)["state"]) == (0, "placed")
    office.let_pass(timedelta(minutes=3))
    assert dialing.ask_about_silent() == 1
    assert (row(office, call_id)["state"], climbs(office)) == (state, climbing)
    assert dialing.ask_about_silent() == 0
