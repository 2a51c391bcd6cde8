"""People, their numbers, what they decided, and what was done about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from service.store.rows.base import Json, Row, Sealed


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
    windows: Json = field(default_factory=dict)  # other hours by weekday, "0" is Monday: [begin, end], or null


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
class Schedule(Row):
    """One rule of a member's own for one flow: RFC 5545 on local time in the member's zone.

    One that hangs on a date has the rule of a single moment, which is worked out anew when the date moves.
    """

    TABLE: ClassVar[str] = "schedules"
    id: UUID
    member_id: UUID
    number_id: UUID
    flow: str
    rule: str
    starts: str  # local time without zone, ISO
    revision: int = 1
    active: bool = True
    next_at: datetime | None = None  # the rule's own next moment; the timer says when it is acted on
    kind: str = "routine"  # routine | time-bound
    spread: int = 0  # minutes after the moment within which it speaks
    unless_heard: bool = False  # not on a day on which they wrote
    skip_holidays: bool = False  # not on a holiday of the organisation
    date_id: UUID | None = None  # what it hangs on: the same for all schedules of one date
    date_at: str | None = None  # local time of that date, without zone, ISO
    relative: str | None = None  # how far from it: 2 days before at 12:00
    last_at: datetime | None = None  # when it last spoke
    regular: bool = False  # the one that members.csv and the member's own choice set; others stand beside it
    removed: bool = False  # somebody ended it by hand: it never speaks again


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
