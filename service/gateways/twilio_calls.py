"""Placing a call through the provider's own library; errors are told apart as for texts."""

from __future__ import annotations

from typing import Any

from service.gateways.twilio import Accepted, Provider, TwilioUncertain

RINGS = 30  # seconds; a mailbox often picks up later than this
EVENTS = ("initiated", "answered", "completed")


def place_call(provider: Provider, to: str, url: str, callback_url: str) -> Accepted:
    """Have the provider call a number and ask `url` what to say. Nothing is recorded.

    Raises TwilioRefused where it was not accepted and TwilioUncertain where that cannot be known.
    """
    made = provider.ask(
        lambda: provider.client.calls.create(
            to=to,
            from_=provider.number,
            url=url,
            method="POST",
            status_callback=callback_url,
            status_callback_method="POST",
            status_callback_event=list(EVENTS),
            timeout=RINGS,
            record=False,
        )
    )
    if not isinstance(made.sid, str) or not made.sid:
        raise TwilioUncertain("the answer has no id")
    return Accepted(made.sid)


def fetch_call(provider: Provider, sid: str) -> str:
    """The provider's word for how a call stands. Raises TwilioRefused where it does not know it, and TwilioUncertain."""
    found: Any = provider.ask(lambda: provider.client.calls(sid).fetch())
    if not isinstance(found.status, str):
        raise TwilioUncertain("the answer has no status")
    return str(found.status)
