"""A person's words to a member: delivered to whom they are meant for, or held and asked back; never guessed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from service.braking import person_wrote
from service.outbox import Draft, post, withhold
from service.queues import answered
from service.rules.setting import Setting
from service.staff_phones import tell
from service.store.rows import Held, Inbound, Member, Number, Staff, Thread
from service.store.scene import Scene
from service.tags import read_tag
from service.threads import close_thread, parts_of, touched

OVERLAP = timedelta(minutes=10)  # a thread open within this may be the one that is meant (DESIGN.md, relay)
HELD = timedelta(hours=12)  # a tag alone sends what was held on the same day's work, nothing older
_SPACES = re.compile(r"\s+")


def deliver(
    scene: Scene, setting: Setting, person: Staff, thread: Thread, words: str, inbound: Inbound, now: datetime
) -> tuple[Scene, str]:
    """The scene after a person's words went to a thread, and what became of them: `sent`, or `not sent` to who said stop.

    The other side's number is guarded: a STOP that comes at the same moment is seen. Words sent answer what waited.
    """
    number = scene.get(Number, thread.number_id)
    draft = _signed(scene, person, thread, words, inbound)
    if number is None or number.consent == "stopped":
        scene = withhold(scene, setting, replace(draft, rule="they said stop"), now).guard(thread.number_id)
        return tell(scene, setting, person, "not_sent_stopped", now, tag=thread.tag), "not sent"
    for part in parts_of(draft.body):
        scene = post(scene, setting, replace(draft, body=part), now)
    scene = person_wrote(touched(scene, thread, now), thread.number_id, now)
    scene = answered(scene, thread.number_id, person.id, "a person answered", now)
    return scene, "sent"


def done(scene: Scene, setting: Setting, person: Staff, thread: Thread, now: datetime) -> Scene:
    """The scene after `DONE tag`: the thread is closed, and the person says with it that nothing waits any more."""
    scene = answered(close_thread(scene, thread, "done", now), thread.number_id, person.id, "done", now)
    return tell(scene, setting, person, "thread_closed", now, tag=thread.tag)


def meant_without_tag(scene: Scene, person: Staff, now: datetime) -> Thread | None:
    """The thread that words without a tag are for: the one open thread, if no other was open here for ten minutes."""
    lately = [t for t in _threads(scene, person) if t.closed_at is None or t.closed_at > now - OVERLAP]
    return lately[0] if len(lately) == 1 and lately[0].closed_at is None else None


def open_threads(scene: Scene, person: Staff) -> tuple[Thread, ...]:
    """The threads open on this person's phone."""
    return tuple(thread for thread in _threads(scene, person) if thread.closed_at is None)


def thread_tagged(scene: Scene, person: Staff, tag: str) -> Thread | None:
    """The thread open on this phone under a tag."""
    return next((thread for thread in open_threads(scene, person) if thread.tag == tag), None)


def hold(scene: Scene, setting: Setting, person: Staff, inbound: Inbound, now: datetime) -> Scene:
    """The scene with a reply kept that could be meant for more than one, or for a tag that is not open here."""
    return scene.with_rows(Held(setting.new_id(), person.id, person.number_id, inbound.id, now))


def tags_said(scene: Scene, person: Staff) -> str:
    """The tags open on this phone as they stand in a text."""
    return " ".join(thread.tag for thread in open_threads(scene, person)) or "-"


def send_held(scene: Scene, setting: Setting, person: Staff, thread: Thread, now: datetime) -> tuple[Scene, str]:
    """The scene after a tag alone: the words that were held go there, and what became of them.

    Only one reply held today is surely meant. Of several, or of an old one, nothing is sent: they are asked for again, each
    with its tag. With nothing held, a tag alone says nothing.
    """
    held = [item for item in scene.all(Held) if item.staff_number_id == person.number_id and item.settled_at is None]
    if not held:
        return tell(scene, setting, person, "tag_empty", now, tag=thread.tag), "nothing"
    inbound = scene.get(Inbound, held[0].inbound_id)
    if len(held) > 1 or inbound is None or held[0].held_at <= now - HELD:
        scene = _settled(scene, held, "asked for again", now)
        return tell(scene, setting, person, "held_again", now, tag=thread.tag, count=str(len(held))), "asked again"
    scene, became = deliver(scene, setting, person, thread, _without_tag(inbound.body), inbound, now)
    return _settled(scene, held, f"{became} by {thread.tag}", now), became


def said_again(scene: Scene, person: Staff, words: str, now: datetime) -> Scene:
    """The scene with held replies settled whose very words were now sent with their tag."""
    same = [
        item for item in scene.all(Held)
        if item.staff_number_id == person.number_id and item.settled_at is None and _body(scene, item) == _folded(words)
    ]  # fmt: skip
    return _settled(scene, same, "sent again with its tag", now)


def _threads(scene: Scene, person: Staff) -> list[Thread]:
    return [thread for thread in scene.all(Thread) if thread.staff_number_id == person.number_id]


def _signed(scene: Scene, person: Staff, thread: Thread, words: str, inbound: Inbound) -> Draft:
    member = None if thread.member_id is None else scene.get(Member, thread.member_id)
    language = "en" if member is None else member.language
    return Draft(
        thread.number_id, "person", f"{words} - {person.name}", language, "a person's own words", cause_id=inbound.id,
        thread_id=thread.id, author_id=person.id,
    )  # fmt: skip


def _settled(scene: Scene, held: list[Held], how: str, now: datetime) -> Scene:
    return scene.with_rows(*(replace(item, settled_at=now, settled_how=how) for item in held))


def _body(scene: Scene, item: Held) -> str | None:
    inbound = scene.get(Inbound, item.inbound_id)
    return None if inbound is None else _folded(_without_tag(inbound.body))


def _without_tag(text: str) -> str:
    tagged = read_tag(text)
    return text.strip() if tagged is None else tagged.words


def _folded(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()
