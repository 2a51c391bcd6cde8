"""An inbound call, while no voice answers it: who called stands in a person's queue, once for each call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.conversations import Handlers
from service.handoffs import Passing
from service.rules.setting import Setting
from service.store.rows import Inbound, Staff
from service.store.scene import Scene


def note_call(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a call: with the caller's specialist, or with the coordinator where nobody knows the number."""
    member = scene.member
    specialist = None if member is None or member.specialist_id is None else scene.get(Staff, member.specialist_id)
    words = setting.texts.say("called", "en" if specialist is None else specialist.language)
    passing = Passing(
        "called", "specialist" if member else "coordinator", inbound, words, "on duty" if member else None
    )
    scene = handlers.pass_on(scene, setting, passing, now)
    return scene.with_rows(replace(inbound, state="settled", ends={"in": ["queue"]}))
