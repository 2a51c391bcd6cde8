from __future__ import annotations

import pytest

from service.gateways.crashing import DELIVERING, POINTS, REPORTS, SETTLING, crash_points
from tests.service.deliveries.office import Office
from tests.service.settings import made_up_settings

ALLOWED = {
    "routine": (0, 1),
    "person": (0, 1),
    "consent": (0, 1),
    "alert": (1, 2),
    "safety": (1, 2),
}  # fewest and most copies


class Died(BaseException):
    """The process is gone: what it had in hand is lost."""


def die_at(office: Office, place: str) -> None:
    """Let the first process die when it comes to a place."""

    def crash(point: str) -> None:
        if point == place:
            raise Died

    office.deliveries.crash = crash


@pytest.mark.parametrize("kind", sorted(ALLOWED))
@pytest.mark.parametrize("fault", ["none", "500-before", "500-after", "reset"])
@pytest.mark.parametrize("place", DELIVERING)
def test_a_process_may_die_anywhere(office: Office, place: str, fault: str, kind: str) -> None:
    """At every place and with every answer of the provider: never more copies than the table allows, and the record is true."""
    if fault != "none":
        office.fault(fault)
    sent = office.queue(office.known(), kind)
    die_at(office, place)
    with pytest.raises(Died):
        office.deliveries.run()
    for _ in range(4):
        office.later(40)
        survivor = office.another()
        survivor.run()
        survivor.close()
    copies = len(office.accepted())
    fewest, most = ALLOWED[kind]
    assert fewest <= copies <= most
    assert office.state(sent) in (("unknown",) if copies == 0 else ("sent", "delivered"))


def test_crash_points_exist_in_tests_alone() -> None:
    """In earnest the variable does nothing, whatever it says."""
    live = made_up_settings(PEERLINE_MODE="live")
    for point in POINTS:
        crash_points(live, {"CRASH_AT": point})(point)
        crash_points(made_up_settings(), {})(point)


@pytest.mark.parametrize("kind", sorted(ALLOWED))
@pytest.mark.parametrize("place", SETTLING)
def test_a_process_may_die_while_it_asks_the_provider(office: Office, place: str, kind: str) -> None:
    """A text whose answer was lost is settled by somebody else when whoever asked about it dies."""
    office.fault("500-after")
    office.fault("lost-callback")
    sent = office.queue(office.known(), kind)
    office.deliveries.run()
    die_at(office, place)
    office.later(40)
    with pytest.raises(Died):
        office.deliveries.run()
    for _ in range(4):
        office.later(40)
        survivor = office.another()
        survivor.run()
        survivor.close()
    fewest, most = ALLOWED[kind]
    assert max(1, fewest) <= len(office.accepted()) <= most
    assert office.state(sent) in ("sent", "delivered")


@pytest.mark.parametrize("place", REPORTS)
def test_a_process_may_die_while_a_report_comes_in(office: Office, place: str) -> None:
    """A report that was not answered comes again, and says the same."""
    sent = office.queue(office.known(), "routine")
    office.deliveries.run()
    sid = office.row(sent)["sid"]
    die_at(office, place)
    with pytest.raises(Died):
        office.deliveries.report(sent, sid, "delivered", None)
    survivor = office.another()
    survivor.report(sent, sid, "delivered", None)
    survivor.close()
    assert office.state(sent) == "delivered"
    assert len(office.accepted()) == 1
