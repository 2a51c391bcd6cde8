"""Future events become rows: one timer for each kind and subject, with a fence so that a stale one does nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from service.store.rows import Timer
from service.store.scene import Scene

NEXT_CALL = "no texts go out"  # about an entry in the queue: the provider refuses the account, and who is called next

# Every kind of timer and its lane; safety is always looked at first.
LANES = {
    "rung": 0, "outcome": 0, "page failed": 0, "unsettled": 0,
    "check-in": 1, "welcome": 1, "silence": 1, "promise": 1, "resume": 1, "thread": 1,
    "content refused": 1, NEXT_CALL: 0,
}  # fmt: skip


def set_timer(
    scene: Scene, kind: str, subject: UUID, due_at: datetime, fence: str = "", number_id: UUID | None = None
) -> Scene:
    """The scene with a timer of this kind for this subject, replacing the one it had; about `number_id`, else the scene's number."""
    return scene.with_rows(timer_of(scene, kind, subject, due_at, fence, number_id))


def timer_of(
    scene: Scene, kind: str, subject: UUID, due_at: datetime, fence: str = "", number_id: UUID | None = None
) -> Timer:
    """The row of that timer, for a decision that adds it together with others."""
    return Timer(kind, subject, number_id or scene.number.id, due_at, LANES[kind], fence)


def cancel_timer(scene: Scene, kind: str, subject: UUID) -> Scene:
    """The scene without this timer."""
    return scene.cancel((kind, subject))
