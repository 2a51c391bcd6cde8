from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from config.twilio_errors import TwilioErrors, load_twilio_errors
from service.gateways.twilio import Accepted, Provider, TwilioRefused, TwilioUncertain, open_provider
from tests.service.settings import ROOT, made_up_settings
from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import ACCOUNT, ANA, OURS, Quiet, Simulator, serving

ERRORS = load_twilio_errors(ROOT / "config")
CALLBACK = "https://riverbend.example/twilio/messages/0/status"


def provider_at(url: str, token: str = TOKEN, read: float = 1.0) -> Provider:
    """The gateway, speaking to this address."""
    settings = made_up_settings(TWILIO_API_URL=url, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=token)
    return open_provider(settings, OURS, ERRORS, read)


def sent(simulator: Simulator, read: float = 1.0) -> Accepted:
    """One text handed over."""
    return provider_at(simulator.url, read=read).send(ANA, "¿Cómo estás? 👋", CALLBACK, 300)


def fault(simulator: Simulator, kind: str, **more: str) -> None:
    """Let the provider do something wrong once."""
    assert simulator.ask("POST", "/faults", fields={"kind": kind} | more).status < 300


def test_a_text_reaches_the_phone_with_our_callback(simulator: Simulator) -> None:
    """What is handed over is on the phone word for word, and the provider knows whom to report to."""
    accepted = sent(simulator)
    simulator.until(lambda: any(m["sid"] == accepted.sid for m in simulator.phone()["messages"]))
    [message] = [m for m in simulator.phone()["messages"] if m["sid"] == accepted.sid]
    assert message["body"] == "¿Cómo estás? 👋"
    assert simulator.world.memory.message(accepted.sid).callback == CALLBACK  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["500-before", "500-after", "reset", "hang", "drop"])
def test_an_answer_that_tells_nothing_is_uncertain(simulator: Simulator, kind: str) -> None:
    """Accepted or not: from here it looks the same, and is called the same."""
    fault(simulator, kind, seconds="3")
    with pytest.raises(TwilioUncertain):
        sent(simulator, read=0.5)


def test_being_too_fast_is_temporary(simulator: Simulator) -> None:
    """429 was not processed, so it may be tried again."""
    fault(simulator, "429")
    with pytest.raises(TwilioRefused) as refused:
        sent(simulator)
    assert refused.value.kind == "temporary"


def test_a_list_that_is_refused_is_told_as_such(simulator: Simulator) -> None:
    """The library has only a sentence for it; the code is in the answer, and says that everybody is affected."""
    now = simulator.world.clock.now()
    for ask in ("find", "received", "sent"):
        provider = provider_at(simulator.url, token="another")
        with pytest.raises(TwilioRefused) as refused:
            provider.find(ANA, now) if ask == "find" else getattr(provider, ask)(now)
        assert (refused.value.code, refused.value.kind) == (20003, "account")


def test_a_wrong_token_is_a_matter_of_the_account(simulator: Simulator) -> None:
    """Everybody is affected, so check-ins are held rather than lost one by one."""
    with pytest.raises(TwilioRefused) as refused:
        provider_at(simulator.url, token="another").send(ANA, "x", CALLBACK, 300)
    assert refused.value.kind == "account"


def test_a_bad_number_is_refused_for_good(simulator: Simulator) -> None:
    """The code decides, from the data file."""
    with pytest.raises(TwilioRefused) as refused:
        provider_at(simulator.url).send("+1", "x", CALLBACK, 300)
    assert (refused.value.code, refused.value.kind) == (21211, "bad_number")


def test_nobody_listening_is_temporary_because_nothing_left() -> None:
    """Without a connection the provider cannot have taken anything."""
    server = make_server("127.0.0.1", 0, lambda *_: [])
    server.server_close()
    with pytest.raises(TwilioRefused) as refused:
        provider_at(f"http://127.0.0.1:{server.port}").send(ANA, "x", CALLBACK, 300)
    assert refused.value.kind == "temporary"


@pytest.mark.parametrize(
    ("status", "body"),
    [("201 CREATED", b"<html>"), ("201 CREATED", b"{}"), ("201 CREATED", b"[]"), ("502 BAD", b""), ("302 FOUND", b"")],
)
def test_an_unreadable_answer_is_uncertain(status: str, body: bytes) -> None:
    """A proxy's page in place of the provider's answer says nothing about what the provider did."""

    def odd(_environ: object, start_response: object) -> list[bytes]:
        start_response(status, [("Content-Type", "application/json")])  # type: ignore[operator]
        return [body]

    server = make_server("127.0.0.1", 0, odd, request_handler=Quiet)
    with serving(server) as url, pytest.raises(TwilioUncertain):
        provider_at(url).send(ANA, "x", CALLBACK, 300)


def test_an_uncertain_text_is_found_again_by_recipient_time_and_body(simulator: Simulator) -> None:
    """What was accepted before the connection broke is in the provider's list."""
    before = simulator.world.clock.now()
    fault(simulator, "500-after")
    with pytest.raises(TwilioUncertain):
        sent(simulator)
    [known] = provider_at(simulator.url).find(ANA, before)
    assert (known.to, known.sender, known.body) == (ANA, OURS, "¿Cómo estás? 👋")
    assert provider_at(simulator.url).find(ANA, simulator.world.clock.now() + timedelta(seconds=2)) == ()
    assert provider_at(simulator.url).fetch(known.sid).sid == known.sid


def test_what_came_in_is_listed_for_the_time_after_an_outage(simulator: Simulator) -> None:
    """Texts that reached the provider while we were down can be taken from its list."""
    before = simulator.world.clock.now()
    simulator.text("hello there")
    assert [(k.sender, k.body) for k in provider_at(simulator.url).received(before)] == [(ANA, "hello there")]


def test_no_error_carries_a_number_or_an_address(simulator: Simulator) -> None:
    """Errors end in logs, and logs know nobody's number."""
    fault(simulator, "reset")
    with pytest.raises(TwilioUncertain) as uncertain:
        sent(simulator)
    assert uncertain.value.__cause__ is None
    assert uncertain.value.__suppress_context__
    assert ANA not in str(uncertain.value)


def test_an_unknown_code_is_not_tried_again() -> None:
    """The file's silence means: failed, and shown."""
    assert TwilioErrors().class_of(99999) == "other"
