"""A whole organisation in memory: scenes are gathered from it, decisions written back to it, and its timers fire.

It gathers as the store does (open threads and those closed within ten minutes, what waits, escalations without an outcome), so
that what a decision may look at is the same. Nothing here is a mock: rows go in, rows come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from config.twilio_errors import load_twilio_errors
from service.assembly import conversation_handlers
from service.deliveries.telling import TIMER_HANDLERS as DELIVERIES
from service.deliveries.unreached import unreached_handlers
from service.escalations import TIMER_HANDLERS as LADDER
from service.member_texts import decide_text
from service.promises import TIMER_HANDLERS as PROMISES
from service.rules.setting import Setting
from service.staff_texts import decide_staff
from service.store.gather import OVERLAP, PARTS, REST
from service.store.rows import (
    Call,
    Escalation,
    Held,
    Inbound,
    Member,
    Number,
    Outbound,
    Page,
    QueueItem,
    Row,
    Schedule,
    Staff,
    Thread,
    Timer,
    Turn,
)  # fmt: skip
from service.store.scene import Scene, scene_of
from service.threads import TIMER_HANDLERS as THREADS
from tests.house import DAN, NOW, PUBLISHED, ROOT, ROSA, SAM, identity, phone, setting, staff_rows

LUZ = Member(identity(202), identity(2), "Luz", "es", "America/New_York", NOW, ROSA.id)
LEE = Member(identity(203), identity(3), "Lee", "en", "America/New_York", NOW, DAN.id)
STRANGER = identity(7)
R = TypeVar("R", bound=Row)
Change = Callable[[Scene, Setting, datetime], Scene]
_HANDLERS = {
    **LADDER, **PROMISES, **THREADS, **DELIVERIES, **unreached_handlers(load_twilio_errors(ROOT / "config"))
}  # fmt: skip


@dataclass
class World:
    """All rows there are, and the moment it is."""

    now: datetime = NOW
    setting: Setting = field(default_factory=setting)
    rows: dict[type[Row], dict[tuple[Any, ...], Row]] = field(default_factory=dict)
    texts: int = 0

    def __post_init__(self) -> None:
        """Sam and Luz, who are Rosa's, Lee, who is Dan's, everybody who works here, and a number nobody knows."""
        members = (SAM, LUZ, LEE, *(phone(place, "member", "given") for place in (1, 2, 3)))
        self.put((*members, *staff_rows(), phone(7)))

    def put(self, rows: Iterable[Row]) -> None:
        """Add or replace rows."""
        for row in rows:
            self.rows.setdefault(type(row), {})[row.key] = row

    def all(self, kind: type[R]) -> list[R]:
        """Every row of a kind, in the order of their coming."""
        return list(self.rows.get(kind, {}).values())  # type: ignore[arg-type]

    def one(self, kind: type[R], *key: object) -> R:
        """The row with this key."""
        return self.rows[kind][key]  # type: ignore[return-value]

    def scene(self, number_id: UUID) -> Scene:
        """What the store would gather about a number now."""
        me = self.one(Number, number_id)
        threads = [t for t in self.all(Thread) if number_id in (t.number_id, t.staff_number_id) and self._lately(t)]
        told = {page.escalation_id for page in self.all(Page) if page.staff_number_id == number_id}
        about = [e for e in self.all(Escalation) if e.state != "closed" and (e.number_id == number_id or e.id in told)]
        near = {number_id, *(t.number_id for t in threads), *(e.number_id for e in about)}
        members = [m for m in self.all(Member) if m.number_id in near]
        waiting = [item for item in self.all(QueueItem) if item.closed_at is None and item.number_id in near]
        held = [h for h in self.all(Held) if h.staff_number_id == number_id and h.settled_at is None]
        kept = {*(e.inbound_id for e in about), *(h.inbound_id for h in held), *(item.inbound_id for item in waiting)}
        inbound = [i for i in self.all(Inbound) if i.id in kept or self._part(i, number_id)]
        pages = [p for p in self.all(Page) if p.escalation_id in {e.id for e in about}]
        calls = [c for c in self.all(Call) if c.escalation_id in {e.id for e in about}]
        rows = (
            *calls, *self.all(Number), *members, *self.all(Staff), *threads, *about, *waiting, *held, *inbound, *pages,
            *(s for s in self.all(Schedule) if s.number_id == number_id), *self.all(Turn),
        )  # fmt: skip
        tags = [[str(t.staff_number_id), t.tag] for t in self.all(Thread) if self._rests(t)]
        refused = [[str(o.number_id), o.error_code] for o in self.all(Outbound) if o.error_code and o.kind == "alert"]
        facts = {
            "refused": refused,
            "tags": tags,
            "running": len(self.all(Escalation)),
            "published": PUBLISHED,
            "routine_at": [],
        }
        return scene_of(me, rows, facts)

    def change(self, number_id: UUID, change: Change) -> list[Outbound]:
        """Decide something about a number, write it, and give the texts that follow, withheld ones included."""
        before = set(self.rows.get(Outbound, {}))
        scene = change(self.scene(number_id), self.setting, self.now)
        assert_whole(scene)
        self.put(scene.changed.values())
        for kind, subject in scene.cancelled:
            self.rows.get(Timer, {}).pop((kind, subject), None)
        return [text for text in self.all(Outbound) if text.key not in before]

    def says(self, number_id: UUID, text: str) -> list[Outbound]:
        """A text from a phone, whoever's it is, and the texts that follow."""
        self.texts += 1
        inbound = Inbound(self.setting.new_id(), f"SM{self.texts}", number_id, "+15555550100", text, self.now)
        return self.change(number_id, lambda scene, given, now: _decided(scene, given, inbound, now))

    def code(self, person: Staff) -> str:
        """The code with which somebody was last told of an alert."""
        return [page.code for page in self.all(Page) if page.staff_id == person.id][-1]

    def tag(self, person: Staff, number_id: UUID) -> str:
        """The tag of the open thread between somebody and a number."""
        return next(
            t.tag for t in self.all(Thread) if (t.staff_id, t.number_id, t.closed_at) == (person.id, number_id, None)
        )

    def later(self, minutes: float) -> list[Outbound]:
        """Time passes, and everything due on the way happens at its own moment."""
        until, sent = self.now + timedelta(minutes=minutes), []
        while (timer := self._next(until)) is not None:
            self.now = max(self.now, timer.due_at)
            sent += self._fire(timer)
        self.now = until
        return sent

    def _fire(self, timer: Timer) -> list[Outbound]:
        handler = _HANDLERS[timer.kind]
        claimed = (timer.kind, timer.subject)
        return self.change(timer.number_id, lambda scene, given, now: handler(scene.cancel(claimed), given, timer, now))

    def _next(self, until: datetime) -> Timer | None:
        due = [timer for timer in self.all(Timer) if timer.kind in _HANDLERS and timer.due_at <= until]
        return min(due, key=lambda timer: (timer.due_at, timer.lane), default=None)

    def _lately(self, thread: Thread) -> bool:
        return thread.closed_at is None or thread.closed_at > self.now - OVERLAP

    def _rests(self, thread: Thread) -> bool:
        return thread.closed_at is None or thread.closed_at > self.now - REST

    def _part(self, inbound: Inbound, number_id: UUID) -> bool:
        return inbound.number_id == number_id and inbound.received_at > self.now - PARTS


def heard(texts: Iterable[Outbound], number_id: UUID) -> list[str]:
    """The words of the texts that go to one phone."""
    return [text.body for text in texts if text.number_id == number_id and text.state == "queued"]


def assert_whole(scene: Scene) -> None:
    """What every decision must keep: whoever's rows it changes, their number is guarded, or was this one all along."""
    guarded = {scene.number.id, *scene.guarded, *(row.id for row in scene.changed.values() if isinstance(row, Number))}
    for row in scene.changed.values():
        if isinstance(row, Thread | Escalation | QueueItem):
            assert row.number_id in guarded, f"a {row.TABLE} row of an unguarded number"
        if isinstance(row, Thread) and row.key not in scene.rows.get(Thread, {}):
            assert row.staff_number_id in guarded, "a thread on an unguarded phone"


def _decided(scene: Scene, given: Setting, inbound: Inbound, now: datetime) -> Scene:
    if scene.number.owner == "staff":
        return decide_staff(scene, given, inbound, now)
    return decide_text(scene.with_rows(inbound), given, conversation_handlers(), inbound, now)
