"""Faults on request: what the service sees, and what really happened."""

import pytest
import urllib3

from tests.service.simulator.running import ANA, BEN, Simulator

STATUS = "/twilio/messages/1/status"


def _ask_for(simulator: Simulator, **fault: str | float) -> None:
    assert simulator.ask("POST", "/faults", json=fault).status == 201


def _statuses(simulator: Simulator) -> list[str]:
    return [form["MessageStatus"] for form in simulator.service.forms(STATUS)]


def _create_with_reports(simulator: Simulator, **form: str) -> None:
    simulator.create(StatusCallback=simulator.service.public_url + STATUS, **form)


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("refuse", 503, 20503), ("429", 429, 20429), ("500-before", 500, 20500)]
)
def test_a_refusal_accepts_nothing(simulator: Simulator, kind: str, status: int, code: int) -> None:
    """The next message is refused, the one after it is not."""
    _ask_for(simulator, kind=kind)
    answer = simulator.create()
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert simulator.ledger() == []
    assert simulator.create().status == 201


@pytest.mark.parametrize(("code", "status"), [(20003, 401), (20429, 429), (30034, 400), (21611, 400)])
def test_any_error_can_be_asked_for_by_its_code(simulator: Simulator, code: int, status: int) -> None:
    """As the answer to the next message, in the provider's shape; nothing is accepted."""
    simulator.ask("POST", "/faults", json={"kind": "error", "code": code})
    answer = simulator.create()
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert simulator.ledger() == []


def test_an_error_after_accepting_still_delivers(simulator: Simulator) -> None:
    """The service sees a 500; the phone has the message, and the ledger says which fault it was."""
    _ask_for(simulator, kind="500-after")
    assert simulator.create(Body="accepted").status == 500
    assert [(line["body"], line["fault"]) for line in simulator.ledger()] == [("accepted", "500-after")]
    assert simulator.phone()["messages"][0]["body"] == "accepted"


@pytest.mark.parametrize(("kind", "accepted"), [("reset", 1), ("drop", 0)])
def test_a_cut_connection_gives_no_answer_at_all(simulator: Simulator, kind: str, accepted: int) -> None:
    """After accepting (reset) or before it (drop) the connection is cut, and the simulator goes on."""
    _ask_for(simulator, kind=kind)
    with pytest.raises(urllib3.exceptions.ProtocolError) as cut:
        simulator.create()
    assert isinstance(cut.value.args[1], ConnectionResetError)
    assert len(simulator.ledger()) == accepted
    assert simulator.create().status == 201


def test_a_message_that_hangs_is_accepted_and_never_answered(simulator: Simulator) -> None:
    """The client runs into its own time limit; the message is on the phone meanwhile."""
    _ask_for(simulator, kind="hang", seconds=30)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        urllib3.PoolManager().request(
            "POST",
            f"{simulator.url}/2010-04-01/Accounts/{simulator.world.options.account_sid}/Messages.json",
            fields={"To": ANA, "From": simulator.world.options.number, "Body": "hangs"},
            headers=urllib3.make_headers(
                basic_auth=f"{simulator.world.options.account_sid}:{simulator.world.options.auth_token}"
            ),
            encode_multipart=False,
            timeout=0.3,
            retries=False,
        )
    assert simulator.phone()["messages"][0]["body"] == "hangs"


def test_a_fault_for_one_number_spares_the_others(simulator: Simulator) -> None:
    """`to` and `count` say whom it strikes and how often."""
    _ask_for(simulator, kind="429", to=BEN, count=2)
    assert [simulator.create(To=to).status for to in (ANA, BEN, BEN, BEN)] == [201, 429, 429, 201]


@pytest.mark.parametrize(("kind", "reports"), [("undelivered", ["sent", "undelivered"]), ("failed", ["failed"])])
def test_a_message_that_does_not_arrive_says_why(simulator: Simulator, kind: str, reports: list[str]) -> None:
    """The error code is in the report and in the resource."""
    _ask_for(simulator, kind=kind, code=30005)
    _create_with_reports(simulator)
    simulator.until(lambda: len(_statuses(simulator)) == len(reports))
    assert _statuses(simulator) == reports
    assert simulator.service.forms(STATUS)[-1]["ErrorCode"] == "30005"
    message = simulator.rest("GET", "/Messages.json").json()["messages"][0]
    assert (message["status"], message["error_code"]) == (kind, 30005)


@pytest.mark.parametrize(
    ("kind", "reports"),
    [
        ("duplicate-callback", ["sent", "sent", "delivered", "delivered"]),
        ("reordered", ["delivered", "sent"]),
        ("late-callback", ["sent", "delivered"]),
    ],
)
def test_reports_can_come_twice_in_disorder_or_late(simulator: Simulator, kind: str, reports: list[str]) -> None:
    """The message arrives as ever; only the reports are wrong."""
    _ask_for(simulator, kind=kind, seconds=0.2)
    _create_with_reports(simulator)
    simulator.until(lambda: len(_statuses(simulator)) == len(reports))
    assert _statuses(simulator) == reports
    assert simulator.phone()["messages"][0]["status"] == "delivered"


def test_reports_can_be_lost(simulator: Simulator) -> None:
    """The resource says delivered, and nobody was told; the message after it is reported again."""
    _ask_for(simulator, kind="lost-callback")
    _create_with_reports(simulator)
    _create_with_reports(simulator, To=BEN)
    simulator.until(lambda: len(_statuses(simulator)) == 2)
    assert {form["To"] for form in simulator.service.forms(STATUS)} == {BEN}
    simulator.until(lambda: simulator.phone()["messages"][0]["status"] == "delivered")


def test_reports_can_come_before_the_answer(simulator: Simulator) -> None:
    """With early-callback both reports are in before the create request is answered."""
    _ask_for(simulator, kind="early-callback")
    _create_with_reports(simulator)
    assert _statuses(simulator) == ["sent", "delivered"]


def test_faults_can_be_listed_and_ended(simulator: Simulator) -> None:
    """What is still to come is shown; DELETE ends it."""
    _ask_for(simulator, kind="429", count=3)
    simulator.create()
    assert [(fault["kind"], fault["count"]) for fault in simulator.ask("GET", "/faults").json()] == [("429", 2)]
    assert simulator.ask("DELETE", "/faults").status == 204
    assert simulator.create().status == 201


@pytest.mark.parametrize(
    "wish", [{"kind": "earthquake"}, {"kind": "429", "count": 0}, {"kind": "429", "count": "many"}]
)
def test_a_fault_that_makes_no_sense_is_refused_in_words(simulator: Simulator, wish: dict[str, str | int]) -> None:
    """The answer says what to write instead."""
    refused = simulator.ask("POST", "/faults", json=wish)
    assert refused.status == 400
    assert len(refused.json()["error"]) > 20


def test_a_report_to_a_stranger_is_not_posted(simulator: Simulator) -> None:
    """The simulator posts to the service alone; another address is noted as a problem."""
    simulator.create(StatusCallback="http://example.org/status")
    simulator.until(lambda: bool(simulator.ask("GET", "/problems").json()))
    assert "not under" in simulator.ask("GET", "/problems").json()[0]["detail"]
