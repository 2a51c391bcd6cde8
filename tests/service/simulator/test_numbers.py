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
