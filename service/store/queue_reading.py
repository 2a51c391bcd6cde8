"""Who waits for whom since when, read with names: for staff at the server, not for phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.store.reading import Reader
from service.store.rows import Escalation, Number, Page, QueueItem, Staff


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: about whom, whose it is (None: the role's), and its alert, if it is one."""

    item: QueueItem
    who: str
    whose: Staff | None
    alert: Escalation | None


def read_waiting(reader: Reader, mine: Staff | None = None) -> tuple[Waiting, ...]:
    """Everything that waits, the highest tier first and then the longest wait; for one of staff only what is theirs to answer.

    Theirs is what has their name, what is their role's, and alerts that they were told of and nobody has taken.
    Raises psycopg's errors where the database is away.
    """
    items = reader.rows(QueueItem, "x.closed_at is null order by x.tier desc, x.since, x.id")
    alerts = {found.id: found for found in reader.rows(Escalation, "x.state <> 'closed'")}
    told = frozenset[UUID]() if mine is None else _told(reader, mine)
    staff, names = reader.staff(), _names(reader, items)
    return tuple(
        Waiting(
            item, names[item.number_id], staff.get(item.staff_id or item.id), alerts.get(item.escalation_id or item.id)
        )
        for item in items
        if mine is None or _theirs(item, mine, told)
    )


def staff_with(reader: Reader, phone: str) -> Staff | None:
    """The member of staff who has this E.164 number."""
    number = reader.number(phone)
    return None if number is None else next((s for s in reader.staff().values() if s.number_id == number.id), None)


def _told(reader: Reader, mine: Staff) -> frozenset[UUID]:
    pages = reader.rows(Page, "x.staff_id = %(staff)s and x.passed_at is null", staff=mine.id)
    return frozenset(page.escalation_id for page in pages)


def _theirs(item: QueueItem, mine: Staff, told: frozenset[UUID]) -> bool:
    if item.staff_id is not None:
        return item.staff_id == mine.id
    return item.role == mine.role or item.escalation_id in told


def _names(reader: Reader, items: Sequence[QueueItem]) -> Mapping[UUID, str]:
    """Whose each number is; one that nobody knows is told as it is, since there is no other name for it."""
    ids = list({item.number_id for item in items})
    known = reader.names(ids)
    numbers = reader.rows(Number, "x.id = any(%(ids)s)", ids=ids)
    return {number.id: known.get(number.id, number.number) for number in numbers}
