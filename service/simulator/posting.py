"""Posting to the service as Twilio does: signed over the public address, with its time limits and retries."""

import base64
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urlencode

import urllib3

from service.simulator.options import Options

Form = Mapping[str, str]
_STATUSES = {"4xx": range(400, 500), "5xx": range(500, 600), "all": range(400, 600)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is None when nothing did, and then `failure` says why: connect, timeout or broken."""

    status: int | None
    text: str = ""
    failure: str = ""

    @property
    def ok(self) -> bool:
        """Whether the service took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def error_code(self) -> int:
        """The provider's code for what went wrong: no answer in time or none at all (11205), or one that is no success (11200)."""
        return 11205 if self.status is None else 11200


class NotOurs(ValueError):
    """A URL outside the service's public address; the simulator posts to nobody else."""


def sign(token: str, address: str, form: Form) -> str:
    """Sign a request: base64 of HMAC-SHA1 over the address and every name and value, sorted by name.

    Written here once more rather than taken from the library that the service checks it with, so that the two sides
    of the wire do not share a mistake (https://www.twilio.com/docs/usage/security#validating-requests).
    """
    signed = address + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode("utf-8", "replace"), "sha1")).decode()


class Poster:
    """Posts signed forms to the service. Safe to use from several threads."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._pool = urllib3.PoolManager(maxsize=16, retries=False)

    def post(self, url: str, form: Form, *, repeat: bool = False) -> Answer:
        """Post a form to one of the service's public URLs and wait for the answer, at most 15 seconds in all.

        A fragment such as #rc=2&rp=5xx sets retries as Twilio's connection overrides do; it is not signed and not sent.
        Without one, a connection that could not be made is tried once more and nothing else is. Raises NotOurs.
        """
        address, fragment = urldefrag(url)
        limits = _read_limits(fragment)
        until = time.monotonic() + limits.total
        answer = self._post_once(address, form, limits, until, repeat=repeat)
        for _ in range(limits.retries):
            if not limits.wants_retry(answer) or time.monotonic() >= until:
                break
            answer = self._post_once(address, form, limits, until, repeat=True)
        return answer

    def post_path(self, path: str, form: Form, *, repeat: bool = False) -> Answer:
        """Post to a path of the service."""
        return self.post(self._options.public_url + path, form, repeat=repeat)

    def _post_once(self, address: str, form: Form, limits: "Limits", until: float, *, repeat: bool) -> Answer:
        left = max(0.1, until - time.monotonic())
        try:
            response = self._pool.urlopen(
                "POST",
                self._reachable(address),
                body=urlencode(form),
                headers=self._headers(address, form, repeat=repeat),
                timeout=urllib3.Timeout(connect=min(limits.connect, left), read=min(limits.read, left)),
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as problem:
            return Answer(None, failure=_name_failure(problem))
        return Answer(response.status, response.data.decode("utf-8", "replace"))

    def _headers(self, address: str, form: Form, *, repeat: bool) -> dict[str, str]:
        headers = {
            "X-Twilio-Signature": sign(self._options.auth_token, address, form),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        if repeat:
            headers["I-Twilio-Idempotency-Token"] = form.get("MessageSid") or form.get("CallSid") or ""
        return headers

    def _reachable(self, address: str) -> str:
        public = self._options.public_url
        if address != public and not address.startswith((public + "/", public + "?")):
            msg = f"{address} is not under {public}"
            raise NotOurs(msg)
        return self._options.service + address[len(public) :]


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits in seconds and what is tried again; Twilio's defaults (connection overrides: ct, rt, tt, rc, rp)."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})

    def wants_retry(self, answer: Answer) -> bool:
        """Tell whether the policy tries again after this answer."""
        if answer.status is not None:
            return any(answer.status in _STATUSES.get(policy, ()) for policy in self.policies)
        return bool(self.policies & {"all", "ct" if answer.failure == "connect" else "rt"})


def _read_limits(fragment: str) -> Limits:
    given = dict(parse_qsl(fragment))
    limits = Limits()
    return Limits(
        connect=float(given.get("ct", limits.connect * 1000)) / 1000,
        read=float(given.get("rt", limits.read * 1000)) / 1000,
        total=min(15.0, float(given.get("tt", limits.total * 1000)) / 1000),
        retries=min(5, int(given.get("rc", limits.retries))),
        policies=frozenset(given.get("rp", "ct").split(",")),
    )


def _name_failure(problem: urllib3.exceptions.HTTPError) -> str:
    if isinstance(problem, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)):
        return "connect"
    return "timeout" if isinstance(problem, urllib3.exceptions.TimeoutError) else "broken"
