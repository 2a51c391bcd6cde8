"""What the doctor says about our number at the provider: what must be mended there, and what its API does not tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.organisation import Organisation
from config.settings import Settings
from service.gateways.twilio import Provider, TwilioRefused, TwilioUncertain
from service.gateways.twilio_line import Line, is_toll_free, read_line
from service.readiness import Check

ABOUT = "provider"
RETRIES = "rc=5&rp=all"  # Twilio's connection overrides: five tries, on every error (RELIABILITY.md 1.2)
TRIES = 3  # fewer do not outlast a start of the web process
MESSAGES, CALLS, FALLBACK = "/twilio/messages", "/twilio/calls", "/twilio/fallback"


def check_line(provider: Provider, settings: Settings, organisation: Organisation) -> Iterator[Check]:
    """Ask the provider and compare; one that does not answer is said plainly, since it is no fault of ours."""
    try:
        line = read_line(provider)
    except (TwilioRefused, TwilioUncertain) as problem:
        yield _unread(problem)
    else:
        yield from judge_line(line, settings, organisation)
        yield Check(ABOUT, "look", _untold(organisation))


def judge_line(line: Line, settings: Settings, organisation: Organisation) -> tuple[Check, ...]:
    """What is not as it should be in the provider's settings, or that all of it is."""
    found = (
        *_account(line),
        *_number(line, settings, organisation),
        *_service(line, settings),
        *_registered(line, organisation),
    )
    return found or (Check(ABOUT, "ok", "the account is active, and the number calls us as it should"),)


def _unread(problem: TwilioRefused | TwilioUncertain) -> Check:
    if isinstance(problem, TwilioUncertain) or problem.kind == "temporary":
        return Check(
            ABOUT, "look", "Twilio did not answer just now, so its settings could not be read. Try again later."
        )
    text = f"Twilio refuses the account (error {problem.code}): look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
    return Check(ABOUT, "mend", text)


def _account(line: Line) -> Iterator[Check]:
    if line.status != "active":
        yield Check(
            ABOUT, "mend", f"The account is {line.status}: nothing is sent or received until Twilio lifts that."
        )
    if line.kind == "Trial":
        yield Check(
            ABOUT, "look", "The account is a trial: Twilio adds words of its own and writes to verified numbers only."
        )


def _number(line: Line, settings: Settings, organisation: Organisation) -> Iterator[Check]:
    number = line.number
    if number is None:
        yield Check(
            ABOUT, "mend", f"The account has no number {organisation.main_number}: main_number in organisation.yaml."
        )
        return
    for name in ("sms_application_sid", "voice_application_sid", "trunk_sid"):
        if number[name]:
            yield Check(
                ABOUT, "mend", f"The number has {name} {number[name]}, which answers in our place: take it away."
            )
    if _is_mute(number["capabilities"]):
        text = "The number has no voice: staff whom no text reaches cannot be called about alerts. Twilio sells some that have."
        yield Check(ABOUT, "look", text)
    if line.service is None or line.service["use_inbound_webhook_on_number"]:
        yield from _address(number, "sms", settings.public_url + MESSAGES)
    yield from _address(number, "voice", settings.public_url + CALLS)


def _is_mute(capabilities: object) -> bool:
    """Whether the provider says that the number makes no calls; what it does not say is no fault."""
    told = capabilities if isinstance(capabilities, Mapping) else {}
    return any(str(name).lower() == "voice" and can is False for name, can in told.items())


def _address(number: Mapping[str, Any], kind: str, wanted: str) -> Iterator[Check]:
    about = "A text comes in" if kind == "sms" else "A call comes in"
    yield from _webhook(about, number[f"{kind}_url"], number[f"{kind}_method"], wanted)
    base = wanted.removesuffix(MESSAGES).removesuffix(CALLS)
    yield from _fallback(about, number[f"{kind}_fallback_url"], number[f"{kind}_fallback_method"], base)


def _fallback(about: str, url: str | None, method: str | None, base: str) -> Iterator[Check]:
    if not url:
        yield Check(
            ABOUT, "look", f"{about}: no fallback is set. peerline fallback writes one that is true when we are down."
        )
    elif url.partition("#")[0] == base + FALLBACK and method != "POST":
        text = f"{about}: the method of the fallback is {method}, which ours does not answer; set it to HTTP POST."
        yield Check(ABOUT, "mend", text)


def _webhook(about: str, url: str | None, method: str | None, wanted: str) -> Iterator[Check]:
    address, _, overrides = (url or "").partition("#")
    if address != wanted:
        yield Check(
            ABOUT, "mend", f"{about}: Twilio asks {address or 'nobody'}; set the webhook to {wanted}#{RETRIES}."
        )
        return
    if method != "POST":
        yield Check(ABOUT, "mend", f"{about}: the method is {method}; set it to HTTP POST.")
    if not _comes_again(overrides):
        text = f"{about}: Twilio hardly comes again when we do not answer; set the webhook to {wanted}#{RETRIES}."
        yield Check(ABOUT, "look", text)


def _comes_again(overrides: str) -> bool:
    """Whether these connection overrides let the provider come again often enough, and on every error of ours."""
    given = dict(part.partition("=")[::2] for part in overrides.split("&"))
    count, policies = given.get("rc", ""), given.get("rp", "").split(",")
    often = count.isascii() and count.isdigit() and int(count) >= TRIES
    return often and ("all" in policies or {"5xx", "ct", "rt"} <= set(policies))


def _service(line: Line, settings: Settings) -> Iterator[Check]:
    service = line.service
    if service is None:
        return
    about = f"Messaging service {service['friendly_name']}"
    if not service["use_inbound_webhook_on_number"]:
        if not service["inbound_request_url"]:
            yield Check(ABOUT, "mend", f"{about}: it hands texts to nobody. Let it defer to the sender's webhook.")
        else:
            yield from _webhook(
                about, service["inbound_request_url"], service["inbound_method"], settings.public_url + MESSAGES
            )
        yield from _fallback(about, service["fallback_url"], service["fallback_method"], settings.public_url)
    if service["smart_encoding"]:
        text = f"{about}: smart encoding is on, so Twilio changes signs of our texts and their length. Switch it off."
        yield Check(ABOUT, "look", text)


def _registered(line: Line, organisation: Organisation) -> Iterator[Check]:
    """Whether carriers know whose number this is: without that they refuse its texts (errors 30034, 30032)."""
    number = organisation.main_number
    if line.number is None or not number.startswith("+1"):
        return
    if is_toll_free(number):
        yield from _verified(line.verified or "")
    elif line.service is None:
        text = (
            "The number is in no messaging service, so Twilio's API does not tell whether it is registered for texts in the"
            " US (A2P 10DLC). Look in its console under Regulatory Compliance; numbers outside of the US need none."
        )
        yield Check(ABOUT, "look", text)
    elif line.service["us_app_to_person_registered"] is False:
        text = (
            f"Messaging service {line.service['friendly_name']} has no registered campaign (A2P 10DLC): carriers in the US refuse its"
            " texts. Register one in Twilio's console."
        )
        yield Check(ABOUT, "mend", text)


def _verified(standing: str) -> Iterator[Check]:
    if standing == "TWILIO_APPROVED":
        return
    said = standing.lower().replace("_", " ") or "not asked for"
    text = f"The verification of this toll-free number is {said}: carriers refuse its texts until it is approved."
    yield Check(ABOUT, "mend", text)


def _untold(organisation: Organisation) -> str:
    stop = (
        "that Twilio sends no answers of its own to STOP, START and HELP, as organisation.yaml says opt_out: own"
        if organisation.opt_out == "own"
        else "that Twilio answers STOP, START and HELP, as organisation.yaml says opt_out: provider"
    )
    countries = ", ".join(organisation.countries)
    return (
        f"Twilio's API does not tell, so look in its console: {stop}; that texts may go to {countries} alone; and that the"
        " Compliance Toolkit is off, which puts texts off until the morning that it takes for advertising, a safety text among them."
    )
