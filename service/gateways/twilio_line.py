"""How our number is set up at the provider: which addresses it calls for it, and what else may answer in our place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.gateways.twilio import Provider

_SERVICES = 20  # of an account, in which our number is looked for
_TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")  # of North America, after +1
_NUMBER = (
    *("status", "sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method", "sms_application_sid"),
    *("voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method", "voice_application_sid", "trunk_sid"),
    "capabilities",
)
_SERVICE = (
    *("friendly_name", "inbound_request_url", "inbound_method", "fallback_url", "fallback_method"),
    *("use_inbound_webhook_on_number", "smart_encoding", "us_app_to_person_registered"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """The account's standing and kind, the number's settings by Twilio's names, and those of the messaging service it is in.

    `number` is None where the account has no such number, `service` where it is in none. `verified` is the provider's word for
    how the verification of a toll-free number stands, empty where none was asked for; None for every other number.
    """

    status: str
    kind: str
    number: Mapping[str, Any] | None
    service: Mapping[str, Any] | None
    verified: str | None = None


def is_toll_free(number: str) -> bool:
    """Whether a number is toll-free in North America: then it needs a verification, and no campaign."""
    return number.startswith("+1") and number[2:5] in _TOLL_FREE


def read_line(provider: Provider) -> Line:
    """Read all of it. Raises TwilioRefused, and TwilioUncertain where the provider does not answer."""
    account = provider.ask(provider.client.api.account.fetch)
    found = provider.ask(lambda: provider.client.incoming_phone_numbers.list(phone_number=provider.number, limit=1))
    number = found[0] if found else None
    service = None if number is None else _service_of(provider, str(number.sid))
    return Line(
        _word(account.status), _word(account.type),
        None if number is None else _settings(number, _NUMBER), None if service is None else _settings(service, _SERVICE),
        None if number is None or not is_toll_free(provider.number) else verification_of(provider, str(number.sid)),
    )  # fmt: skip


def verification_of(provider: Provider, sid: str) -> str:
    """How the newest verification of a toll-free number stands; empty where there is none. Raises like `read_line`."""
    asked = provider.client.messaging.v1.tollfree_verifications
    found = provider.ask(lambda: asked.list(tollfree_phone_number_sid=sid, limit=1))
    return _word(found[0].status) if found else ""


def _service_of(provider: Provider, sid: str) -> Any:  # noqa: ANN401 - the library has no types
    """The messaging service that our number is in: then its settings count before the number's."""
    services = provider.ask(lambda: provider.client.messaging.v1.services.list(limit=_SERVICES))
    for service in services:
        numbers = provider.ask(service.phone_numbers.list)
        if any(number.sid == sid for number in numbers):
            return service
    return None


def _settings(found: Any, names: tuple[str, ...]) -> Mapping[str, Any]:  # noqa: ANN401 - the library has no types
    return {name: getattr(found, name) for name in names}


def _word(found: Any) -> str:  # noqa: ANN401 - a string or a member of the library's enumeration
    return str(getattr(found, "value", found))
