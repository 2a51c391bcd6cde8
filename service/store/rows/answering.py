"""Where people answer people: threads, the queue, held words, escalations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from service.store.rows.base import Row, Sealed


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
    """Something that waits for a person: whose it is and since when. Only a person closes it; one about the account ends with that."""

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
    late_at: datetime | None = None  # since when others are told, as nothing has left for this phone yet
    unreached_at: datetime | None = (
        None  # when the supervisors were told that nothing reaches this phone: once for an alert
    )
