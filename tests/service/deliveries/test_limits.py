"""Money: what the day's cap holds, what it never holds, and which numbers get nothing automatic."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.deliveries.choosing import CAPPED, Limits
from service.rules.countries import FOREIGN
from service.store.rows import Number
from tests.service.deliveries.office import LANES, Office
from tests.stored import KEYS, a_number, a_specialist, owned

OTHERS = ["person", "staff", "alert", "safety", "consent", "answer"]


def limited(office: Office, **limits: object) -> None:
    """Set what the organisation allows."""
    office.deliveries.limits = replace(Limits(1000.0, zone="America/New_York"), **limits)  # type: ignore[arg-type]


def coordinator(office: Office) -> Number:
    """A coordinator who works here."""
    number = a_number("+12025550177", "given")
    person = a_specialist(number, "Cora", "coordinator")
    office.add(owned(number, person), person)
    return number


def test_the_cap_trips_at_its_limit_and_holds_only_what_nobody_asked_for(office: Office) -> None:
    """Four segments are left of the day: two check-ins of two go, the third is held; everything else goes all the same."""
    limited(office, spend_cap=4)
    check_ins = [office.queue(office.known(place), "routine", segments=2) for place in (11, 12, 13)]
    office.deliveries.run()
    assert [office.row(each)["state"] == "withheld" for each in check_ins] == [False, False, True]
    assert office.row(check_ins[2])["reason"]["withdrawn"] == CAPPED
    others = [office.queue(office.known(20 + place), kind, segments=3) for place, kind in enumerate(OTHERS)]
    office.deliveries.run()
    assert all(office.state(each) != "withheld" for each in others)
    assert len(office.accepted()) == 2 + len(OTHERS)


def test_other_messages_use_up_the_day_too(office: Office) -> None:
    """The cap counts what was sent, whatever it was, so that a flood of answers holds check-ins."""
    limited(office, spend_cap=3)
    office.queue(office.known(11), "answer", segments=3)
    office.deliveries.run()
    held = office.queue(office.known(12), "routine")
    office.deliveries.run()
    assert office.state(held) == "withheld"


@pytest.mark.parametrize("code", [20429, 30034, 21211])
def test_what_the_provider_refuses_does_not_use_up_the_day(office: Office, code: int) -> None:
    """Tried again and again for hours: nothing was spent, and a check-in goes when the provider takes texts again."""
    limited(office, spend_cap=3)
    office.refuse(code)
    office.queue(office.known(11), "answer", segments=3)
    for _ in range(3):
        office.deliveries.run()
        office.let_pass(timedelta(minutes=2))
    office.accept()
    office.change("delete from outbound")
    office.change("update senders set held_until = null")
    goes = office.queue(office.known(12), "routine", segments=3)
    office.deliveries.run()
    assert (office.state(goes), office.rows("select segments from senders")) == ("sent", [{"segments": 3}])


def test_the_next_day_begins_anew_and_the_coordinator_is_told_once_a_day(office: Office) -> None:
    """One timer a day for each coordinator, however much was held."""
    limited(office, spend_cap=1)
    cora = coordinator(office)
    for place in (11, 12, 13):
        office.queue(office.known(place), "routine", segments=2)
    office.deliveries.run()
    timers = office.rows("select number_id, fence from timers where kind = 'spend cap'")
    assert timers == [{"number_id": cora.id, "fence": "2026-03-06"}]
    office.change("delete from timers")
    office.queue(office.known(14), "routine", segments=2)
    office.deliveries.run()
    assert office.rows("select 1 from timers") == []
    office.let_pass(timedelta(days=1))
    again = office.queue(office.known(15), "routine")
    office.deliveries.run()
    assert office.state(again) != "withheld"


@pytest.mark.parametrize("kind", ["routine", "answer", "safety", "consent"])
def test_a_foreign_number_gets_nothing_automatic(office: Office, kind: str) -> None:
    """Withheld at the last moment, with the reason; nobody pays for a text that somebody abroad provoked."""
    limited(office, countries=("US", "CA"))
    phone = "+447700900123"
    number = office.known(11, number=phone, blind=KEYS.blind(phone))
    held = office.queue(number, kind)
    office.deliveries.run()
    assert (office.state(held), office.row(held)["reason"]["withdrawn"]) == ("withheld", FOREIGN)
    assert office.accepted() == []


@pytest.mark.parametrize(("kind", "owner"), [("person", None), ("alert", "staff"), ("staff", "staff")])
def test_a_person_may_write_abroad_and_staff_abroad_are_told(office: Office, kind: str, owner: str | None) -> None:
    """The list of countries is about what no person wrote."""
    limited(office, countries=("US", "CA"))
    phone = "+447700900123"
    number = office.known(11, number=phone, blind=KEYS.blind(phone), owner=owner)
    sent = office.queue(number, kind, lane=LANES[kind])
    office.deliveries.run()
    assert office.state(sent) != "withheld"
