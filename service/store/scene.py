"""What was gathered for one decision about one number, and what the decision has changed so far.

A scene is frozen: `with_rows` gives a new one that shows the changed rows and remembers them for the one write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from service.store.rows import Conversation, Inbound, Member, Number, Row, Staff, Timer

R = TypeVar("R", bound=Row)
Rows = Mapping[tuple[Any, ...], Row]
_WIDE = (Staff, Number)  # other people: what a narrow scene has only as far as it was brought


class NotGathered(LookupError):
    """A decision asked a narrow scene about other people: it is to be made again on a wide one."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Queued messages to one number that must not go out any more: of these kinds, for this reason."""

    number_id: UUID
    kinds: tuple[str, ...]
    reason: Mapping[str, Any]
    conversation_id: UUID | None = None  # only those of this conversation


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a decision may look at: the number, its owner, and the rows about both.

    `facts` holds plain values of the gathering: tags in use by staff number, times of routine messages in the last eight
    days, the highest running number of an escalation, the last inbound time, published flow versions. A `narrow` scene has
    a member whom nobody else concerns (service.store.narrow); asked about other people, it raises NotGathered.
    """

    number: Number
    rows: Mapping[type[Row], Rows]
    facts: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[tuple[str, tuple[Any, ...]], Row] = field(default_factory=dict)
    cancelled: frozenset[tuple[str, UUID]] = frozenset()  # timers by kind and subject
    withdrawn: tuple[Withdrawal, ...] = ()
    guarded: frozenset[UUID] = frozenset()  # other numbers whose rows this decision depends on
    narrow: bool = False

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """Every row of one kind, in the order of gathering and adding."""
        if self.narrow and kind in _WIDE:
            raise NotGathered(kind.TABLE)
        return tuple(self.rows.get(kind, {}).values())  # type: ignore[arg-type]

    def get(self, kind: type[R], *key: object) -> R | None:
        """One row by its key, or None where it was not gathered."""
        found = self.rows.get(kind, {}).get(key)
        if found is None and self.narrow and kind in _WIDE:
            raise NotGathered(kind.TABLE)
        return found  # type: ignore[return-value]

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The rows of all numbers that were gathered, the scene's own among them."""
        return tuple(self.rows[Number].values())  # type: ignore[arg-type]

    @property
    def member(self) -> Member | None:
        """The member whose number this is."""
        mine = self.number.id
        for member in self.all(Member):
            if member.number_id == mine:
                return member
        return None

    @property
    def staff(self) -> Staff | None:
        """The member of staff whose number this is."""
        return None if self.narrow else next((s for s in self.all(Staff) if s.number_id == self.number.id), None)

    @property
    def conversation(self) -> Conversation | None:
        """The open conversation of this number."""
        mine = self.number.id
        for conversation in self.all(Conversation):
            if conversation.state == "open" and conversation.number_id == mine:
                return conversation
        return None

    def inbound(self, sid: str) -> Inbound | None:
        """The message already stored under the provider's id."""
        return next((i for i in self.all(Inbound) if i.sid == sid), None)

    def with_rows(self, *rows: Row) -> Scene:
        """The scene after these rows were added or replaced."""
        if not rows:
            return self
        shown, changed, number, cancelled = dict(self.rows), dict(self.changed), self.number, self.cancelled
        for row in rows:
            kind, key = type(row), row.key
            shown[kind] = {**shown.get(kind, {}), key: row}
            changed[kind.TABLE, key] = row
            if isinstance(row, Number) and row.id == self.number.id:
                number = row
            elif cancelled and kind is Timer:
                cancelled -= {key}  # a timer's key is what it is cancelled by
        # Not `replace`, which asks about every field: a text makes a dozen scenes.
        return Scene(number, shown, self.facts, changed, cancelled, self.withdrawn, self.guarded, self.narrow)

    def cancel(self, *timers: tuple[str, UUID]) -> Scene:
        """The scene without these timers, each named by kind and subject; one that is not there does no harm."""
        changed = self.changed
        if any((Timer.TABLE, timer) in changed for timer in timers):
            changed = {
                place: row for place, row in changed.items() if place[0] != Timer.TABLE or place[1] not in timers
            }
        cancelled = self.cancelled.union(timers)
        return Scene(self.number, self.rows, self.facts, changed, cancelled, self.withdrawn, self.guarded, self.narrow)

    def withdraw(self, withdrawal: Withdrawal) -> Scene:
        """The scene with queued messages withdrawn."""
        return replace(self, withdrawn=(*self.withdrawn, withdrawal))

    def guard(self, *numbers: UUID) -> Scene:
        """The scene depending on the rows of other numbers too."""
        return replace(self, guarded=self.guarded | set(numbers))

    def fact(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - facts are plain JSON values
        """One plain value of the gathering."""
        if self.narrow and name not in self.facts:
            raise NotGathered(name)
        found = self.facts.get(name)
        return default if found is None else found


def scene_of(
    number: Number, rows: Iterable[Row] = (), facts: Mapping[str, Any] | None = None, *, narrow: bool = False
) -> Scene:
    """A scene from rows of any kinds; the number's own row is always among them."""
    shown: dict[type[Row], dict[tuple[Any, ...], Row]] = {Number: {number.key: number}}
    for row in rows:
        shown.setdefault(type(row), {})[row.key] = row
    return Scene(number, shown, facts or {}, narrow=narrow)


def since(scene: Scene, name: str) -> datetime | None:
    """A time that the number's memory keeps under a name, aware, or None."""
    kept = scene.number.memory.get(name)
    return None if kept is None else datetime.fromisoformat(kept)
