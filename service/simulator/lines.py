"""The organisation's numbers as the provider knows them: which addresses are asked for each, and what asks instead."""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.simulator.options import Options

# What can be set, by its name in an answer; a request writes SmsUrl for sms_url.
SETTINGS = (
    *("sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method", "sms_application_sid"),
    *("voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method", "voice_application_sid", "trunk_sid"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One number and its settings."""

    sid: str
    number: str
    settings: Mapping[str, str]


@dataclass(slots=True)
class Lines:
    """The numbers and what was set for them; safe to use from several threads."""

    options: Options
    service: dict[str, Any] | None = None  # the messaging service that they are in
    verification: str | None = None  # of a toll-free number
    _changed: dict[str, dict[str, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> list[Line]:
        """Every number of the organisation."""
        return [self.line(number) for number in self.options.numbers]

    def line(self, number: str) -> Line:
        """One number, whose webhooks are the service's unless somebody set others; it has no fallback until one is set."""
        usual = dict.fromkeys(SETTINGS, "") | {name: "POST" for name in SETTINGS if name.endswith("_method")}
        usual |= {
            "sms_url": f"{self.options.public_url}/twilio/messages",
            "voice_url": f"{self.options.public_url}/twilio/calls",
        }
        with self._lock:
            return Line(sid_of(number), number, usual | self._changed.get(number, {}))

    def change(self, number: str, wish: Mapping[str, str]) -> None:
        """Set what is named in a request, such as SmsUrl; names that are no settings change nothing."""
        names = {name.replace("_", ""): name for name in SETTINGS}
        given = {names[key.lower()]: value for key, value in wish.items() if key.lower() in names}
        with self._lock:
            self._changed[number] = self._changed.get(number, {}) | given

    def clear(self) -> None:
        """Forget what was set."""
        with self._lock:
            self._changed.clear()
            self.service = self.verification = None


def sid_of(number: str) -> str:
    """The provider's id of a number: the same for ever."""
    return "PN" + hashlib.sha256(number.encode()).hexdigest()[:32]


def as_json(options: Options, line: Line) -> dict[str, Any]:
    """A number as Twilio's REST API shows it (api.v2010.account.incoming_phone_number in its description)."""
    born = "Fri, 06 Mar 2026 15:00:00 +0000"
    return {
        "account_sid": options.account_sid, "address_requirements": "none", "address_sid": None,
        "api_version": "2010-04-01", "beta": False, "bundle_sid": None,
        "capabilities": {"mms": True, "sms": True, "voice": True, "fax": False}, "date_created": born,
        "date_updated": born, "emergency_address_sid": None, "emergency_address_status": "unregistered",
        "emergency_status": "Inactive", "friendly_name": line.number, "identity_sid": None, "origin": "twilio",
        "phone_number": line.number, "sid": line.sid, "status": "in-use", "status_callback": "",
        "status_callback_method": "POST",  "type": "local",
        "uri": f"{options.root}/IncomingPhoneNumbers/{line.sid}.json", "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        **{name: value or (None if name.endswith("_sid") else "") for name, value in line.settings.items()},
    }  # fmt: skip
