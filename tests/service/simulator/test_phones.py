"""The phones: texts and calls from them, and what is on them."""

from collections.abc import Callable

from tests.service.simulator.running import ACCOUNT, ANA, BEN, OURS, Simulator

TEXTS = "/twilio/messages"
CALLS = "/twilio/calls"


def test_a_text_is_posted_signed_with_all_that_twilio_sends(simulator: Simulator) -> None:
    """The answer comes once the webhook has answered; the form is Twilio's, empty places included."""
    told = simulator.text("Hi there")
    assert told["webhook_status"] == 200
    (form,) = simulator.service.forms(TEXTS)
    assert {"MessageSid", "SmsSid", "SmsMessageSid"} <= form.keys()
    assert (form["MessageSid"], form["From"], form["To"], form["Body"]) == (told["sid"], ANA, OURS, "Hi there")
    assert (form["AccountSid"], form["SmsStatus"], form["NumMedia"], form["FromCity"]) == (ACCOUNT, "received", "0", "")
    assert simulator.service.refused == 0


def test_any_characters_reach_the_service_with_a_good_signature(simulator: Simulator) -> None:
    """Emoji, blanks at the ends, line ends and an empty text are passed on as they are."""
    texts = ["  two blanks  ", "línea 1\nlínea 2", "🌧️ & ⛅ = 100% +1", "", "a\u2028b", "x" * 30_000]
    for text in texts:
        simulator.text(text)
    assert [form["Body"] for form in simulator.service.forms(TEXTS)] == texts
    assert simulator.service.refused == 0


def test_a_text_may_be_given_as_json_and_to_another_number(simulator: Simulator) -> None:
    """`to` chooses the number that is texted."""
    asked = {"text": "hola", "to": "+12025550177"}
    assert simulator.ask("POST", f"/phones/{ANA}/texts", json=asked).status == 201
    assert simulator.service.forms(TEXTS)[0]["To"] == "+12025550177"


def test_a_message_can_be_posted_again_with_the_same_sid(simulator: Simulator) -> None:
    """A repeat has the same form, makes no second message, and works only from the phone that sent it."""
    sid = simulator.text("once")["sid"]
    again = simulator.ask("POST", f"/phones/{ANA}/texts", fields={"sid": sid}).json()
    assert (again["sid"], again["webhook_status"]) == (sid, 200)
    first, second = simulator.service.forms(TEXTS)
    assert first == second
    assert len(simulator.phone()["messages"]) == 1
    assert simulator.ask("POST", f"/phones/{BEN}/texts", fields={"sid": sid}).status == 404


def test_a_text_that_the_service_does_not_take_is_kept_and_told(simulator: Simulator) -> None:
    """The status is told, the text stays in the provider's list, and the problem is shown."""
    simulator.service.answers[TEXTS] = [503]
    assert simulator.text("is anyone there")["webhook_status"] == 503
    assert simulator.rest("GET", "/Messages.json").json()["messages"][0]["body"] == "is anyone there"
    assert "503" in simulator.ask("GET", "/problems").json()[0]["detail"]


def test_a_text_while_the_service_is_away_has_no_status(start: Callable[..., Simulator]) -> None:
    """Nothing answers: the text is kept all the same, so that the service can ask for it later."""
    simulator = start(service="http://127.0.0.1:9")
    told = simulator.text("hello?")
    assert told["webhook_status"] is None
    assert simulator.ledger()[0]["sid"] == told["sid"]


def test_a_reply_in_the_webhooks_answer_reaches_the_phone(simulator: Simulator) -> None:
    """A <Message> is delivered; an answer without one says nothing."""
    simulator.service.answers[TEXTS] = ["<Response><Message>From TwiML</Message></Response>"]
    simulator.text("hi")
    assert [message["body"] for message in simulator.phone()["messages"]] == ["hi", "From TwiML"]


def test_an_answer_that_is_no_twiml_is_shown_as_a_problem(simulator: Simulator) -> None:
    """Broken XML and verbs that do not exist are noted, each in words."""
    simulator.service.answers[TEXTS] = ["<Response>", "<Response><Sing/></Response>", "OK"]
    for text in ("one", "two", "three"):
        simulator.text(text)
    first, second, third = (problem["detail"] for problem in simulator.ask("GET", "/problems").json())
    assert "not well-formed" in first
    assert second == "<Sing> is not a messaging verb"
    assert "not well-formed" in third


def test_a_call_is_heard_to_its_end_in_both_languages(simulator: Simulator) -> None:
    """What is said is shown with its language, on the phone that called."""
    simulator.service.answers[CALLS] = [
        '<Response><Say language="en-US">Hello.</Say><Say language="es-US">Hola.</Say><Hangup/><Say>No</Say></Response>'
    ]
    called = simulator.ask("POST", f"/phones/{ANA}/calls")
    assert called.status == 201
    heard = [{"text": "Hello.", "language": "en-US"}, {"text": "Hola.", "language": "es-US"}]
    assert called.json()["said"] == heard
    (call,) = simulator.phone()["calls"]
    assert (call["direction"], call["status"], call["said"]) == ("out", "completed", heard)
    (form,) = simulator.service.forms(CALLS)
    assert (form["CallStatus"], form["Direction"], form["From"], form["To"]) == ("ringing", "inbound", ANA, OURS)


def test_keys_are_pressed_when_the_call_asks_for_some(simulator: Simulator) -> None:
    """Each Gather takes the next keys to its action; with none left the call falls through."""
    ask = '<Response><Gather action="/twilio/calls/7/1"><Say>Press 1</Say></Gather><Say>Bye</Say></Response>'
    simulator.service.answers[CALLS] = [ask]
    simulator.service.answers["/twilio/calls/7/1"] = [ask.replace("7/1", "7/2")]
    called = simulator.ask("POST", f"/phones/{ANA}/calls", fields={"digits": "1"}).json()
    assert [said["text"] for said in called["said"]] == ["Press 1", "[keys 1]", "Press 1", "Bye"]
    assert simulator.service.forms("/twilio/calls/7/1")[0]["Digits"] == "1"


def test_a_call_that_redirects_for_ever_ends(simulator: Simulator) -> None:
    """A loop of redirects is cut off after fifty documents."""
    simulator.service.answers[CALLS] = ["<Response><Redirect>/twilio/calls</Redirect></Response>"] * 1000
    assert simulator.ask("POST", f"/phones/{ANA}/calls").status == 201
    assert len(simulator.service.forms(CALLS)) == 50


def test_a_call_that_the_service_makes_is_answered_and_reported(simulator: Simulator) -> None:
    """Calls created by the REST API fetch their document, are heard on the phone, and report completion."""
    base = simulator.service.public_url
    simulator.service.answers["/twilio/calls/9/1"] = ["<Response><Say>Alert</Say></Response>"]
    form = {
        "To": BEN,
        "From": OURS,
        "Url": f"{base}/twilio/calls/9/1",
        "StatusCallback": f"{base}/twilio/calls/9/status",
    }
    created = simulator.rest("POST", "/Calls.json", fields=form)
    assert (created.status, created.json()["status"]) == (201, "queued")
    simulator.until(lambda: bool(simulator.service.forms("/twilio/calls/9/status")))
    assert simulator.service.forms("/twilio/calls/9/status")[0]["CallStatus"] == "completed"
    assert simulator.phone(BEN)["calls"][0]["said"][0]["text"] == "Alert"
    assert simulator.rest("GET", f"/Calls/{created.json()['sid']}.json").json()["status"] == "completed"


def test_people_are_those_the_service_names_and_numbers_that_were_seen(simulator: Simulator) -> None:
    """Names, roles and languages come from the service; a number it does not know is listed as unknown."""
    ana = {"number": ANA, "name": "Ana", "role": "member", "language": "es"}
    simulator.service.state["people"] = [ana]
    simulator.text("hi", number=BEN)
    listed = simulator.ask("GET", "/phones").json()
    assert listed == [ana, {"number": BEN, "name": BEN, "role": "unknown", "language": "en"}]


def test_a_short_code_may_text_but_a_name_is_no_phone(simulator: Simulator) -> None:
    """Short codes are senders in the real world; anything else is refused with a hint."""
    simulator.text("Your code is 1", number="26262")
    refused = simulator.ask("POST", "/phones/ana/texts", fields={"text": "hi"})
    assert (refused.status, "number" in refused.json()["error"]) == (400, True)
    assert simulator.ask("POST", f"/phones/{ANA}/texts", fields={}).status == 400
