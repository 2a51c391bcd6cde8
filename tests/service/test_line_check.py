"""What the doctor reads at the provider: the number's settings as they are there, and what to mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.organisation import load_organisation
from config.twilio_errors import load_twilio_errors
from service.gateways.twilio import Provider, open_provider
from service.gateways.twilio_line import Line, read_line
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
    assert [check.standing for check in found] == ["ok", "look"]
    assert "opt_out: own" in found[1].text
    assert "US, CA" in found[1].text


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
    "friendly_name": "Peers", "inbound_request_url": None, "inbound_method": "POST", "fallback_url": "",
    "use_inbound_webhook_on_number": False, "smart_encoding": True,
}  # fmt: skip


def test_a_messaging_service_that_takes_texts_for_itself_must_be_mended() -> None:
    """With no address of its own it hands texts to nobody; with smart encoding it changes ours."""
    texts = [
        check.text for check in judge_line(Line("active", "Full", None, SERVICE), made_up_settings(), ORGANISATION)
    ][1:]
    assert "hands texts to nobody" in texts[0]
    assert "smart encoding is on" in texts[1]
