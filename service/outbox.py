"""What is to be said becomes rows: every outbound message is a row, with its reason, before it is a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.rules.segments import count_segments
from service.rules.setting import Setting
from service.store.rows import Outbound
from service.store.scene import Scene

LANES = {"safety": 0, "alert": 0, "consent": 0, "person": 1, "staff": 1, "answer": 1, "routine": 2}

# How long each kind may wait for the provider before it is stale and not sent any more (RELIABILITY.md 1.3). A routine text
# an hour late arrives at the wrong moment of a life; a confirmation of a STOP is due in five minutes (47 CFR 64.1200(a)(12)).
# People's words and what concerns safety do not go stale.
STALE = {"routine": timedelta(hours=1), "answer": timedelta(hours=4), "consent": timedelta(minutes=5)}


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


def post(scene: Scene, setting: Setting, draft: Draft, now: datetime) -> Scene:
    """The scene with one more message queued, its reason kept on it."""
    return scene.with_rows(_row(setting, draft, now, "queued"))


def withhold(scene: Scene, setting: Setting, draft: Draft, now: datetime) -> Scene:
    """The scene with a message that is not sent, so that `explain` can tell why it was not."""
    return scene.with_rows(_row(setting, draft, now, "withheld"))


def _row(setting: Setting, draft: Draft, now: datetime, state: str) -> Outbound:
    size = count_segments(draft.body)
    ready = draft.ready_at or now
    stale = STALE.get(draft.kind)
    return Outbound(
        id=setting.new_id(), number_id=draft.number_id, kind=draft.kind, lane=LANES[draft.kind], body=draft.body,
        language=draft.language, at=now, ready_at=ready, expires_at=None if stale is None else ready + stale, state=state,
        reason={"rule": draft.rule, **draft.because}, cause_id=draft.cause_id, conversation_id=draft.conversation_id,
        thread_id=draft.thread_id, escalation_id=draft.escalation_id, author_id=draft.author_id,
        segments=size.segments, encoding=size.encoding, final_at=now if state == "withheld" else None,
    )  # fmt: skip
