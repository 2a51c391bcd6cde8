"""Where a machine may be at the other end: automatic answers are counted and held, and what is said over and over is read once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from service.conversations import Handlers, end
from service.handoffs import Passing
from service.queues import open_items, wait_for_person
from service.rules.brakes import PER_HOUR, Brake, answered, freed, heard, is_loop, read_brake, room
from service.rules.normalise import fold
from service.rules.setting import Setting
from service.store.rows import Escalation, Inbound, Number, Outbound
from service.store.scene import Scene

# Service words that ask for something by name. Those that a person answers (menu, why …) are not among them.
ACTS = frozenset({"talk", "now", "call", "pause", "back", "less", "skip", "language"})
HELD = f"already {PER_HOUR} automatic answers within an hour, and no person wrote or asked for something"


def note_text(scene: Scene, inbound: Inbound, now: datetime, *, act: bool) -> Scene:
    """The scene with a text counted for its number; `act` says whether it asks for something by name."""
    return _with(scene, heard(_brake(scene.number), now, same=_said_before(scene, inbound), act=act))


def is_act(word: str | None) -> bool:
    """Whether a member's text is a service word that asks for something."""
    return word in ACTS


def loops(scene: Scene) -> bool:
    """Whether the text just noted came so often within minutes that nobody answers it any more."""
    return is_loop(_brake(scene.number))


def wait_unanswered(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    """The scene with a text of a loop standing in a person's queue, once, and nothing said to anybody's phone."""
    if open_items(scene, scene.number.id):
        return scene
    member = scene.member
    to = "specialist" if member is not None and member.specialist_id is not None else "coordinator"
    staff_id = None if member is None else member.specialist_id
    return wait_for_person(scene, setting, Passing("loop", to, inbound), now, staff_id=staff_id, thread_id=None)


def brake_answers(
    before: Scene, after: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime
) -> Scene:
    """The scene with automatic answers beyond the cap withheld, each with its reason; then a person has the conversation."""
    new = [row for row in _new_answers(before, after, "answer") if row.state == "queued"]
    brake = _brake(after.number)
    may = room(brake, now)
    after = _with(after, answered(brake, min(len(new), may), now)) if new else after
    if len(new) <= may:
        return after
    after = end(_held(after, new[may:], now), now, "a machine may be at the other end")
    return handlers.pass_on(after, setting, Passing("loop", "specialist", inbound), now)


def brake_tells(before: Scene, after: Scene, now: datetime) -> Scene:
    """The scene with what a staff phone is told about its own texts held beyond the cap: it may answer by itself while driving.

    While an alert that this phone was told of has no outcome, nothing is held: a wrong code must be told every time.
    """
    if any(escalation.state != "closed" for escalation in after.all(Escalation)):
        return after
    new = _new_answers(before, after, "staff")
    brake = _brake(after.number)
    may = room(brake, now)
    return _with(_held(after, new[may:], now), answered(brake, min(len(new), may), now)) if new else after


def person_wrote(scene: Scene, number_id: UUID, now: datetime) -> Scene:
    """The scene with a number free again, since a person wrote to it."""
    number = scene.get(Number, number_id)
    if number is None or "brake" not in number.memory:
        return scene
    brake = freed(_brake(number), now)
    return scene.with_rows(replace(number, memory={**number.memory, "brake": brake.kept}))


def _said_before(scene: Scene, inbound: Inbound) -> bool:
    others = [row for row in scene.all(Inbound) if row.number_id == scene.number.id and row.id != inbound.id]
    last = max(others, key=lambda row: row.received_at, default=None)
    return last is not None and fold(last.body).strip() == fold(inbound.body).strip()


def _new_answers(before: Scene, after: Scene, kind: str) -> list[Outbound]:
    return [
        row for row in after.all(Outbound)
        if row.kind == kind and row.number_id == after.number.id and before.get(Outbound, row.id) is None
    ]  # fmt: skip


def _held(scene: Scene, rows: list[Outbound], now: datetime) -> Scene:
    return scene.with_rows(
        *(replace(row, state="withheld", final_at=now, reason={**row.reason, "withdrawn": HELD}) for row in rows)
    )


def _brake(number: Number) -> Brake:
    return read_brake(number.memory.get("brake", {}))


def _with(scene: Scene, brake: Brake) -> Scene:
    return scene.with_rows(scene.number.but(memory={**scene.number.memory, "brake": brake.kept}))
