"""The queue of a number: so many segments a second, so much room, and nothing sent that waited too long."""

from collections.abc import Callable

import pytest

from service.simulator.options import read_options
from tests.service.simulator.running import ANA, BEN, Simulator

SLOW = 0.001  # segments a second: no test waits long enough for the next one to leave by itself
STATUS = "/twilio/messages/0190/status"


def status(simulator: Simulator, sid: str) -> str:
    """A message's status as the REST API shows it."""
    return str(simulator.rest("GET", f"/Messages/{sid}.json").json()["status"])


def sent(simulator: Simulator, **form: str) -> str:
    """Hand a message over and give its sid."""
    answer = simulator.create(**form)
    assert answer.status == 201, answer.data
    return str(answer.json()["sid"])


def advance(simulator: Simulator, seconds: int) -> None:
    """Move time on."""
    assert simulator.ask("POST", "/clock", fields={"advance": str(seconds)}).status == 200


def test_each_message_waits_for_the_segments_before_it(start: Callable[..., Simulator]) -> None:
    """Two segments take two thousand seconds at this rate; until then the next one is queued."""
    simulator = start(rate=SLOW)
    first, second = sent(simulator, Body="x" * 200), sent(simulator, To=BEN)
    simulator.until(lambda: status(simulator, first) == "delivered")
    advance(simulator, 1900)
    assert status(simulator, second) == "queued"
    advance(simulator, 200)
    simulator.until(lambda: status(simulator, second) == "delivered")


def test_a_full_queue_refuses_and_a_messaging_service_tells_later(start: Callable[..., Simulator]) -> None:
    """21611 for the number itself; through a service it is taken and then fails with 30001."""
    simulator = start(rate=SLOW, queue=2)
    first = sent(simulator)
    simulator.until(lambda: status(simulator, first) == "delivered")
    for _ in range(2):
        sent(simulator)
    refused = simulator.create()
    assert (refused.status, refused.json()["code"]) == (400, 21611)
    callback = simulator.service.public_url + STATUS
    taken = sent(simulator, MessagingServiceSid="MG" + "0" * 32, StatusCallback=callback)
    simulator.until(lambda: status(simulator, taken) == "failed")
    simulator.until(lambda: len(simulator.service.forms(STATUS)) == 1)
    assert simulator.service.forms(STATUS)[0]["ErrorCode"] == "30001"


def test_what_waited_beyond_its_validity_is_not_sent(start: Callable[..., Simulator]) -> None:
    """It fails with 30036, was sent at no time, and uses up nothing: the next one leaves when it would have."""
    simulator = start(rate=SLOW)
    first, late, last = sent(simulator), sent(simulator, ValidityPeriod="300"), sent(simulator, To=BEN)
    simulator.until(lambda: status(simulator, first) == "delivered")
    advance(simulator, 400)
    simulator.until(lambda: status(simulator, late) == "failed")
    told = simulator.rest("GET", f"/Messages/{late}.json").json()
    assert (told["error_code"], told["date_sent"]) == (30036, None)
    assert status(simulator, last) == "queued"
    advance(simulator, 700)
    simulator.until(lambda: status(simulator, last) == "delivered")


@pytest.mark.parametrize("validity", ["0", "36001", "soon"])
def test_a_validity_that_the_provider_does_not_know_is_refused(simulator: Simulator, validity: str) -> None:
    """One second to ten hours."""
    assert simulator.create(ValidityPeriod=validity).status == 400


def test_a_canceled_message_never_leaves_and_makes_room(start: Callable[..., Simulator]) -> None:
    """Only what is still queued can be canceled; then it is final and nothing is reported of it."""
    simulator = start(rate=SLOW, queue=1)
    first = sent(simulator)
    simulator.until(lambda: status(simulator, first) == "delivered")
    waiting = sent(simulator, To=BEN)
    canceled = simulator.rest("POST", f"/Messages/{waiting}.json", fields={"Status": "canceled"})
    assert (canceled.status, canceled.json()["status"]) == (200, "canceled")
    other = sent(simulator)
    advance(simulator, 1100)
    simulator.until(lambda: status(simulator, other) == "delivered")
    assert status(simulator, waiting) == "canceled"


def test_without_a_rate_nothing_waits(simulator: Simulator) -> None:
    """As the demo starts it."""
    sids = [sent(simulator, To=to) for to in (ANA, BEN) * 3]
    simulator.until(lambda: {status(simulator, sid) for sid in sids} == {"delivered"})


def test_rate_and_queue_are_told_at_start() -> None:
    """A rate of nothing would be a provider that never sends."""
    given = ["--port", "0", "--service", "http://127.0.0.1:8000", "--number", "+12025550100"]
    account = {"TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "made up"}
    told = read_options([*given, "--rate", "0.5", "--queue", "20"], account)
    assert (told.rate, told.queue) == (0.5, 20)
    assert read_options(given, account).rate is None
    with pytest.raises(SystemExit):
        read_options([*given, "--rate", "0"], account)
