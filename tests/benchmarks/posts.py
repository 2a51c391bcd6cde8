"""Webhooks made and signed ahead of the measurement, each with an id of its own, as the bytes that go over the wire."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import urlencode

from config.settings import Settings

PATH = "/twilio/messages"
MAIN_NUMBER = "+15555550100"


def make_posts(settings: Settings, phones: list[str], words: str, count: int, first: int) -> list[bytes]:
    """So many requests, from these phones in turn; ids count up from `first`."""
    return [
        _request(settings, _form(settings, phone, words, place)) for place, phone in _numbered(phones, count, first)
    ]


def _numbered(phones: list[str], count: int, first: int) -> Iterator[tuple[int, str]]:
    """Ids with the phones in turn, going on where those before `first` ended."""
    begin = first % len(phones)
    return zip(range(first, first + count), cycle(phones[begin:] + phones[:begin]), strict=False)


def _form(settings: Settings, phone: str, words: str, place: int) -> dict[str, str]:
    """The twenty fields that the provider posts with a text."""
    sid = f"SM{place:032x}"
    places = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}
    return places | {
        "ToCountry": "US", "FromCountry": "US", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "SmsStatus": "received",
        "Body": words, "To": MAIN_NUMBER, "NumSegments": "1", "MessageSid": sid, "From": phone,
        "AccountSid": settings.twilio_account_sid, "ApiVersion": "2010-04-01", "MessagingServiceSid": "",
    }  # fmt: skip


def _request(settings: Settings, form: dict[str, str]) -> bytes:
    joined = settings.public_url + PATH + "".join(name + form[name] for name in sorted(form))
    # The rule of Twilio's signatures asks for SHA-1.
    made = hmac.new(settings.twilio_auth_token.encode(), joined.encode(), hashlib.sha1).digest()
    body = urlencode(form).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Twilio-Signature: {base64.b64encode(made).decode()}\r\n\r\n"
    )
    return head.encode() + body
