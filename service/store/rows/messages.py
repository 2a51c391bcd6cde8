"""Messages in and out, conversations, and what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from service.store.rows.base import Json, Row, Sealed


@dataclass(frozen=True, slots=True)
class Inbound(Row):
    """One text or call that came in, once for each of the provider's ids."""

    TABLE: ClassVar[str] = "inbound"
    id: UUID
    sid: str
    number_id: UUID
    to_number: str
    body: Sealed
    received_at: datetime
    media: int = 0
    state: str = "settled"  # settled | unsettled
    ends: Json = field(default_factory=dict)  # what it ended in: consent, flow, queue, relay, alert …
    verdict: Json = field(default_factory=dict)  # what was read in it: consent, word, tier, rule ids
    late: bool = False
    tries: int = 0
    kind: str = "text"  # text | call


@dataclass(frozen=True, slots=True)
class Outbound(Row):
    """One text to send; a row before it is a request."""

    TABLE: ClassVar[str] = "outbound"
    ONCE: ClassVar[bool] = True  # what is sent is never rewritten; delivery moves its state by itself
    id: UUID
    number_id: UUID
    kind: str  # see service.rules.kinds
    lane: int  # 0 safety and alerts, 1 people and answers, 2 routine
    body: Sealed
    language: str
    at: datetime
    ready_at: datetime
    expires_at: datetime | None = None
    state: str = "queued"
    reason: Json = field(default_factory=dict)
    cause_id: UUID | None = None
    conversation_id: UUID | None = None
    thread_id: UUID | None = None
    escalation_id: UUID | None = None
    author_id: UUID | None = None
    segments: int = 1
    encoding: str = "gsm7"
    attempts: int = 0
    copies: int = 0  # how often it was handed over again because the first time was uncertain
    sid: str | None = None
    lease_until: datetime | None = None  # machine time
    claim: UUID | None = None
    claimed_at: datetime | None = None  # machine time of the last try
    sent_at: datetime | None = None
    final_at: datetime | None = None
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Conversation(Row):
    """One member's walk through one version of one flow."""

    TABLE: ClassVar[str] = "conversations"
    id: UUID
    member_id: UUID
    number_id: UUID
    flow: str
    versions: Json  # flow name -> version, fixed when it begins
    session: Sealed  # the engine's session as JSON
    started_at: datetime
    started_by: str  # schedule | welcome | rough day | person
    state: str = "open"  # open | ended
    ended_at: datetime | None = None
    fence: int = 0
    kind: str = "routine"  # of what it says unasked: routine | time-bound
    until_at: datetime | None = None  # the date after which a reminder says nothing more
    schedule_id: UUID | None = None  # what began it


@dataclass(frozen=True, slots=True)
class Turn(Row):
    """How many conversations of one flow a member has begun, for the fact `turn`."""

    TABLE: ClassVar[str] = "turns"
    KEY: ClassVar[tuple[str, ...]] = ("member_id", "flow")
    member_id: UUID
    flow: str
    turn: int


@dataclass(frozen=True, slots=True)
class Timer(Row):
    """Something due at a time; one for each kind and subject."""

    TABLE: ClassVar[str] = "timers"
    KEY: ClassVar[tuple[str, ...]] = ("kind", "subject")
    kind: str
    subject: UUID
    number_id: UUID
    due_at: datetime
    lane: int = 1  # 0 safety, 1 routine
    fence: str = ""
    failures: int = 0
    aside: bool = False
