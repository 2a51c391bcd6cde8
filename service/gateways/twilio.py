"""Twilio's REST API: hand a text over, ask what became of it, list what it has.

All but the handing over goes through Twilio's own library; that alone is hot (docs/decisions/0009-a-wire-of-our-own.md).

Each call has a time-out (the library's default is none), nothing is tried again here (there is no idempotency key), and
three things are told apart: accepted, refused, and uncertain, when we cannot know which of the two it was.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from ssl import SSLCertVerificationError
from typing import Any, TypeVar

from requests import Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, SSLError

from config.settings import Settings
from config.twilio_errors import ErrorClass, TwilioErrors
from service.gateways.twilio_posting import Posting, open_posting, sid_of
from service.gateways.wire import NoAnswer, NotSent

T = TypeVar("T")

CONNECT, READ = 3.0, 10.0  # seconds
CONCURRENCY = 50  # requests in flight in one process, and so connections kept open
_PAGE = 500  # texts in one page of a long list
_LISTED = 50  # the provider lists the newest first; an uncertain text is minutes old at most
_SHORTEST, _LONGEST = 6, 36_000  # seconds that the provider takes as validity (RELIABILITY.md 1.3)


class TwilioRefused(Exception):
    """The provider did not take the request; `code` is its own or the HTTP status, `kind` says what to do about it."""

    def __init__(self, code: int, kind: ErrorClass) -> None:
        super().__init__(f"refused with {code} ({kind})")
        self.code = code
        self.kind = kind


class TwilioUncertain(Exception):
    """Nobody can tell from here whether the provider took the request."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took a text and gave it this id."""

    sid: str


@dataclass(frozen=True, slots=True)
class Known:
    """One text as the provider knows it; the body is empty where it was redacted."""

    sid: str
    sender: str
    to: str
    body: str
    status: str
    created: datetime
    error_code: int | None = None
    media: int = 0
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """One account and one number to send from; `posting` is the short way of a text, without it the library goes."""

    client: Client
    number: str
    errors: TwilioErrors
    posting: Posting | None = field(default=None, kw_only=True)

    def send(self, to: str, body: str, callback_url: str, validity: int) -> Accepted:
        """Hand a text over; `validity` is for how many seconds the provider may still send it.

        Raises TwilioRefused where it was not accepted and TwilioUncertain where that cannot be known.
        """
        seconds = min(max(validity, _SHORTEST), _LONGEST)
        if self.posting is not None:
            return self._post(self.posting, (to, self.number, body, callback_url, seconds))
        made = self._ask(
            lambda: self.client.messages.create(
                to=to, from_=self.number, body=body, status_callback=callback_url, validity_period=seconds
            )
        )
        return _accepted(made)

    def find(self, to: str, since: datetime) -> tuple[Known, ...]:
        """What was sent to a number since a moment, newest first. Raises like `send`, TwilioUncertain for no answer."""
        found = self._ask(lambda: self.client.messages.list(to=to, from_=self.number, limit=_LISTED, page_size=_LISTED))
        # The provider's times have whole seconds, so the second in which `since` lies counts.
        return tuple(item for item in map(_known, found) if item.created >= since.replace(microsecond=0))

    def received(self, since: datetime) -> tuple[Known, ...]:
        """What came in for our number since a moment, newest first. Raises like `find`."""
        return self._ask(lambda: self._listed(since, to=self.number))

    def sent(self, since: datetime) -> tuple[Known, ...]:
        """What our number sent since a moment, newest first, whoever it went to. Raises like `find`."""
        return self._ask(lambda: self._listed(since, from_=self.number))

    def fetch(self, sid: str) -> Known:
        """One text by its id. Raises like `find`."""
        return _known(self._ask(lambda: self.client.messages(sid).fetch()))

    def ask(self, call: Callable[[], T]) -> T:
        """Whatever else is asked of the provider's library. Raises like `find`."""
        return self._ask(call)

    def _listed(self, since: datetime, **whose: str) -> tuple[Known, ...]:
        """Page after page, newest first, until what is older; the provider's own filter knows whole days only."""
        second = since.astimezone(UTC).replace(microsecond=0)
        day = second.replace(hour=0, minute=0, second=0)
        found = self.client.messages.stream(date_sent_after=day, page_size=_PAGE, **whose)
        return tuple(takewhile(lambda item: item.created >= second, map(_known, found)))

    def _post(self, posting: Posting, text: tuple[str, str, str, str, int]) -> Accepted:
        try:
            answer = posting.post(*text)
        except NotSent:
            raise TwilioRefused(0, "temporary") from None
        except (NoAnswer, ValueError):
            raise TwilioUncertain("the provider did not answer") from None
        sid = sid_of(answer)
        return Accepted(sid) if sid else _accepted(self._ask(lambda: posting.as_the_library(answer)))

    def _ask(self, call: Callable[[], T]) -> T:
        # Errors of the library carry addresses with numbers in them: none is chained, so that none is logged.
        try:
            return call()
        except (TwilioRestException, TwilioServiceException) as refused:
            raise self._refusal(refused) from None
        except RequestException as failed:
            if _never_left(failed):
                raise TwilioRefused(0, "temporary") from None
            raise TwilioUncertain("the provider did not answer") from None
        except TwilioException as failed:
            raise self._unlisted(failed) from None
        except (json.JSONDecodeError, TypeError, KeyError, AttributeError, ValueError):
            raise TwilioUncertain("the provider's answer cannot be read") from None

    def _unlisted(self, failed: TwilioException) -> TwilioRefused | TwilioUncertain:
        """What the library makes of a list that was refused: the answer as it came is in its error, and nowhere else."""
        answer = failed.args[1] if len(failed.args) > 1 else None
        status = getattr(answer, "status_code", None)
        if not isinstance(status, int):
            return TwilioUncertain("the provider's answer cannot be read")
        return self._refusal(TwilioRestException(status, "", code=_code_in(str(getattr(answer, "text", "")))))

    def _refusal(self, refused: Any) -> TwilioRefused | TwilioUncertain:  # noqa: ANN401 - the library has no types
        status = refused.status if isinstance(refused.status, int) else 500
        if status >= 500 or status < 400:
            return TwilioUncertain(f"the provider answered {status}")
        code = refused.code if isinstance(refused.code, int) else status
        return TwilioRefused(code, _class_of(self.errors, code, status))


def open_provider(settings: Settings, number: str, errors: TwilioErrors, read: float = READ) -> Provider:
    """The account of the settings, sending from `number`; connections are opened when needed, one for each in flight."""
    http = TwilioHttpClient(logger=_silent())
    http.timeout = (CONNECT, read)
    http.session = _session(trust=settings.twilio_api_url is None)
    client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)
    if settings.twilio_api_url is not None:
        client.api.base_url = client.messaging.base_url = settings.twilio_api_url
    return Provider(client, number, errors, posting=open_posting(client, http.session, CONNECT, read))


def _accepted(made: Any) -> Accepted:  # noqa: ANN401 - the library has no types
    if not isinstance(made.sid, str) or not made.sid:
        raise TwilioUncertain("the answer has no id")
    return Accepted(made.sid)


def _session(*, trust: bool) -> Session:
    session = Session()
    session.trust_env = trust  # an address of our own choosing needs no proxy
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=CONCURRENCY, max_retries=0))
    return session


def _silent() -> logging.Logger:
    """The library logs addresses and parameters, which are people's numbers: to nobody."""
    return logging.Logger("peerline.silent", logging.CRITICAL)  # noqa: LOG001 - one that no handler hears


def _known(found: Any) -> Known:  # noqa: ANN401 - the library has no types
    code = found.error_code
    return Known(
        str(found.sid), str(found.from_), str(found.to), str(found.body or ""), _word(found.status),
        found.date_created, int(code) if code else None, _count(found.num_media), _word(found.direction),
    )  # fmt: skip


def _count(media: object) -> int:
    return int(str(media)) if str(media).isdecimal() else 0


def _word(status: Any) -> str:  # noqa: ANN401 - a string or a member of the library's enumeration
    return str(getattr(status, "value", status))


def _code_in(text: str) -> int | None:
    """The provider's code in an answer; None where it has none."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, int) else None


def _never_left(failed: RequestException) -> bool:
    """Whether no connection was made, or nobody vouched for it, so that the provider cannot have seen the request."""
    if isinstance(failed, ConnectTimeout):
        return True
    inner = failed.args[0] if isinstance(failed, NotConnected) and failed.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    if isinstance(reason, SSLError):  # a certificate is read in the handshake alone; other errors of TLS may come later
        return bool(reason.args) and isinstance(reason.args[0], SSLCertVerificationError)
    return isinstance(reason, (NewConnectionError, NameResolutionError))


def _class_of(errors: TwilioErrors, code: int, status: int) -> ErrorClass:
    listed = errors.class_of(code)
    if listed == "other" and status == 429:
        return "temporary"
    return "account" if listed == "other" and status in (401, 403) else listed
