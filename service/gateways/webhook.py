"""Calls our own webhook from outside, signed as the provider signs, by the public address: through whatever stands before us."""

from __future__ import annotations

from collections.abc import Mapping

from requests import Session
from requests.exceptions import RequestException
from twilio.request_validator import RequestValidator

from config.settings import Settings

TIMEOUT = (3.0, 10.0)  # seconds to connect and to answer, as short as the provider's patience


def call_webhook(settings: Settings, path: str, form: Mapping[str, str]) -> int | None:
    """Post a signed form to a path below PUBLIC_URL; the status of the answer, or None where there was none."""
    url = settings.public_url + path
    signature = RequestValidator(settings.twilio_auth_token).compute_signature(url, dict(form))
    with Session() as session:
        session.trust_env = settings.mode == "live"  # on one machine no proxy is between us and ourselves
        try:
            answer = session.post(
                url, data=form, headers={"X-Twilio-Signature": signature}, timeout=TIMEOUT, allow_redirects=False
            )
        except RequestException:
            return None
        return answer.status_code
