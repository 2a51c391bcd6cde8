"""A number that nobody knows: one polite answer a day, a place in the coordinator's queue, and never a dead end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from service.conversations import Handlers
from service.handoffs import Passing, words_of
from service.outbox import Draft, post
from service.rules.setting import Setting
from service.store.rows import Inbound
from service.store.scene import Scene, since

A_DAY = timedelta(days=1)
_LONG = re.compile(r"\+[0-9]{7,15}")  # anything else is a short code or a name, which never gets an answer


def meet(
    scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime, *, answered: bool
) -> Scene:
    """The scene after a stranger's text: in the coordinator's queue, politely answered at most once a day.

    Where something else has `answered` them already (a safety text, a confirmation), this answer is left out.
    """
    scene = handlers.pass_on(
        scene, setting, Passing("stranger", "coordinator", inbound, words_of(scene, setting, inbound)), now
    )
    if (
        answered
        or scene.number.consent == "stopped"
        or not _LONG.fullmatch(scene.number.number)
        or _answered_today(scene, now)
    ):
        return scene
    scene = scene.with_rows(replace(scene.number, memory={**scene.number.memory, "polite_at": now.isoformat()}))
    text = setting.texts.say("stranger", "en", org=setting.organisation.name)
    return post(
        scene,
        setting,
        Draft(scene.number.id, "answer", text, "en", "one polite answer a day", cause_id=inbound.id),
        now,
    )


def _answered_today(scene: Scene, now: datetime) -> bool:
    at = since(scene, "polite_at")
    return at is not None and now - at < A_DAY
