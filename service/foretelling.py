"""What comes for one member if nobody writes meanwhile: their coming days lived through by the decisions themselves.

So what `explain` foretells is what then happens, put off, left out or spoken, and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from service.conversations import Handlers
from service.facts import hours_of
from service.forecast.living import Handler, Life, Step, World, next_timer, steps
from service.putting_off import put_offs
from service.rules.kinds import KINDS
from service.rules.member_hours import is_open
from service.rules.setting import Setting
from service.store.gather import Wanted, gather
from service.store.reading import Reader
from service.store.rows import Conversation, Number, Outbound, Schedule, Timer

DAYS = 35  # that are foretold
MOST = 500  # things that come due; a rule of every minute would have no end


@dataclass(frozen=True, slots=True)
class Ahead:
    """What foretelling is done with: the parts of the service that decide when time passes, as the assembly hands them in."""

    setting: Setting
    handlers: Handlers
    planned: Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that will be decided: when, of which kind, and what comes of it.

    `texts` go to the member; `held` are left out; `until` is when it is decided instead, where it is put off, and `why`
    says the reason for that. `flow` is the flow concerned, `schedule` the schedule as it stands then.
    """

    at: datetime
    kind: str
    flow: str
    texts: tuple[Outbound, ...] = ()
    held: tuple[Outbound, ...] = ()
    until: datetime | None = None
    why: str = ""
    schedule: Schedule | None = None
    goes_on: bool = False  # a conversation is under way after it
    fails: bool = False  # it cannot be decided, as things are: such as a flow that is not published


def life_of(reader: Reader, number: Number, ahead: Ahead, now: datetime) -> Life:
    """The member of a number as they stand now, with what is set to come; nothing is written."""
    (scene,) = gather(reader.connection, Wanted(ids=(number.id,)), now, reader.keys)
    found = reader.rows(
        Timer, "x.number_id = %(id)s and not x.aside and x.kind = any(%(kinds)s)", id=number.id, kinds=list(ahead.planned)
    )  # fmt: skip
    return Life(scene, {timer.key: timer for timer in found})


def foretell(life: Life, ahead: Ahead, now: datetime) -> tuple[Coming, ...]:
    """What comes in the next DAYS days, in order, if nobody writes meanwhile and nobody changes anything."""
    world = World(ahead.setting, ahead.handlers, ahead.planned, now, now + timedelta(days=DAYS), "none")
    coming: list[Coming] = []
    try:
        for step in islice(steps(world, life), MOST):
            coming.append(_coming(step, ahead.setting))
            life = step.after
    except Exception:  # noqa: BLE001 - whoever asks why nothing goes must be told this above all, and not get a crash
        coming.append(_failing(life, now))
    return tuple(coming)


def next_text(coming: tuple[Coming, ...]) -> Outbound | None:
    """The next text that nobody asked for, and that will go."""
    return next(_unasked(coming), None)


def _unasked(coming: tuple[Coming, ...]) -> Iterator[Outbound]:
    for each in coming:
        yield from (text for text in each.texts if KINDS[text.kind].unasked)


def _failing(life: Life, now: datetime) -> Coming:
    timer = next_timer(life)
    if timer is None:
        return Coming(now, "", "", fails=True)
    schedule = life.scene.get(Schedule, timer.subject)
    return Coming(
        max(now, timer.due_at),
        timer.kind,
        timer.kind if schedule is None else schedule.flow,
        schedule=schedule,
        fails=True,
    )


def _coming(step: Step, setting: Setting) -> Coming:
    scene, me = step.before.scene, step.before.scene.number.id
    to_them = [row for row in step.written if row.number_id == me]
    schedule, talk = scene.get(Schedule, step.timer.subject), scene.conversation
    until = _put_off(step)
    return Coming(
        step.at, step.timer.kind, _flow(step, schedule, talk),
        tuple(row for row in to_them if row.state != "withheld"), tuple(row for row in to_them if row.state == "withheld"),
        until, "" if until is None else _why(step, setting), schedule, step.after.scene.conversation is not None,
    )  # fmt: skip


def _put_off(step: Step) -> datetime | None:
    """When it is decided instead: the same timer again, for the same moment, with nothing written."""
    again = step.after.timers.get(step.timer.key)
    if again is None or step.written or again.fence != step.timer.fence:
        return None
    before, after = (life.scene.get(Schedule, step.timer.subject) for life in (step.before, step.after))
    same = before is None or after is None or before.next_at in (None, after.next_at)
    return again.due_at if same else None


def _why(step: Step, setting: Setting) -> str:
    member = step.before.scene.member
    kept = put_offs(step.after.scene.number, step.timer.subject)
    if kept:
        return list(kept.values())[-1]
    if member is None or not is_open(hours_of(member, setting.organisation), member.zone, step.at):
        return "outside their hours"
    return "a cap of theirs is reached"


def _flow(step: Step, schedule: Schedule | None, talk: Conversation | None) -> str:
    if step.timer.kind == "check-in":
        return "" if schedule is None else schedule.flow
    if step.timer.kind == "silence":
        return "" if talk is None else talk.flow
    return step.timer.kind
