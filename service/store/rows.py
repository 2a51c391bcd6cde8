"""The rows of the database as frozen data.

Each class is one table and each field one column; `tables.py` derives the schema from them and `codec.py` the encoding.
Fields marked `Sealed` are plain text here and AES-GCM ciphertext in the database, bound to their table, column and row.
Times are aware and in UTC. A decision replaces whole rows: it takes what was gathered and changes fields of a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

SEALED = "sealed"
Sealed = Annotated[str, SEALED]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What all rows share: the name of their table and the columns that identify one of them."""

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]] = ("id",)
    ONCE: ClassVar[bool] = False  # rows that are only ever added

    @property
    def key(self) -> tuple[Any, ...]:
        """The values that identify this row within its table."""
        return tuple(getattr(self, name) for name in self.KEY)


@dataclass(frozen=True, slots=True)
class Number(Row):
    """A telephone number that ever wrote or was written to; its version guards every write about it."""

    TABLE: ClassVar[str] = "numbers"
    id: UUID
    blind: bytes  # HMAC-SHA256 of the number with the index key, for look-up
    number: Sealed  # E.164
    created_at: datetime
    version: int = 0  # 0: not in the database yet
    owner: str | None = None  # member | staff | None
    owner_id: UUID | None = None
    consent: str = "unknown"  # unknown | given | stopped | wrong
    consent_at: datetime | None = None
    memory: Json = field(default_factory=dict)  # small facts about answers already given, ISO times


@dataclass(frozen=True, slots=True)
class Member(Row):
    """A person who is walked beside."""

    TABLE: ClassVar[str] = "members"
    id: UUID
    number_id: UUID
    name: Sealed
    language: str
    zone: str
    created_at: datetime
    specialist_id: UUID | None = None
    window_start: str = "09:00"
    window_end: str = "20:00"
    per_day: int = 1
    per_week: int = 4
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    welcomed_at: datetime | None = None
    phone_seen_by: str | None = None  # me | maybe | unknown, the member's own answer


@dataclass(frozen=True, slots=True)
class Staff(Row):
    """A specialist, coordinator or supervisor."""

    TABLE: ClassVar[str] = "staff"
    id: UUID
    number_id: UUID
    name: Sealed
    role: str
    language: str
    zone: str
    created_at: datetime
    backup_id: UUID | None = None
    active: bool = True


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
    kind: str  # routine | answer | person | safety | consent | alert | staff
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


@dataclass(frozen=True, slots=True)
class Turn(Row):
    """How many conversations of one flow a member has begun, for the fact `turn`."""

    TABLE: ClassVar[str] = "turns"
    KEY: ClassVar[tuple[str, ...]] = ("member_id", "flow")
    member_id: UUID
    flow: str
    turn: int


@dataclass(frozen=True, slots=True)
class Thread(Row):
    """The human exchange between a member and the person who answers them, with its tag on that person's phone."""

    TABLE: ClassVar[str] = "threads"
    id: UUID
    member_id: UUID | None  # none for a number nobody knows yet
    number_id: UUID
    staff_id: UUID
    staff_number_id: UUID
    tag: str
    opened_at: datetime
    last_words_at: datetime
    closed_at: datetime | None = None
    closed_how: str | None = None


@dataclass(frozen=True, slots=True)
class QueueItem(Row):
    """Something that waits for a person: whose it is and since when. Only a person closes it."""

    TABLE: ClassVar[str] = "queue"
    id: UUID
    number_id: UUID
    why: str
    since: datetime
    member_id: UUID | None = None
    staff_id: UUID | None = None  # whose it is; none: the role's
    role: str = "specialist"
    tier: int = 0
    promised_at: datetime | None = None
    inbound_id: UUID | None = None
    thread_id: UUID | None = None
    escalation_id: UUID | None = None
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    closed_how: str | None = None


@dataclass(frozen=True, slots=True)
class Held(Row):
    """A staff reply that could have been meant for more than one thread: kept, asked back, sent to nobody."""

    TABLE: ClassVar[str] = "held"
    id: UUID
    staff_id: UUID
    staff_number_id: UUID
    inbound_id: UUID
    held_at: datetime
    settled_at: datetime | None = None
    settled_how: str | None = None


@dataclass(frozen=True, slots=True)
class Escalation(Row):
    """Something a person must take: raised, notified rung by rung, taken, closed with an outcome."""

    TABLE: ClassVar[str] = "escalations"
    id: UUID
    running: int  # the number people say: alert 4821
    number_id: UUID
    tier: int
    why: str
    raised_at: datetime
    member_id: UUID | None = None
    inbound_id: UUID | None = None
    said_stop: bool = False
    state: str = "open"  # open | taken | closed
    round: int = 0
    rung: int = 0
    next_at: datetime | None = None
    taken_by: UUID | None = None
    taken_at: datetime | None = None
    reminded: bool = False
    outcome: str | None = None
    closed_at: datetime | None = None
    closed_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Page(Row):
    """One member of staff told of one escalation, with the code that works from that phone alone."""

    TABLE: ClassVar[str] = "pages"
    KEY: ClassVar[tuple[str, ...]] = ("escalation_id", "staff_id")
    escalation_id: UUID
    staff_id: UUID
    staff_number_id: UUID
    code: Sealed
    told_at: datetime
    round: int = 0
    passed_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Schedule(Row):
    """One rule of a member's own for one flow: RFC 5545 on local time in the member's zone."""

    TABLE: ClassVar[str] = "schedules"
    id: UUID
    member_id: UUID
    number_id: UUID
    flow: str
    rule: str
    starts: str  # local time without zone, ISO
    revision: int = 1
    active: bool = True
    next_at: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class Ledger(Row):
    """One yes or no about contact, with its wording and proof; only appended."""

    TABLE: ClassVar[str] = "consent_ledger"
    ONCE: ClassVar[bool] = True
    id: UUID
    number_id: UUID
    at: datetime
    what: str  # given | stopped | restarted | wrong | crossed | confirmed
    how: str  # text | import | person | flow | provider
    wording: str = ""
    language: str = "en"
    inbound_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Audit(Row):
    """Something a person did or saw that must be answerable for later."""

    TABLE: ClassVar[str] = "audit"
    ONCE: ClassVar[bool] = True
    id: UUID
    at: datetime
    who: UUID | None
    what: str
    about: UUID | None = None
    detail: Json = field(default_factory=dict)


ROWS: tuple[type[Row], ...] = (
    Number, Member, Staff, Inbound, Outbound, Conversation, Turn, Thread, QueueItem,
    Held, Escalation, Page, Schedule, Timer, Ledger, Audit,
)  # fmt: skip
