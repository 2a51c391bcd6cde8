"""Telling the author that their own words did not go, or that nobody knows: those are never sent twice by themselves."""

from __future__ import annotations

from datetime import datetime

from service.rules.setting import Setting
from service.staff_phones import tell
from service.store.rows import Timer
from service.store.scene import Scene

_TEXTS = {"stopped": "not_sent_stopped", "unsure": "not_sent"}
# Where the provider's code says more: sending the same words again would be in vain.
_BY_CODE = {
    "landline": "not_sent_number",
    "bad_number": "not_sent_number",
    "opted_out": "not_sent_stopped",
    "route": "not_sent_route",
    "content": "not_sent_words",
}


def on_not_sent(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """A timer's handler: tell the author on their phone, with the thread's tag. The fence is the reason, the tag, and a code if there is one."""
    why, tag, *codes = timer.fence.split(":")
    key = next((_BY_CODE.get(setting.errors.class_of(int(code))) for code in codes), None) or _TEXTS[why]
    return scene if scene.staff is None else tell(scene, setting, scene.staff, key, now, tag=tag)


def on_spend_cap(scene: Scene, setting: Setting, _timer: Timer, now: datetime) -> Scene:
    """A timer's handler: tell a coordinator that the segments of the day are used up, and what goes all the same."""
    return scene if scene.staff is None else tell(scene, setting, scene.staff, "spend_cap", now)


TIMER_HANDLERS = {"not sent": on_not_sent, "spend cap": on_spend_cap}
