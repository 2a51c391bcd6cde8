"""The Messages resource, through the library that the service uses and by hand."""

import json
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import urllib3
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import ACCOUNT, ANA, BEN, OURS, Simulator


@pytest.fixture
def client(simulator: Simulator) -> Client:
    """Twilio's own client, turned to the simulator."""
    library = TwilioHttpClient(timeout=10)

    class Turned:
        def request(self, method: str, url: str, *args: object, **kwargs: object) -> object:
            return library.request(method, url.replace("https://api.twilio.com", simulator.url), *args, **kwargs)

    return Client(ACCOUNT, TOKEN, http_client=Turned())


def test_a_created_message_is_queued_and_reaches_the_phone(simulator: Simulator, client: Client) -> None:
    """The answer is the queued message; the phone then shows it delivered, as something that came in."""
    created = client.messages.create(to=ANA, from_=OURS, body="Good morning, Ana.")
    assert (created.status, created.direction, created.num_segments) == ("queued", "outbound-api", "1")
    assert re.fullmatch(r"SM[0-9a-f]{32}", created.sid)
    simulator.until(lambda: simulator.phone()["messages"][0]["status"] == "delivered")
    shown = simulator.phone()["messages"][0]
    assert (shown["sid"], shown["direction"], shown["body"]) == (created.sid, "in", "Good morning, Ana.")


def test_every_change_is_reported_in_order_and_signed(simulator: Simulator) -> None:
    """Sent and then delivered are posted to the StatusCallback, query kept; an unsigned one would be refused."""
    callback = f"{simulator.service.public_url}/twilio/messages/0190/status?attempt=1"
    sid = json.loads(simulator.create(StatusCallback=callback).data)["sid"]
    path = "/twilio/messages/0190/status"
    simulator.until(lambda: len(simulator.service.forms(path)) == 2)
    forms = simulator.service.forms(path)
    assert [form["MessageStatus"] for form in forms] == ["sent", "delivered"]
    assert {form["MessageSid"] for form in forms} == {sid}
    assert simulator.service.refused == 0


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "12025550111"}, 21211),
        ({"To": "+1202555"}, 21211),
        ({"To": ""}, 21604),
        ({"From": "+12025550199"}, 21606),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "nowhere"}, 21609),
        ({"To": OURS}, 21266),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(simulator: Simulator, form: dict[str, str], code: int) -> None:
    """A refusal has Twilio's shape and code, and nothing is accepted."""
    answer = simulator.create(**form)
    told = answer.json()
    assert (answer.status, told["status"], told["code"]) == (400, 400, code)
    assert told["more_info"].endswith(str(code))
    assert simulator.ledger() == []


def test_a_message_of_sixteen_hundred_characters_is_accepted(simulator: Simulator) -> None:
    """The limit itself is allowed."""
    assert simulator.create(Body="x" * 1600).status == 201


def test_wrong_credentials_are_refused_before_anything_else(simulator: Simulator) -> None:
    """No, wrong or another account's credentials get 401 with code 20003, on every path of the API."""
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    for headers in ({}, urllib3.make_headers(basic_auth=f"{ACCOUNT}:wrong"), {"Authorization": "Basic ?"}):
        answer = simulator.ask("GET", path, headers=headers)
        assert (answer.status, answer.json()["code"]) == (401, 20003)
    other = path.replace(ACCOUNT, "AC" + "1" * 32)
    right = urllib3.make_headers(basic_auth=f"{ACCOUNT}:{TOKEN}")
    assert simulator.ask("GET", other, headers=right).status == 401


def test_a_message_can_be_fetched_redacted_and_deleted(simulator: Simulator, client: Client) -> None:
    """Redaction empties the body and keeps the rest; after deletion it is not found."""
    sid = client.messages.create(to=ANA, from_=OURS, body="Private").sid
    simulator.until(lambda: client.messages(sid).fetch().status == "delivered")
    assert client.messages(sid).update(body="").body == ""
    fetched = client.messages(sid).fetch()
    assert (fetched.body, fetched.to, fetched.num_segments) == ("", ANA, "1")
    assert client.messages(sid).delete()
    with pytest.raises(TwilioRestException) as missing:
        client.messages(sid).fetch()
    assert missing.value.code == 20404


def test_a_message_on_its_way_can_be_neither_canceled_nor_rewritten(simulator: Simulator, client: Client) -> None:
    """What was sent cannot be canceled, and a body can only be emptied."""
    sid = client.messages.create(to=ANA, from_=OURS, body="On its way").sid
    simulator.until(lambda: client.messages(sid).fetch().status == "delivered")
    with pytest.raises(TwilioRestException) as late:
        client.messages(sid).update(status="canceled")
    assert late.value.code == 30409
    assert simulator.rest("POST", f"/Messages/{sid}.json", fields={"Body": "Other"}).status == 400


def test_the_list_is_newest_first_filtered_and_holds_inbound_texts(simulator: Simulator, client: Client) -> None:
    """What a phone sent stands in the list beside what was sent to it; To and From choose."""
    simulator.create(Body="one")
    simulator.create(Body="two")
    simulator.create(Body="for Ben", To=BEN)
    simulator.text("hi")
    assert [message.body for message in client.messages.list()] == ["hi", "for Ben", "two", "one"]
    assert [message.body for message in client.messages.list(to=ANA)] == ["two", "one"]
    inbound = client.messages.list(from_=ANA)
    assert [(message.body, message.direction, message.status) for message in inbound] == [("hi", "inbound", "received")]


def test_pages_do_not_shift_when_a_message_comes_between_two(simulator: Simulator) -> None:
    """Following next_page_uri gives every older message once, though a new one came meanwhile."""
    for number in range(5):
        simulator.create(Body=f"message {number}")
    first = simulator.rest("GET", "/Messages.json?PageSize=2").json()
    simulator.create(Body="newcomer")
    second = _follow(simulator, first["next_page_uri"])
    third = _follow(simulator, second["next_page_uri"])
    bodies = [message["body"] for page in (first, second, third) for message in page["messages"]]
    assert bodies == ["message 4", "message 3", "message 2", "message 1", "message 0"]
    assert (second["page"], second["start"], second["page_size"], third["next_page_uri"]) == (1, 2, 2, None)


def test_days_choose_by_the_moved_date(simulator: Simulator, client: Client) -> None:
    """DateSent and its bounds are whole days in GMT, both ends counting."""
    sent = client.messages(simulator.create(Body="today").json()["sid"]).fetch().date_created
    assert [message.body for message in client.messages.list(date_sent=sent)] == ["today"]
    assert [message.body for message in client.messages.list(date_sent_after=sent)] == ["today"]
    assert client.messages.list(date_sent_before=sent.replace(year=2001)) == []


def test_dates_are_rfc_2822_in_whole_seconds_of_moved_time(simulator: Simulator) -> None:
    """The service reads dates as Twilio writes them, and they follow the moved clock."""
    simulator.ask("POST", "/clock", fields={"advance": "86400"})
    created = simulator.create().json()
    assert re.fullmatch(r"\w{3}, \d{2} \w{3} \d{4} \d\d:\d\d:\d\d \+0000", created["date_created"])
    behind = simulator.world.clock.now() - parsedate_to_datetime(created["date_created"])
    assert abs(behind.total_seconds()) < 60


def test_a_messaging_service_may_stand_for_the_sender(simulator: Simulator) -> None:
    """Without From, a MessagingServiceSid is enough, and is told again in reports."""
    created = simulator.create(From="", MessagingServiceSid="MG" + "2" * 32).json()
    assert (created["from"], created["messaging_service_sid"]) == (OURS, "MG" + "2" * 32)


def test_in_provider_mode_stop_is_confirmed_by_the_provider_and_then_enforced(
    start: Callable[..., Simulator],
) -> None:
    """After STOP the provider answers itself and refuses with 21610 until START; the webhook says what it was."""
    simulator = start(provider_opt_out=True)
    simulator.text("Stop")
    refused = simulator.create().json()
    assert refused["code"] == 21610
    assert simulator.service.forms("/twilio/messages")[0]["OptOutType"] == "STOP"
    assert "unsubscribed" in simulator.phone()["messages"][-1]["body"]
    simulator.text("START")
    assert simulator.create().status == 201


def test_by_default_stop_is_the_services_own_affair(simulator: Simulator) -> None:
    """The provider neither answers nor refuses: a text after STOP is accepted, so that a test can see it."""
    simulator.text("STOP")
    assert simulator.create().status == 201
    assert "OptOutType" not in simulator.service.forms("/twilio/messages")[0]


def test_what_the_service_asked_is_recorded_without_credentials(simulator: Simulator) -> None:
    """Method, path, form and status are kept for a check against Twilio's description; no header is."""
    simulator.create(Body="hello")
    recorded = simulator.ask("GET", "/requests").json()[0]
    assert (recorded["method"], recorded["form"]["Body"], recorded["status"]) == ("POST", ["hello"], 201)
    assert TOKEN not in json.dumps(recorded)


def _follow(simulator: Simulator, uri: str) -> dict[str, Any]:
    page: dict[str, Any] = simulator.rest("GET", uri.split(ACCOUNT, 1)[1]).json()
    return page
