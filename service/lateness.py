"""Texts that reached us late: what they say counts as of when it was written, and no flow takes them for an answer to today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from service.conversations import Handlers
from service.handoffs import Passing
from service.outbox import Draft, post
from service.rules.setting import Setting
from service.store.rows import Inbound, Outbound
from service.store.scene import Scene, since

LATE = timedelta(hours=1)  # after which somebody wonders why nobody answers, and is told
ONCE = timedelta(days=1)  # one such text for an outage, however much was written in it
# What goes out all the same where an older database was restored: at most twice by the table of promises, or never again wrong.
ALWAYS = frozenset({"alert", "safety", "consent"})


def is_stale(scene: Scene, inbound: Inbound, now: datetime) -> bool:
    """Whether a text that came late is too late to be an answer: it is old, or something happened since it was written."""
    if not inbound.late:
        return False
    asked = None if scene.conversation is None else scene.conversation.started_at
    return now - inbound.received_at > LATE or _is_after(asked, inbound) or _is_after(_last_in(scene), inbound)


def take_late(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    """The scene with a member's late words in a person's queue; after more than an hour the member is told so, once."""
    member = scene.member
    scene = handlers.pass_on(scene, setting, Passing("late", "specialist", inbound, inbound.body), now)
    told = since(scene, "late_at")
    if member is None or now - inbound.received_at <= LATE or (told is not None and now - told < ONCE):
        return scene
    scene = scene.with_rows(replace(scene.number, memory={**scene.number.memory, "late_at": now.isoformat()}))
    text = setting.texts.say("message_late", member.language, org=setting.organisation.name)
    draft = Draft(scene.number.id, "answer", text, member.language, "their text reached us late", cause_id=inbound.id)
    return post(scene, setting, draft, now)


def hold_repeats(before: Scene, after: Scene, now: datetime) -> Scene:
    """The scene with new texts withheld that may have gone out already, because an older database was restored.

    What came in since is read again, so that nothing is lost; whoever it was for had it from the service as it was then.
    """
    held = [
        replace(row, state="withheld", final_at=now, reason={**row.reason, "withdrawn": RESTORED})
        for row in after.all(Outbound)
        if row.state == "queued" and row.kind not in ALWAYS and before.get(Outbound, row.id) is None
    ]
    return after.with_rows(*held)


RESTORED = "an older database was restored, and it may have gone out already"


def _is_after(moment: datetime | None, inbound: Inbound) -> bool:
    return moment is not None and moment > inbound.received_at


def _last_in(scene: Scene) -> datetime | None:
    last = scene.fact("last_in_at")
    return None if last is None else datetime.fromisoformat(last)
