"""Silence: what a flow does when nobody answered, in the member's time; never a reproach, and never outside their window."""

from __future__ import annotations

from datetime import datetime

from service.conversations import Handlers, go_on, silent
from service.holding import may_write_unasked
from service.rules.kinds import UNASKED
from service.rules.setting import Setting
from service.store.rows import Outbound, Timer
from service.store.scene import Scene
from service.timers import set_timer


def on_silence(scene: Scene, setting: Setting, handlers: Handlers, timer: Timer, now: datetime) -> Scene:
    """The scene when a conversation's wait has run out; what it would say waits for the window and the caps."""
    conversation, member = scene.conversation, scene.member
    if (
        conversation is None
        or member is None
        or conversation.id != timer.subject
        or timer.fence != str(conversation.fence)
    ):
        return scene
    after = go_on(scene, setting, handlers, silent(conversation.fence, now))
    later = may_write_unasked(scene, setting, member, conversation.kind, now)
    if later is None or not _says_something(after):
        return after
    return set_timer(scene, "silence", conversation.id, later, timer.fence)


def _says_something(scene: Scene) -> bool:
    return any(isinstance(row, Outbound) and row.kind in UNASKED for row in scene.changed.values())
