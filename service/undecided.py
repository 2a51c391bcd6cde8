"""A text that could not be decided: kept with the least that is needed, and told of at once where its words may be of danger.

What decided it is broken, so as few parts as possible are used here: the lexicon reads the words, an escalation is written, and
the ladder tells of it as soon as somebody looks at what is due. A part that fails as well takes nothing away from the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from service.escalations import is_told_of, raise_undecided
from service.handoffs import Raising
from service.rules.canary import is_canary
from service.rules.risk import UNSCREENED, Risk, screen
from service.rules.service_words import read_command
from service.rules.setting import Setting
from service.safety import Danger, danger_of
from service.store.rows import Inbound, QueueItem
from service.store.scene import NotGathered, Scene
from service.timers import set_timer

AGAIN = timedelta(minutes=1)  # until what is undecided is taken up again; twice as long each time
TRIES = 5  # times that it is taken up before it rests with the person who was told

log = structlog.get_logger()


def keep_undecided(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene with a message stored unsettled, somebody to look at it, and a timer to try again.

    Where it may be of danger an alert is raised. Raises NotGathered where that cannot be said on a narrow scene.
    """
    scene = scene.with_rows(replace(inbound, state="unsettled", ends=_ends(inbound, "queue")))
    if not any(item.inbound_id == inbound.id and item.why == "unread" for item in scene.all(QueueItem)):
        scene = scene.with_rows(_entry(scene, setting, inbound, now))
    return set_timer(alert_undecided(scene, setting, inbound, now), "unsettled", inbound.id, now + AGAIN)


def try_again_later(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a message could not be decided once more: told of if it was not yet, and tried again a few times."""
    again = replace(inbound, tries=inbound.tries + 1)
    scene = alert_undecided(scene.with_rows(again), setting, again, now)
    due = now + AGAIN * 2**again.tries
    return scene if again.tries >= TRIES else set_timer(scene, "unsettled", inbound.id, due)


def alert_undecided(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene with an alert about a message whose words are of danger, or cannot be read; one for each message.

    Raises nothing but NotGathered: where no alert can be raised the message waits as it did.
    """
    if is_told_of(inbound) or inbound.kind != "text" or is_canary(scene.number.number, inbound.body):
        return scene
    danger = _danger_in(setting, inbound.body)
    if danger is None:
        return scene
    try:
        return _alerted(scene, setting, inbound, danger, now)
    except NotGathered:
        raise
    except Exception:
        log.exception("no alert could be raised about a text that could not be decided", sid=inbound.sid)
        return scene


def still_told_of(scene: Scene, before: Inbound) -> Scene:
    """The scene after a message was decided in the end: that its alert had been raised stays on it."""
    settled = scene.get(Inbound, before.id)
    if settled is None or not is_told_of(before) or is_told_of(settled):
        return scene
    return scene.with_rows(replace(settled, ends=_ends(settled, "alert")))


def _entry(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> QueueItem:
    member = scene.member
    return QueueItem(
        setting.new_id(), scene.number.id, "unread", now, None if member is None else member.id,
        None if member is None else member.specialist_id, "specialist" if member else "coordinator",
        tier=2, inbound_id=inbound.id,
    )  # fmt: skip


def _danger_in(setting: Setting, words: str) -> Danger | None:
    """The danger in words by the lexicon, or by NOW; what cannot be read counts as danger (RELIABILITY.md 3.3)."""
    risk: Risk
    try:
        risk, command = screen(setting.lexicon, words), read_command(setting.words, words)
        return danger_of(risk, None if command is None else command.word)
    except Exception:  # noqa: BLE001 - a screen that fails must alert, never pass
        return danger_of(UNSCREENED, None)


def _alerted(scene: Scene, setting: Setting, inbound: Inbound, danger: Danger, now: datetime) -> Scene:
    why = ", ".join(("unscreened: the text could not be decided", *danger.rules))
    raising = Raising(danger.tier, why, inbound, scene.number.consent == "stopped")
    scene = raise_undecided(scene, setting, raising, now)
    kept = scene.get(Inbound, inbound.id) or inbound
    verdict = {"tier": danger.tier, "categories": list(danger.categories), "rules": list(danger.rules)}
    return scene.with_rows(replace(kept, ends=_ends(kept, "alert", "queue"), verdict=verdict))


def _ends(inbound: Inbound, *more: str) -> dict[str, Any]:
    """What a message ended in, with more."""
    ends: Sequence[str] = inbound.ends.get("in", ())
    return {**inbound.ends, "in": sorted({*ends, *more})}
