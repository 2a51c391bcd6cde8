"""What waits for a person: one open entry for each number, need and role, which only a person's act closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from service.handoffs import Passing
from service.rules.setting import Setting
from service.store.rows import Audit, Escalation, Inbound, QueueItem
from service.store.scene import Scene
from service.timers import NEXT_CALL, cancel_timer

# Needs that the words of a person to the member do not answer: somebody must look at the service itself.
OF_THE_SERVICE = frozenset({"problem", "unread", "number", "account", "content", "route"})
# A reminder that could not be said; what follows is its date. Words about something else do not settle it.
_UNSAID, _UNSAID_STOPPED = "unsaid reminder ", "unsaid reminder, no texts "
# Which reason stays on an entry that has had several: the one that asks most of a person.
_WEIGHT = {"unsent": 4, "call": 3, "talk": 2, "help": 1, "number": 1}


def unsaid(date_at: str, *, stopped: bool) -> str:
    """Why somebody should tell a member of a date (local time, ISO) that they could not be reminded of; each has its own entry.

    With `stopped` it is not to be told by text.
    """
    return f"{_UNSAID_STOPPED if stopped else _UNSAID}{date_at[:16]}"


def is_unsaid(why: str) -> bool:
    """Whether an entry is about a date that a member could not be reminded of."""
    return why.startswith((_UNSAID, _UNSAID_STOPPED))


def unsaid_date(why: str) -> tuple[datetime, bool]:
    """The date of such an entry, on the member's clocks, and whether no text may say it."""
    stopped = why.startswith(_UNSAID_STOPPED)
    return datetime.fromisoformat(why.removeprefix(_UNSAID_STOPPED if stopped else _UNSAID)), stopped


def say_why(why: str) -> str:
    """The words for such a reason; any other is given back as it is."""
    if not is_unsaid(why):
        return why
    at, stopped = unsaid_date(why)
    when = f"{at:%A} {at.day} {at:%B, %H:%M} their time"
    if stopped:
        return f"a visit comes, and no text may say so: {when}; tell them in person or by a call, if they want that"
    return f"a visit reminder could not be said: {when}; please tell them"


def wait_for_person(
    scene: Scene, setting: Setting, passing: Passing, now: datetime, *, staff_id: UUID | None, thread_id: UUID | None
) -> Scene:
    """The scene with what is passed waiting for a person: `staff_id`'s, or the role's of `passing.to` where that is None.

    What waits already keeps its place: its earliest `since` stays, its tier only rises.
    """
    found = waiting(scene, passing)
    return scene.with_rows(
        _new(scene, setting, passing, now, staff_id, thread_id)
        if found is None
        else _graver(found, passing, staff_id, thread_id)
    )


def waiting(scene: Scene, passing: Passing) -> QueueItem | None:
    """The open entry with which this would wait, if there is one."""
    group = _group(passing.why)
    return next(
        (item for item in open_items(scene, scene.number.id) if (_group(item.why), item.role) == (group, passing.to)),
        None,
    )


def open_items(scene: Scene, number_id: UUID) -> tuple[QueueItem, ...]:
    """What waits about one number, entries of escalations left out: those are closed by an outcome alone."""
    return tuple(
        item for item in scene.all(QueueItem)
        if item.number_id == number_id and item.closed_at is None and item.escalation_id is None
    )  # fmt: skip


def answered(scene: Scene, number_id: UUID, by: UUID, how: str, now: datetime) -> Scene:
    """The scene after a person's act towards a number: what waited for a person's words is closed, its promises kept.

    Entries of escalations stay (an outcome closes them), and so does what the service itself needs somebody for.
    """
    for item in open_items(scene, number_id):
        if _group(item.why) == "words":
            scene = _closed(scene, item, by, how, now)
    return scene.guard(number_id)


def date_gone(scene: Scene, date_at: str, how: str, now: datetime) -> Scene:
    """The scene after staff moved or cancelled a date (local time, ISO): nobody is to tell the member of it any more."""
    for item in open_items(scene, scene.number.id):
        if item.why in (unsaid(date_at, stopped=False), unsaid(date_at, stopped=True)):
            scene = _closed(scene, item, None, how, now)
    return scene


def done_by_hand(scene: Scene, item_id: UUID, by: UUID, audit_id: UUID, now: datetime) -> Scene:
    """The scene with one entry closed by somebody who looked after it without a text, logged; an alert's entry stays."""
    found = next((item for item in open_items(scene, scene.number.id) if item.id == item_id), None)
    if found is None:
        return scene
    audit = Audit(audit_id, now, by, "queue entry closed by hand", found.id, {"why": found.why})
    if found.why == "number":
        scene = trusted(scene)
    return _closed(scene.with_rows(audit), found, by, "by hand", now)


def ended_by_itself(scene: Scene, why: str, audit_id: UUID, now: datetime) -> Scene:
    """The scene with the open entry of this reason closed, logged, because what it was about is over without anybody's doing."""
    found = next((item for item in open_items(scene, scene.number.id) if item.why == why), None)
    if found is None:
        return scene
    audit = Audit(audit_id, now, None, "queue entry ended by itself", found.id, {"why": found.why})
    return _closed(scene.with_rows(audit), found, None, "by itself", now)


def trusted(scene: Scene) -> Scene:
    """The scene with its number free of doubt: it wrote to us, or somebody confirmed it."""
    if "bad" not in scene.number.memory:
        return scene
    memory = {name: value for name, value in scene.number.memory.items() if name != "bad"}
    return scene.with_rows(replace(scene.number, memory=memory))


def wait_for_outcome(
    scene: Scene, setting: Setting, escalation: Escalation, inbound: Inbound | None, now: datetime
) -> Scene:
    """The scene with an escalation in the queue: one entry for each message of danger, so that its words are kept with it."""
    item = QueueItem(
        setting.new_id(), escalation.number_id, "danger", now, escalation.member_id, escalation.taken_by, "on duty",
        tier=escalation.tier, inbound_id=None if inbound is None else inbound.id, escalation_id=escalation.id,
    )  # fmt: skip
    return scene.with_rows(item)


def items_of(scene: Scene, escalation: Escalation) -> tuple[QueueItem, ...]:
    """The open entries of one escalation, earliest first."""
    return tuple(
        item for item in scene.all(QueueItem) if item.escalation_id == escalation.id and item.closed_at is None
    )


def shown_with(scene: Scene, escalation: Escalation, staff_id: UUID | None) -> Scene:
    """The scene with an escalation's entries showing who has it; None: nobody has."""
    others = (item for item in items_of(scene, escalation) if item.staff_id != staff_id)
    return scene.with_rows(*(replace(item, staff_id=staff_id) for item in others))


def outcome_given(scene: Scene, escalation: Escalation, by: UUID, now: datetime) -> Scene:
    """The scene with an escalation's entries closed."""
    for item in items_of(scene, escalation):
        scene = _closed(scene, item, by, "outcome", now)
    return scene


def _new(
    scene: Scene, setting: Setting, passing: Passing, now: datetime, staff_id: UUID | None, thread_id: UUID | None
) -> QueueItem:
    inbound = passing.inbound
    since = inbound.received_at if inbound is not None and inbound.late else now  # they have waited since they wrote
    return QueueItem(
        setting.new_id(), scene.number.id, passing.why, since, None if scene.member is None else scene.member.id, staff_id,
        passing.to, passing.tier, inbound_id=None if passing.inbound is None else passing.inbound.id, thread_id=thread_id,
    )  # fmt: skip


def _graver(item: QueueItem, passing: Passing, staff_id: UUID | None, thread_id: UUID | None) -> QueueItem:
    why = max(item.why, passing.why, key=lambda each: _WEIGHT.get(each, 0))
    return replace(
        item,
        why=why,
        tier=max(item.tier, passing.tier),
        staff_id=staff_id or item.staff_id,
        thread_id=thread_id or item.thread_id,
    )


def _closed(scene: Scene, item: QueueItem, by: UUID | None, how: str, now: datetime) -> Scene:
    scene = scene.with_rows(replace(item, closed_at=now, closed_by=by, closed_how=how))
    return cancel_timer(scene, NEXT_CALL if item.why == "account" else "promise", item.id)


def _group(why: str) -> str:
    if is_unsaid(why):
        return why  # each date by itself
    if why == "route":  # mended in the account: whoever sees to the number itself does not see to it
        return why
    return "service" if why in OF_THE_SERVICE else "words"
