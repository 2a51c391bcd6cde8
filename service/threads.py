"""Threads: opened with a tag on one phone, carrying words to it, closed by DONE or by a day of rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service.outbox import Draft
from service.queues import open_items
from service.rules.local_time import to_local
from service.rules.setting import Setting
from service.staff_phones import send, staff_draft
from service.store.rows import Inbound, Outbound, Staff, Thread, Timer
from service.store.scene import Scene
from service.tags import choose_tag
from service.timers import cancel_timer, set_timer

QUIET = timedelta(hours=24)  # after its last words a thread closes, if nothing waits (DESIGN.md, relay)
LONGEST = 1500  # characters of one text; Twilio refuses a body of more than 1600 (error 21617), and a tag goes in front


@dataclass(frozen=True, slots=True)
class Carried:
    """Words to carry to a phone: the text of the service that holds them (slots `tag` and `words`), and what they came from.

    `ready_at` is when they may go, where that is not now.
    """

    key: str
    words: str
    inbound: Inbound | None = None
    escalation_id: UUID | None = None
    ready_at: datetime | None = None


def thread_with(scene: Scene, person: Staff, number_id: UUID) -> Thread | None:
    """The open thread between a number and a member of staff."""
    return next(
        (t for t in scene.all(Thread) if t.number_id == number_id and t.staff_id == person.id and t.closed_at is None),
        None,
    )


def open_thread(
    scene: Scene, setting: Setting, person: Staff, number_id: UUID, member_id: UUID | None, now: datetime
) -> tuple[Scene, Thread]:
    """The scene with the thread between a number and a member of staff under way, and that thread.

    One that is open goes on; a new one gets a tag that this phone has not had for seven days. The phone's number is guarded,
    so that nobody's untagged reply is decided on threads that have changed meanwhile.
    """
    found = thread_with(scene, person, number_id)
    if found is None:
        tag = choose_tag(tags_resting(scene, person))
        thread = Thread(setting.new_id(), member_id, number_id, person.id, person.number_id, tag, now, now)
        scene = scene.guard(person.number_id)
    else:
        thread = replace(found, last_words_at=now)
    return touched(scene, thread, now), thread


def touched(scene: Scene, thread: Thread, now: datetime) -> Scene:
    """The scene with a thread after its latest words; its day of rest begins again. The other number is guarded."""
    scene = scene.with_rows(replace(thread, last_words_at=now)).guard(thread.number_id)
    return set_timer(scene, "thread", thread.id, now + QUIET, number_id=thread.number_id)


def carry(scene: Scene, setting: Setting, person: Staff, thread: Thread, carried: Carried, now: datetime) -> Scene:
    """The scene with words posted to a phone under a thread's tag; long words are kept whole in several texts.

    The same message is carried to one thread once, however often a decision passes it on.
    """
    if carried.inbound is not None and _carries(scene, thread, carried.inbound):
        return scene
    for part in parts_of(_dated(setting, person, carried)):
        scene = send(scene, setting, person, _draft(setting, person, thread, replace(carried, words=part)), now)
    return scene


def parts_of(words: str) -> tuple[str, ...]:
    """Words cut into texts that the provider takes, at a space where there is one; none is lost."""
    parts: list[str] = []
    while len(words) > LONGEST:
        cut = words.rfind(" ", LONGEST // 2, LONGEST) + 1 or LONGEST
        parts.append(words[:cut].rstrip())
        words = words[cut:]
    return (*parts, words)


def close_thread(scene: Scene, thread: Thread, how: str, now: datetime) -> Scene:
    """The scene with a thread closed; its tag rests. Both numbers are guarded, since both sides' words go by it."""
    scene = scene.with_rows(replace(thread, closed_at=now, closed_how=how))
    return cancel_timer(scene, "thread", thread.id).guard(thread.staff_number_id, thread.number_id)


def tags_resting(scene: Scene, person: Staff) -> frozenset[str]:
    """The tags that this phone has or had within seven days."""
    known = (tag for number_id, tag in scene.fact("tags", ()) if str(number_id) == str(person.number_id))
    new = (thread.tag for thread in scene.all(Thread) if thread.staff_number_id == person.number_id)
    return frozenset((*known, *new))


def on_thread(scene: Scene, _setting: Setting, timer: Timer, now: datetime) -> Scene:
    """Close a thread after a day of rest; one whose member still waits for somebody stays open another day."""
    thread = scene.get(Thread, timer.subject)
    if thread is None or thread.closed_at is not None:
        return scene
    rests_until = thread.last_words_at + QUIET
    if now < rests_until:
        return set_timer(scene, "thread", thread.id, rests_until, number_id=thread.number_id)
    if open_items(scene, thread.number_id):
        return set_timer(scene, "thread", thread.id, now + QUIET, number_id=thread.number_id)
    return close_thread(scene, thread, "a day without words", now)


def _carries(scene: Scene, thread: Thread, inbound: Inbound) -> bool:
    return any(
        row.thread_id == thread.id and row.cause_id == inbound.id and row.number_id == thread.staff_number_id
        for row in scene.all(Outbound)
    )


def _dated(setting: Setting, person: Staff, carried: Carried) -> str:
    """The words, with the time at which they were written where they reached us late."""
    inbound = carried.inbound
    if inbound is None or not inbound.late:
        return carried.words
    written = to_local(inbound.received_at, person.zone).strftime("%Y-%m-%d %H:%M")
    return setting.texts.say("written_late", person.language, time=written, words=carried.words)


def _draft(setting: Setting, person: Staff, thread: Thread, carried: Carried) -> Draft:
    draft = staff_draft(setting, person, carried.key, tag=thread.tag, words=carried.words)
    return replace(
        draft, rule="relayed to the person who answers", thread_id=thread.id, escalation_id=carried.escalation_id,
        cause_id=None if carried.inbound is None else carried.inbound.id, ready_at=carried.ready_at,
    )  # fmt: skip


TIMER_HANDLERS = {"thread": on_thread}
