"""Calls out to staff, where a text cannot tell them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from service.store.rows.base import Json, Row


@dataclass(frozen=True, slots=True)
class Call(Row):
    """One call to somebody of staff; a row before it is a request. What it says is made when it is answered."""

    TABLE: ClassVar[str] = "calls"
    ONCE: ClassVar[bool] = True  # decisions only add calls; placing them moves their state by itself
    id: UUID
    number_id: UUID
    kind: str  # alert | account: texts go out to nobody
    why: str  # landline: this phone gets no texts | account: nobody's does now
    language: str
    at: datetime
    ready_at: datetime
    round: int = 0  # of the escalation; of an incident, its lap and whose turn it is (service.alert_calls.LAP)
    escalation_id: UUID | None = None
    incident_id: UUID | None = None
    state: str = "queued"  # queued | sending | placed | ended | failed | unknown | withheld
    reason: Json = field(default_factory=dict)
    attempts: int = 0
    copies: int = 0  # how often it was placed again because the first time was uncertain
    sid: str | None = None
    claim: UUID | None = None
    claimed_at: datetime | None = None  # machine time of the last try
    lease_until: datetime | None = None  # machine time
    placed_at: datetime | None = None
    final_at: datetime | None = None
    ended: str | None = None  # the provider's word for how it ended
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Heard(Row):
    """What a call said at one step, and which keys were pressed before it: a repeat of the step hears the same again."""

    TABLE: ClassVar[str] = "heard"
    KEY: ClassVar[tuple[str, ...]] = ("call_id", "step")
    ONCE: ClassVar[bool] = True
    call_id: UUID
    step: int
    what: str  # the name of what was said; service/alert_calls.py has them all
    at: datetime
    keys: str = ""
