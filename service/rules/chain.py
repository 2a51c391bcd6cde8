"""Whom an escalation may reach, level by level, with gaps closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Chain:
    """The levels of a ladder, each person once; `passed_over` are those it could not keep, of whom a supervisor is told.

    No levels at all means that the organisation has no member of staff who can be reached.
    """

    levels: tuple[tuple[UUID, ...], ...]
    passed_over: tuple[UUID, ...]

    @property
    def everybody(self) -> tuple[UUID, ...]:
        """Everybody of the chain, in order."""
        return tuple(staff for level in self.levels for staff in level)


def chain_of_member(
    specialist: UUID | None,
    backup: UUID | None,
    supervisors: Sequence[UUID],
    *,
    out: Collection[UUID] = (),
    others: Sequence[UUID] = (),
) -> Chain:
    """Give the chain for a member: the specialist, the backup, then all supervisors.

    `out` are those whose phone said stop or cannot be reached for good; `others`, the rest of the staff, are asked together
    when nobody else is left.
    """
    return _chain([[specialist] if specialist else [], [backup] if backup else [], supervisors], out, others)


def chain_of_stranger(
    on_duty: Sequence[UUID], supervisors: Sequence[UUID], *, out: Collection[UUID] = (), others: Sequence[UUID] = ()
) -> Chain:
    """Give the chain for a number that is nobody's: all who are on duty, then all supervisors. For the rest see above."""
    return _chain([on_duty, supervisors], out, others)


def _chain(wanted: Iterable[Sequence[UUID]], out: Collection[UUID], others: Sequence[UUID]) -> Chain:
    levels = _once_each(wanted)
    passed_over = tuple(staff for level in levels for staff in level if staff in out)
    kept = tuple(filter(None, (tuple(staff for staff in level if staff not in out) for level in levels)))
    rest = tuple(staff for staff in dict.fromkeys(others) if staff not in out)
    return Chain(kept or ((rest,) if rest else ()), passed_over)


def _once_each(wanted: Iterable[Sequence[UUID]]) -> list[tuple[UUID, ...]]:
    seen: set[UUID] = set()
    levels = []
    for level in wanted:
        levels.append(tuple(staff for staff in dict.fromkeys(level) if staff not in seen))
        seen.update(level)
    return levels
