"""Whether a request comes from the provider: its signature over our own public address and the form it carries.

The address is the configured one, never what the request claims of itself (Host, X-Forwarded-*), and the body counts only
as a form: the library's validator would accept any JSON body beside an empty form (RELIABILITY.md 0, finding 6).
A signature has no time in it, so a repeated request passes here; what makes a repeat harmless is the provider's id.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import parse_qsl, quote

from flask import Request, Response, request
from flask.typing import ResponseReturnValue
from twilio.request_validator import RequestValidator

from config.settings import Settings

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

FORM = "application/x-www-form-urlencoded"
HEADER = "X-Twilio-Signature"
_SAFE = "/:@!$&'()*+,;=-._~"  # what stays as it is in a path (RFC 3986, section 3.3)


def require_signature(settings: Settings) -> Callable[..., Callable[[View[P]], View[P]]]:
    """A decorator for the views that the provider calls: `signed("MessageSid", "From")` above a view.

    The fields named must be there exactly once; others may come and go, as the provider adds some without notice. What is
    not signed, or not as it should be, gets an empty 403.
    """
    validator = RequestValidator(settings.twilio_auth_token)

    def signed(*fields: str) -> Callable[[View[P]], View[P]]:
        def decorate(view: View[P]) -> View[P]:
            @wraps(view)
            def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
                if is_genuine(validator, settings.public_url, request) and _has_once(request, fields):
                    return view(*args, **kwargs)
                return Response(status=403)

            guarded.requires_signature = True  # type: ignore[attr-defined]  # the architecture test looks for it
            return guarded

        return decorate

    return signed


def is_genuine(validator: RequestValidator, public_url: str, asked: Request) -> bool:
    """Whether the request was signed with our token for this address and this form."""
    signature = asked.headers.get(HEADER, "")
    if not signature or not signature.isascii() or asked.mimetype != FORM:
        return False
    address = public_url + raw_target(asked)
    if plainly_signed(validator.token, address, asked.get_data(), signature) is not None:
        return True
    try:
        return bool(validator.validate(address, asked.form, signature))
    except ValueError:  # a lone surrogate in a field cannot have been signed by anybody
        return False


def plainly_signed(token: bytes, address: str, body: bytes, signature: str) -> dict[str, str] | None:
    """The fields of a form in which no name comes twice, if the published rule gives this signature for it; else None.

    The library decides all else: it is asked about whatever is not let in here. It takes four times as long (docs/performance.md).
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
        fields = dict(pairs)
        joined = address + "".join([name + fields[name] for name in sorted(fields)])
        # The provider's rule asks for SHA-1; as an HMAC it still stands.
        made = base64.b64encode(hmac.digest(token, joined.encode(), "sha1"))
    except ValueError:
        return None
    return fields if len(fields) == len(pairs) and hmac.compare_digest(made, signature.encode()) else None


def raw_target(asked: Request) -> str:
    """Path and query as they were asked for; from the server where it keeps them, else encoded again."""
    raw = asked.environ.get("RAW_URI") or asked.environ.get("REQUEST_URI")
    if isinstance(raw, str) and raw.startswith("/"):
        return raw
    query = asked.query_string.decode("latin-1")
    return quote(asked.root_path.rstrip("/") + asked.path, safe=_SAFE) + (f"?{query}" if query else "")


def _has_once(asked: Request, fields: tuple[str, ...]) -> bool:
    return all(len(asked.form.getlist(field)) == 1 for field in fields)
