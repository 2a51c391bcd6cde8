"""The relay: a member's words reach the person who answers them, on a phone that never sees the member's number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from service.handoffs import Passing
from service.promises import promise
from service.queues import wait_for_person, waiting
from service.rules.pace import next_turn
from service.rules.setting import Setting
from service.staff_phones import is_reachable, reachable, send, staff_draft
from service.store.rows import Audit, Staff, Thread
from service.store.scene import Scene
from service.threads import Carried, carry, open_thread, thread_with

ASKING = ("talk", "call")  # why somebody's words need a person: they ask for one by name


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who is to answer: a person, or only a role while nobody of it can be reached; `mine` says whether it is theirs by name."""

    person: Staff | None
    role: str
    mine: bool = False


def pass_on(scene: Scene, setting: Setting, passing: Passing, now: datetime) -> Scene:
    """The scene with what needs a person in somebody's queue, its words on their phone, and the promise set.

    1. Find who answers; a specialist who is not there or whose phone said stop leaves it to the coordinators.
    2. Carry the words to their phone, under the thread's tag, and to those who hold another open thread with this member.
    3. Let it wait in the queue until a person answers.
    """
    answerer = _answerer(scene, passing.to)
    scene, thread = _carried(scene, setting, passing, answerer, now)
    placed = replace(passing, to=answerer.role)
    scene = wait_for_person(
        scene, setting, placed, now,
        staff_id=answerer.person.id if answerer.mine and answerer.person else None,
        thread_id=None if thread is None else thread.id,
    )  # fmt: skip
    item = waiting(scene, placed)
    return scene if item is None else promise(scene, setting, item, passing, now)


def tell_stopped(scene: Scene, setting: Setting, now: datetime) -> Scene:
    """The scene with everybody who holds a thread with this number told that its owner said stop."""
    for thread, person in _holders(scene):
        draft = replace(staff_draft(setting, person, "member_stopped", tag=thread.tag), thread_id=thread.id)
        scene = send(scene, setting, person, draft, now)
    return scene


def _answerer(scene: Scene, to: str) -> Answerer:
    """Whom a passing means. Until a rota says more, whoever is on duty is the specialist: nobody else knows this member."""
    if to in ("coordinator", "supervisor"):
        return _role(scene, to)
    specialist = _specialist(scene)
    if specialist is not None and is_reachable(scene, specialist):
        return Answerer(specialist, "specialist", mine=True)
    return _role(scene, "coordinator")


def _role(scene: Scene, role: str) -> Answerer:
    """The first of a role whom a text reaches, never the one whose words these are."""
    return Answerer(next((p for p in reachable(scene, role) if p.number_id != scene.number.id), None), role)


def _specialist(scene: Scene) -> Staff | None:
    staff_id = None if scene.member is None else scene.member.specialist_id
    return None if staff_id is None else scene.get(Staff, staff_id)


def _carried(
    scene: Scene, setting: Setting, passing: Passing, answerer: Answerer, now: datetime
) -> tuple[Scene, Thread | None]:
    """The scene with the words on the phones of those who answer this member, and the answerer's thread."""
    if not passing.words.strip():
        return scene, None if answerer.person is None else thread_with(scene, answerer.person, scene.number.id)
    thread: Thread | None = None
    others = [person for _, person in _holders(scene)]
    scene, ready_at = _paced(scene, passing, now)
    if answerer.person is not None:
        scene, thread = _to(scene, setting, passing, answerer.person, now, ready_at)
        scene = _noted(scene, setting, answerer, now)
    for person in others:
        if answerer.person is None or person.id != answerer.person.id:
            scene, _ = _to(scene, setting, passing, person, now, ready_at)
    return scene, thread


def _paced(scene: Scene, passing: Passing, now: datetime) -> tuple[Scene, datetime | None]:
    """The scene with these words counted, and when they may go; None for now.

    A phone that texts without end must not fill another, nor hold up everybody else's words. Who asks for a person is not
    held up, and neither are words of danger, which go another way.
    """
    if passing.why in ASKING:
        return scene, None
    kept = scene.number.memory.get("pace")
    ready_at, turn = next_turn(None if kept is None else datetime.fromisoformat(kept), now)
    scene = scene.with_rows(scene.number.but(memory={**scene.number.memory, "pace": turn.isoformat()}))
    return scene, None if ready_at <= now else ready_at


def _to(
    scene: Scene, setting: Setting, passing: Passing, person: Staff, now: datetime, ready_at: datetime | None
) -> tuple[Scene, Thread]:
    member_id = None if scene.member is None else scene.member.id
    scene, thread = open_thread(scene, setting, person, scene.number.id, member_id, now)
    carried = Carried(_text_for(scene, passing), passing.words, passing.inbound, ready_at=ready_at)
    return carry(scene, setting, person, thread, carried, now), thread


def _text_for(scene: Scene, passing: Passing) -> str:
    if scene.number.consent == "stopped":
        return "relay_stopped"
    return "call_asked" if passing.why == "call" else "relay"


def _holders(scene: Scene) -> list[tuple[Thread, Staff]]:
    """The open threads with this number, each with the person who holds it and can be reached."""
    threads = [t for t in scene.all(Thread) if t.number_id == scene.number.id and t.closed_at is None]
    people = ((thread, scene.get(Staff, thread.staff_id)) for thread in threads)
    return [(thread, person) for thread, person in people if person is not None and is_reachable(scene, person)]


def _noted(scene: Scene, setting: Setting, answerer: Answerer, now: datetime) -> Scene:
    """A member's words are their specialist's and the cover's; whoever else reads them does so with a logged reason."""
    if answerer.mine or answerer.person is None or scene.member is None:
        return scene
    shown = {"reason": f"passed to the {answerer.role}"}
    return scene.with_rows(Audit(setting.new_id(), now, answerer.person.id, "words shown", scene.member.id, shown))
