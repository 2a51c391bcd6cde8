"""How our number is set up at the provider: which addresses it calls for it, and what else may answer in our place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.gateways.twilio import Provider

_SERVICES = 20  # of an account, in which our number is looked for
_NUMBER = (
    *("status", "sms_url", "sms_method", "sms_fallback_url", "sms_application_sid"),
    *("voice_url", "voice_method", "voice_fallback_url", "voice_application_sid", "trunk_sid"),
    "capabilities",
)
_SERVICE = (
    *("friendly_name", "inbound_request_url", "inbound_method", "fallback_url"),
    *("use_inbound_webhook_on_number", "smart_encoding"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """The account's standing and kind, the number's settings by Twilio's names, and those of the messaging service it is in.

    `number` is None where the account has no such number, `service` where it is in none.
    """

    status: str
    kind: str
    number: Mapping[str, Any] | None
    service: Mapping[str, Any] | None


def read_line(provider: Provider) -> Line:
    """Read all of it. Raises TwilioRefused, and TwilioUncertain where the provider does not answer."""
    account = provider.ask(provider.client.api.account.fetch)
    found = provider.ask(lambda: provider.client.incoming_phone_numbers.list(phone_number=provider.number, limit=1))
    number = found[0] if found else None
    service = None if number is None else _service_of(provider, str(number.sid))
    return Line(
        _word(account.status), _word(account.type),
        None if number is None else _settings(number, _NUMBER), None if service is None else _settings(service, _SERVICE),
    )  # fmt: skip


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
