"""The organisation's number at the provider: its settings, where its texts go, and its fallback."""

import pytest

from tests.service.simulator.running import ANA, OURS, Simulator
from tests.twilio_description import answer_schema, description, needs_description, problems

LIST = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json"
ONE = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{Sid}.json"
ACCOUNT = "/2010-04-01/Accounts/{Sid}.json"
SORRY = "<Response><Message>nobody has seen your text</Message></Response>"


def sid(simulator: Simulator) -> str:
    """The provider's id of the number."""
    found = simulator.rest("GET", "/IncomingPhoneNumbers.json", fields={"PhoneNumber": OURS}).json()
    return str(found["incoming_phone_numbers"][0]["sid"])


def test_a_number_is_listed_and_fetched(simulator: Simulator) -> None:
    """By its digits and by its id; one that is nobody's is not there."""
    assert simulator.rest("GET", f"/IncomingPhoneNumbers/{sid(simulator)}.json").json()["phone_number"] == OURS
    assert simulator.rest("GET", "/IncomingPhoneNumbers/PN0.json").status == 404
    none = simulator.rest("GET", "/IncomingPhoneNumbers.json", fields={"PhoneNumber": ANA}).json()
    assert none["incoming_phone_numbers"] == []


@needs_description
def test_numbers_and_the_account_are_as_described(simulator: Simulator) -> None:
    """Field by field, by Twilio's own description."""
    one = simulator.rest("GET", f"/IncomingPhoneNumbers/{sid(simulator)}.json").json()
    checks = [
        (ONE, one),
        (LIST, simulator.rest("GET", "/IncomingPhoneNumbers.json").json()),
        (ACCOUNT, simulator.rest("GET", ".json").json()),
    ]
    assert [problems(answer_schema(path, "get", "200"), answer) for path, answer in checks] == [[], [], []]
    described = description()["components"]["schemas"]["api.v2010.account.incoming_phone_number"]["properties"]
    assert one.keys() == described.keys()


def test_texts_go_where_the_number_says(simulator: Simulator) -> None:
    """A changed webhook is asked from then on."""
    url = f"{simulator.service.public_url}/elsewhere"
    simulator.rest("POST", f"/IncomingPhoneNumbers/{sid(simulator)}.json", fields={"SmsUrl": url})
    simulator.text("hello")
    assert [form["Body"] for form in simulator.service.forms("/elsewhere")] == ["hello"]
    assert simulator.service.forms("/twilio/messages") == []


@pytest.mark.parametrize("answer", [503, 404])
def test_where_the_webhook_fails_the_fallback_is_asked(simulator: Simulator, answer: int) -> None:
    """With what went wrong where; its words reach the phone. A number without one is silent."""
    simulator.service.answers = {"/twilio/messages": [answer, answer], "/sorry": [SORRY]}
    assert simulator.text("hello")["webhook_status"] == answer
    url = f"{simulator.service.public_url}/sorry"
    simulator.rest("POST", f"/IncomingPhoneNumbers/{sid(simulator)}.json", fields={"SmsFallbackUrl": url})
    assert simulator.text("hello")["webhook_status"] == answer
    [form] = simulator.service.forms("/sorry")
    assert form["ErrorUrl"] == f"{simulator.service.public_url}/twilio/messages"
    heard = [message["body"] for message in simulator.phone()["messages"] if message["direction"] == "in"]
    assert heard == ["nobody has seen your text"]


def test_an_address_that_is_not_ours_is_not_asked(simulator: Simulator) -> None:
    """The simulator posts to nobody else; the text is kept, and the mistake is shown."""
    simulator.rest(
        "POST", f"/IncomingPhoneNumbers/{sid(simulator)}.json", fields={"SmsUrl": "https://elsewhere.example/"}
    )
    assert simulator.text("hello")["webhook_status"] is None
    assert "not under" in simulator.ask("GET", "/problems").json()[0]["detail"]


def test_a_service_that_is_away_is_told_to_the_fallback_by_another_code(simulator: Simulator) -> None:
    """11205 where nothing answered, 11200 where something else than success did."""
    changed = {"SmsUrl": "http://127.0.0.1:9/", "SmsFallbackUrl": f"{simulator.service.public_url}/sorry"}
    simulator.rest("POST", f"/IncomingPhoneNumbers/{sid(simulator)}.json", fields=changed)
    simulator.text("hello")
    [form] = simulator.service.forms("/sorry")
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11205", "http://127.0.0.1:9/")


def test_a_call_is_tried_again_as_the_address_says_and_then_goes_to_the_fallback(simulator: Simulator) -> None:
    """Two tries more on a 503, then the fallback, whose words are heard; without one the call has failed."""
    simulator.service.answers = {"/sorry": ["<Response><Say>Sorry</Say></Response>"]}
    changed = {"VoiceUrl": f"{simulator.service.public_url}/twilio/calls#rc=2&rp=5xx"}
    simulator.rest("POST", f"/IncomingPhoneNumbers/{sid(simulator)}.json", fields=changed)
    simulator.service.answers["/twilio/calls"] = [503] * 3
    assert simulator.ask("POST", f"/phones/{ANA}/calls").json()["status"] == "failed"
    assert len(simulator.service.forms("/twilio/calls")) == 3
    changed = {"VoiceFallbackUrl": f"{simulator.service.public_url}/sorry"}
    simulator.rest("POST", f"/IncomingPhoneNumbers/{sid(simulator)}.json", fields=changed)
    simulator.service.answers["/twilio/calls"] = [503] * 3
    called = simulator.ask("POST", f"/phones/{ANA}/calls").json()
    assert ([said["text"] for said in called["said"]], called["status"]) == (["Sorry"], "completed")
    [form] = simulator.service.forms("/sorry")
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", f"{simulator.service.public_url}/twilio/calls")


def test_a_call_that_the_service_makes_has_its_own_fallback(simulator: Simulator) -> None:
    """FallbackUrl is asked where the first document cannot be had."""
    public = simulator.service.public_url
    simulator.service.answers = {"/first": [404], "/second": ["<Response><Say>Second</Say></Response>"]}
    form = {"To": ANA, "From": OURS, "Url": f"{public}/first", "FallbackUrl": f"{public}/second"}
    call = simulator.rest("POST", "/Calls.json", fields=form).json()["sid"]
    simulator.until(lambda: simulator.rest("GET", f"/Calls/{call}.json").json()["status"] == "completed")
    assert simulator.service.forms("/second")[0]["ErrorUrl"] == f"{public}/first"


def test_a_report_is_tried_again_as_its_address_says(simulator: Simulator) -> None:
    """The callback's fragment counts for reports too; there is no fallback for those."""
    simulator.service.answers["/status"] = [503, 500]
    simulator.create(StatusCallback=f"{simulator.service.public_url}/status#rc=5&rp=all")
    simulator.until(lambda: len(simulator.service.forms("/status")) == 4)
    assert [form["MessageStatus"] for form in simulator.service.forms("/status")] == ["sent"] * 3 + ["delivered"]
