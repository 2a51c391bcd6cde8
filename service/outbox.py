"""What is to be said becomes rows: every outbound message is a row, with its reason, before it is a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from service.rules.kinds import KINDS, lane_of
from service.rules.segments import count_segments
from service.rules.setting import Means, Setting
from service.store.rows import Outbound
from service.store.scene import Scene

LANES = {name: kind.lane for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Draft:
    """One text to somebody: its kind (see LANES), words, language, why it goes, and what it belongs to."""

    number_id: UUID
    kind: str
    body: str
    language: str
    rule: str  # the rule that lets it go out or holds it, kept as its reason
    because: dict[str, Any] = field(default_factory=dict)
    cause_id: UUID | None = None
    conversation_id: UUID | None = None
    thread_id: UUID | None = None
    escalation_id: UUID | None = None
    author_id: UUID | None = None
    ready_at: datetime | None = None
    expires_at: datetime | None = None  # earlier than its kind would have it


def post(scene: Scene, setting: Setting, draft: Draft, now: datetime) -> Scene:
    """The scene with one more message queued, its reason kept on it."""
    return scene.with_rows(_row(setting, draft, now, "queued"))


def withhold(scene: Scene, setting: Means, draft: Draft, now: datetime) -> Scene:
    """The scene with a message that is not sent, so that `explain` can tell why it was not."""
    return scene.with_rows(_row(setting, draft, now, "withheld"))


def _row(setting: Means, draft: Draft, now: datetime, state: str) -> Outbound:
    size = count_segments(draft.body)
    ready = draft.ready_at or now
    stale = KINDS[draft.kind].stale
    ends = [at for at in (None if stale is None else ready + stale, draft.expires_at) if at is not None]
    return Outbound(
        id=setting.new_id(), number_id=draft.number_id, kind=draft.kind, lane=lane_of(draft.kind, of_alert=draft.escalation_id is not None), body=draft.body,
        language=draft.language, at=now, ready_at=ready, expires_at=min(ends, default=None), state=state,
        reason={"rule": draft.rule, **draft.because}, cause_id=draft.cause_id, conversation_id=draft.conversation_id,
        thread_id=draft.thread_id, escalation_id=draft.escalation_id, author_id=draft.author_id,
        segments=size.segments, encoding=size.encoding, final_at=now if state == "withheld" else None,
    )  # fmt: skip
