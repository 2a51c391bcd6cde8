"""What the doctor reads at the provider: the number's settings as they are there, and what to mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.organisation import load_organisation
from config.twilio_errors import load_twilio_errors
from service.gateways.twilio import Provider, open_provider
from service.gateways.twilio_line import Line, read_line, verification_of
from service.line_check import check_line, judge_line
from service.readiness import Check
from tests.service.settings import ROOT, made_up_settings
from tests.service.simulator.conftest import simulator, start
from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import ACCOUNT, OURS, Simulator

__all__ = ["simulator", "start"]
ORGANISATION = replace(load_organisation(ROOT / "config"), main_number=OURS)


def examined(simulator: Simulator, token: str = TOKEN, number: str = OURS, **environ: str) -> list[Check]:
    """What is found for a service at the simulator's own public address."""
    usual = {
        "TWILIO_API_URL": simulator.url, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": token,
        "PUBLIC_URL": simulator.service.public_url,
    }  # fmt: skip
    settings = made_up_settings(**usual | environ)
    provider = open_provider(settings, number, load_twilio_errors(ROOT / "config"), read=1.0)
    return list(check_line(provider, settings, replace(ORGANISATION, main_number=number)))


def provider_of(simulator: Simulator) -> Provider:
    """The simulator, as what deliveries ask."""
    settings = made_up_settings(TWILIO_API_URL=simulator.url, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN)
    return open_provider(settings, OURS, load_twilio_errors(ROOT / "config"), read=5.0)


def change(simulator: Simulator, **settings: str) -> None:
    """Set something for our number, as people do in the provider's console."""
    [line] = simulator.world.lines.all()
    assert simulator.rest("POST", f"/IncomingPhoneNumbers/{line.sid}.json", fields=settings).status == 200


def mends(found: list[Check]) -> list[str]:
    """What must be mended."""
    return [check.text for check in found if check.standing == "mend"]


def test_a_number_that_is_set_up_well_has_nothing_to_mend(simulator: Simulator) -> None:
    """With our addresses, retries and a fallback; what its API does not tell is said."""
    public = simulator.service.public_url
    change(
        simulator, SmsUrl=f"{public}/twilio/messages#rc=5&rp=all", SmsFallbackUrl="https://bins.example/a",
        VoiceUrl=f"{public}/twilio/calls#rp=all&rc=5", VoiceFallbackUrl="https://bins.example/b",
    )  # fmt: skip
    found = examined(simulator)
    assert [check.standing for check in found] == ["look", "look"]
    assert "10DLC" in found[0].text
    assert all(said in found[1].text for said in ("opt_out: own", "US, CA", "Compliance Toolkit is off"))
    serve(simulator)
    assert [check.standing for check in examined(simulator)] == ["ok", "look"]


def serve(simulator: Simulator, **settings: str) -> None:
    """Put the number into a messaging service with these settings, as people do in the provider's console."""
    assert simulator.ask("POST", "/v1/Services", fields=settings or {"FriendlyName": "Peers"}).status == 200


@pytest.mark.parametrize(
    ("overrides", "well"),
    [
        ("rc=0&rp=ct", False), ("rc=1&rp=all", False), ("rc=5&rp=ct", False), ("rc=many&rp=all", False), ("rp=all", False),
        ("rc=3&rp=all", True), ("rc=5&rp=5xx,ct,rt", True), ("rc=5&rp=4xx,5xx,ct,rt", True),
    ],
)  # fmt: skip
def test_what_the_overrides_say_is_read(simulator: Simulator, overrides: str, *, well: bool) -> None:
    """Not only that there are some: retries that retry nothing are worth a look."""
    change(simulator, SmsUrl=f"{simulator.service.public_url}/twilio/messages#{overrides}")
    found = [check for check in examined(simulator) if "A text comes in: Twilio hardly comes again" in check.text]
    assert [check.standing for check in found] == ([] if well else ["look"])


@pytest.mark.parametrize(("where", "method", "mended"), [("ours", "GET", 1), ("ours", "POST", 0), ("a bin", "GET", 0)])
def test_our_own_fallback_is_asked_by_post(simulator: Simulator, where: str, method: str, mended: int) -> None:
    """By GET it answers 405; a document that stands at the provider may be asked as it likes."""
    url = f"{simulator.service.public_url}/twilio/fallback" if where == "ours" else "https://bins.example/a"
    change(simulator, SmsFallbackUrl=url, SmsFallbackMethod=method)
    assert sum("method of the fallback" in text for text in mends(examined(simulator))) == mended


def test_a_messaging_service_that_takes_texts_needs_a_fallback_too(simulator: Simulator) -> None:
    """Its own counts then, and not the number's."""
    inbound = f"{simulator.service.public_url}/twilio/messages#rc=5&rp=all"
    taking = {"FriendlyName": "Peers", "UseInboundWebhookOnNumber": "false", "InboundRequestUrl": inbound}
    serve(simulator, **taking)
    assert [c for c in examined(simulator) if c.text.startswith("Messaging service Peers: no fallback is set")]
    serve(simulator, **taking, FallbackUrl=f"{simulator.service.public_url}/twilio/fallback", FallbackMethod="GET")
    assert [
        text for text in mends(examined(simulator)) if "Messaging service Peers: the method of the fallback" in text
    ]


def test_a_campaign_that_is_not_registered_must_be_mended(simulator: Simulator) -> None:
    """Carriers would refuse every text."""
    serve(simulator, UsAppToPersonRegistered="false")
    assert [text for text in mends(examined(simulator)) if "no registered campaign" in text]


@pytest.mark.parametrize(
    ("verified", "said"),
    [("", "not asked for"), ("IN_REVIEW", "in review"), ("TWILIO_APPROVED", None), (None, "not asked for")],
)
def test_a_toll_free_number_must_be_verified(simulator: Simulator, verified: str | None, said: str | None) -> None:
    """Until then its texts are refused; it needs no campaign."""
    line = replace(read_line(provider_of(simulator)), verified=verified)
    free = replace(ORGANISATION, main_number="+18335550100")
    found = [check.text for check in judge_line(line, made_up_settings(), free) if "toll-free" in check.text]
    assert [str(said) in text for text in found] == ([] if said is None else [True])


def test_the_verification_of_a_toll_free_number_is_read(simulator: Simulator) -> None:
    """From the provider's own list."""
    assert simulator.ask("POST", "/v1/Tollfree/Verifications", fields={"Status": "TWILIO_REJECTED"}).status == 200
    assert verification_of(provider_of(simulator), "PN1") == "TWILIO_REJECTED"


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("SmsUrl", "https://elsewhere.example/sms", "Twilio asks https://elsewhere.example/sms; set the webhook to"),
        ("SmsUrl", "", "Twilio asks nobody"),
        ("VoiceUrl", "https://demo.example/welcome", "A call comes in: Twilio asks"),
        ("SmsMethod", "GET", "the method is GET"),
        ("SmsApplicationSid", "AP" + "1" * 32, "answers in our place"),
        ("TrunkSid", "TK" + "1" * 32, "answers in our place"),
    ],
)
def test_what_keeps_texts_from_us_must_be_mended(simulator: Simulator, setting: str, value: str, said: str) -> None:
    """Each with what stands there and what should."""
    change(simulator, **{setting: value})
    assert [text for text in mends(examined(simulator)) if said in text]


def test_few_retries_and_no_fallback_are_worth_a_look(simulator: Simulator) -> None:
    """A number as it comes works, until the first second in which we do not answer."""
    looks = [check.text for check in examined(simulator) if check.standing == "look"]
    assert sum("hardly comes again" in text for text in looks) == 2
    assert sum("#rc=5&rp=all" in text for text in looks) == 2
    assert sum("peerline fallback" in text for text in looks) == 2


def test_a_number_that_is_not_the_accounts_is_told(simulator: Simulator) -> None:
    """The one of organisation.yaml was mistyped, or belongs to another account."""
    assert mends(examined(simulator, number="+12025550199")) == [
        "The account has no number +12025550199: main_number in organisation.yaml."
    ]


def test_a_wrong_token_is_told(simulator: Simulator) -> None:
    """With the names of the variables to look at."""
    [text] = mends(examined(simulator, token="another"))
    assert "TWILIO_AUTH_TOKEN" in text


def test_no_answer_is_no_fault_of_ours(simulator: Simulator) -> None:
    """It is said plainly, and nothing must be mended here."""
    found = examined(simulator, TWILIO_API_URL="http://127.0.0.1:9")
    assert (mends(found), len(found)) == ([], 1)
    assert "did not answer" in found[0].text


@pytest.mark.parametrize(
    ("capabilities", "looks"),
    [({"sms": True, "voice": False}, 1), ({"SMS": True, "Voice": False}, 1), ({"voice": True}, 0), ({}, 0), (None, 0)],
)
def test_a_number_that_cannot_call_is_worth_a_look(
    simulator: Simulator, capabilities: dict[str, bool] | None, looks: int
) -> None:
    """Alerts are called out where texts do not reach somebody; a provider that does not tell is taken at its best."""
    line = read_line(provider_of(simulator))
    assert line.number is not None
    assert line.number["capabilities"]["voice"] is True
    line = replace(line, number={**line.number, "capabilities": capabilities})
    found = judge_line(line, made_up_settings(), replace(ORGANISATION, main_number=OURS))
    assert [check.standing for check in found if "no voice" in check.text] == ["look"] * looks


SERVICE = {
    "friendly_name": "Peers", "inbound_request_url": None, "inbound_method": "POST", "fallback_url": "", "fallback_method": "POST",
    "us_app_to_person_registered": True, "use_inbound_webhook_on_number": False, "smart_encoding": True,
}  # fmt: skip


def test_a_messaging_service_that_takes_texts_for_itself_must_be_mended() -> None:
    """With no address of its own it hands texts to nobody; with smart encoding it changes ours."""
    texts = [
        check.text for check in judge_line(Line("active", "Full", None, SERVICE), made_up_settings(), ORGANISATION)
    ][1:]
    assert "hands texts to nobody" in texts[0]
    assert "no fallback is set" in texts[1]
    assert "smart encoding is on" in texts[2]
