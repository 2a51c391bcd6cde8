"""What passes through the provider: messages and calls, as values."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Origin = Literal["phone", "api", "reply", "provider"]
FINISHED = frozenset({"delivered", "undelivered", "failed", "received", "canceled"})


@dataclass(frozen=True, slots=True)
class Message:
    """One text. `origin` says who made it: a phone, the REST API, a TwiML reply, or the provider itself.

    `validity` is for how many seconds it may wait in the queue of its number.
    """

    sid: str
    origin: Origin
    sender: str
    recipient: str
    body: str
    status: str
    segments: int
    at: datetime
    updated: datetime
    sent: datetime | None = None
    callback: str | None = None
    service_sid: str | None = None
    error_code: int | None = None
    fault: str | None = None
    validity: int = 36_000

    @property
    def finished(self) -> bool:
        """Whether the status will not change any more."""
        return self.status in FINISHED


@dataclass(frozen=True, slots=True)
class Said:
    """One thing heard in a call: words with their language, or a note about what happened."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One voice call. `inbound` is as the provider sees it: from a phone to the organisation."""

    sid: str
    inbound: bool
    sender: str
    recipient: str
    status: str
    at: datetime
    updated: datetime
    said: tuple[Said, ...] = ()
    fault: str | None = None


def new_sid(prefix: str) -> str:
    """Make a provider id: two letters (SM, CA) and 32 hexadecimal digits."""
    return prefix + uuid.uuid4().hex
