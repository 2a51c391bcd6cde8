"""One member's coming days, lived through in memory: the same decisions as in earnest, with nothing sent or stored.

Check-ins, the welcome, silence and the end of a pause are the service's own functions on frozen scenes, so windows, caps,
pauses, consent and turns hold here because they hold there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from service.conversations import Handlers
from service.forecast.answering import Answering, answer_at, answered
from service.rules.setting import Setting
from service.store.rows import Conversation, Inbound, Outbound, Row, Timer
from service.store.scene import Rows, Scene

Key = tuple[str, UUID]
Handler = Callable[[Scene, Setting, Timer, datetime], Scene]
LATELY = timedelta(days=8)  # how far back caps may look
MOST_A_DAY = 300  # things that come due for one member; more would be a timer that sets itself again for ever
ANSWER = "answer"  # a kind of timer that exists only here
SENT = {"routine": "routine_at", "time-bound": "reminded_at"}  # where gathering puts the times of what caps count


@dataclass(frozen=True, slots=True)
class World:
    """What everybody's days are lived through with: what decisions consult, from when to when, and how members answer.

    `planned` has the service's own function for each kind of timer by which members are written to unasked.
    """

    setting: Setting
    handlers: Handlers
    planned: Mapping[str, Handler]
    start: datetime
    end: datetime
    answering: Answering


@dataclass(frozen=True, slots=True)
class Life:
    """One member as they stand: their scene, and their timers."""

    scene: Scene
    timers: Mapping[Key, Timer]


class NeverRests(Exception):
    """A member's timers come due without end; the message is the kind of the last one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that came due for a member: when it was decided, what was written, and how they stood before and after."""

    timer: Timer
    at: datetime
    written: tuple[Outbound, ...]
    before: Life
    after: Life


def live_through(world: World, life: Life, place: int = 0) -> Iterator[Outbound]:
    """Every message that would be written until the end, those withheld among them, in order of time.

    `place` is the member's place among all, by which answers are spread. Raises NeverRests.
    """
    for step in steps(world, life, place):
        yield from step.written


def steps(world: World, life: Life, place: int = 0) -> Iterator[Step]:
    """Everything that would come due until the end, one after the other; as `live_through`. Raises NeverRests."""
    most = MOST_A_DAY * max(1, (world.end - world.start).days)
    for number in count():
        timer = next_timer(life)
        if timer is None or timer.due_at >= world.end:
            return
        if number >= most:
            raise NeverRests(timer.kind)
        now, before = max(timer.due_at, world.start), life
        after = _decided(world, life.scene.cancel(timer.key), timer, now)
        written = tuple(row for row in after.changed.values() if isinstance(row, Outbound))
        life = _lived(world, life, after, written, now)
        yield Step(timer, now, written, before, life)
        life = _will_answer(world, life, timer, place, now)


def next_timer(life: Life) -> Timer | None:
    """What comes due next: the one that a worker would claim first (service.store.claiming)."""
    return min(life.timers.values(), key=lambda timer: (timer.due_at, timer.subject), default=None)


def _decided(world: World, scene: Scene, timer: Timer, now: datetime) -> Scene:
    if timer.kind == ANSWER:
        return answered(scene, world.setting, world.handlers, timer, now)
    return world.planned[timer.kind](scene, world.setting, timer, now)


def _lived(world: World, life: Life, after: Scene, written: tuple[Outbound, ...], now: datetime) -> Life:
    """The member as the next decision would gather them, had this one been carried out."""
    timers = {key: timer for key, timer in life.timers.items() if key not in after.cancelled}
    changed = [row for row in after.changed.values() if isinstance(row, Timer)]
    timers |= {timer.key: timer for timer in changed if timer.kind in world.planned}
    return Life(Scene(after.number, _kept(after), _facts(after, written, now)), timers)


def _kept(scene: Scene) -> Mapping[type[Row], Rows]:
    rows = {kind: found for kind, found in scene.rows.items() if kind not in (Outbound, Inbound, Timer)}
    talks = rows.get(Conversation, {})
    return {**rows, Conversation: {key: row for key, row in talks.items() if _is_open(row)}}


def _is_open(row: Row) -> bool:
    return isinstance(row, Conversation) and row.state == "open"


def _facts(scene: Scene, written: tuple[Outbound, ...], now: datetime) -> Mapping[str, object]:
    facts = dict(scene.facts)
    for kind in {row.kind for row in written if row.state != "withheld"} & SENT.keys():
        earlier = [at for at in facts.get(SENT[kind], []) if now - datetime.fromisoformat(at) < LATELY]
        facts[SENT[kind]] = [*earlier, now.isoformat()]
    if any(isinstance(row, Inbound) for row in scene.changed.values()):
        facts["last_in_at"] = now.isoformat()
    return facts


def _will_answer(world: World, life: Life, timer: Timer, place: int, now: datetime) -> Life:
    """The member with an answer of theirs to come, where a question was asked just now that they would answer."""
    conversation = life.scene.conversation
    if conversation is None or timer.kind == ANSWER:
        return life
    at = answer_at(world.answering, life.scene, conversation, place, now)
    if at is None:
        return life
    coming = Timer(ANSWER, conversation.id, life.scene.number.id, at, fence=str(conversation.fence))
    return replace(life, timers={**life.timers, coming.key: coming})
