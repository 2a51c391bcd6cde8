"""Who may be told of an escalation, in which order, and who is next: read off the scene, never remembered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from service.rules.duty import duty_at
from service.rules.setting import Setting
from service.staff_phones import has_stopped, is_reachable, reachable
from service.store.rows import Escalation, Page, Staff
from service.store.scene import Scene

Rungs = tuple[tuple[Staff, ...], ...]


def rungs_for(scene: Scene, setting: Setting, escalation: Escalation, now: datetime) -> Rungs:
    """The people to tell, rung by rung: specialist, backup, supervisors; for who has none, whoever is on duty first.

    Left out are phones that said stop, those whose texts failed for good, and the one whom the alert is about. Should that
    leave nobody, failed phones are tried again; and should it still, the coordinators are told. Empty: nobody at all.
    """
    people = _people(scene, setting, now)
    tried = _without_gaps(scene, escalation, people, skip_failed=True)
    return tried or _without_gaps(scene, escalation, (*people, reachable(scene, "coordinator")), skip_failed=False)


def next_to_tell(scene: Scene, escalation: Escalation, rungs: Rungs) -> tuple[Staff, ...]:
    """Who is told next in this round: at tier 3 everybody who was not, at tier 2 the first rung that was not."""
    untold = [tuple(p for p in rung if not told_in(scene, escalation, p.id, escalation.round)) for rung in rungs]
    waiting = [rung for rung in untold if rung]
    return tuple(p for rung in waiting for p in rung) if escalation.tier >= 3 else next(iter(waiting), ())


def told_in(scene: Scene, escalation: Escalation, staff_id: UUID, round_: int) -> bool:
    """Whether this person was told of the escalation in a round, or passed it on before that round reached them."""
    page = scene.get(Page, escalation.id, staff_id)
    return page is not None and page.round >= round_


def somebody_may_take(scene: Scene, escalation: Escalation) -> bool:
    """Whether somebody told in this round neither passed it on nor is out of reach."""
    return any(
        page.round == escalation.round and page.passed_at is None and page.failed_at is None
        and is_reachable(scene, scene.get(Staff, page.staff_id))
        for page in pages_of(scene, escalation)
    )  # fmt: skip


def pages_of(scene: Scene, escalation: Escalation) -> tuple[Page, ...]:
    """Everybody who was told of an escalation."""
    return tuple(page for page in scene.all(Page) if page.escalation_id == escalation.id)


def passed_over(scene: Scene, setting: Setting, now: datetime) -> tuple[Staff, ...]:
    """Those who would have been told, but whose phone said stop."""
    return tuple(p for rung in _people(scene, setting, now) for p in rung if has_stopped(scene, p) and p.number_id != scene.number.id)


def _people(scene: Scene, setting: Setting, now: datetime) -> Rungs:
    supervisors = tuple(person for person in scene.all(Staff) if person.role == "supervisor")
    if scene.member is not None:
        specialist = _person(scene, scene.member.specialist_id)
        return _named(specialist), _named(_backup(scene, specialist)), supervisors
    if scene.staff is not None:
        return _named(_backup(scene, scene.staff)), supervisors
    on_duty = duty_at(setting.organisation, now).on
    return tuple(p for p in scene.all(Staff) if p.role == "specialist" and on_duty), supervisors


def _without_gaps(scene: Scene, escalation: Escalation, people: Iterable[tuple[Staff, ...]], *, skip_failed: bool) -> Rungs:
    seen: set[UUID] = set()
    rungs: list[tuple[Staff, ...]] = []
    for rung in people:
        fits = tuple(p for p in rung if p.id not in seen and _may_be_told(scene, escalation, p, skip_failed=skip_failed))
        seen |= {person.id for person in fits}
        rungs += [fits] if fits else []
    return tuple(rungs)


def _may_be_told(scene: Scene, escalation: Escalation, person: Staff, *, skip_failed: bool) -> bool:
    page = scene.get(Page, escalation.id, person.id)
    failed = skip_failed and page is not None and page.failed_at is not None
    return is_reachable(scene, person) and person.number_id != escalation.number_id and not failed


def _backup(scene: Scene, person: Staff | None) -> Staff | None:
    return None if person is None else _person(scene, person.backup_id)


def _person(scene: Scene, staff_id: UUID | None) -> Staff | None:
    return None if staff_id is None else scene.get(Staff, staff_id)


def _named(person: Staff | None) -> tuple[Staff, ...]:
    return () if person is None else (person,)
