"""An escalation's ladder as the rules see it, read off its rows and kept in them: pages, the next moment, the timer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from service.rules.chain import Chain, chain_of_member, chain_of_stranger
from service.rules.duty import duty_at
from service.rules.ladder import Ladder
from service.rules.setting import Setting
from service.staff_phones import is_reachable
from service.store.rows import Escalation, Page, Staff
from service.store.scene import Scene
from service.timers import cancel_timer, set_timer


def chain_for(scene: Scene, setting: Setting, escalation: Escalation, now: datetime) -> Chain:
    """Who may be told, level by level; never the one whom the alert is about.

    To be asked with the scene of the number that the escalation is about: only there is the whole ladder gathered. When texts
    to everybody have failed for good, everybody is tried again.
    """
    failed = {page.staff_id for page in pages_of(scene, escalation) if page.failed_at is not None}
    chain = _chain(scene, setting, failed, now)
    return chain if chain.levels or not failed else _chain(scene, setting, set(), now)


def pair_of(scene: Scene) -> tuple[UUID | None, UUID | None]:
    """The member's specialist and that specialist's backup, about one of the staff themselves and their backup; whether or not they are still there."""
    own = scene.staff.id if scene.staff else None
    first = scene.member.specialist_id if scene.member else own
    specialist = None if first is None else scene.get(Staff, first)
    return first, None if specialist is None else specialist.backup_id


def ladder_of(scene: Scene, escalation: Escalation) -> Ladder:
    """Where an escalation stands. Told in this round are those whose page says so; lost, those of them who passed or failed; late, whose text has not left."""
    pages = sorted(_told(scene, escalation), key=lambda page: page.told_at)
    last = pages[-1].told_at if pages else None
    return Ladder(
        escalation.tier, escalation.round, tuple(page.staff_id for page in pages),
        tuple(page.staff_id for page in pages if page.told_at == last),
        frozenset(page.staff_id for page in pages if page.passed_at is not None or page.failed_at is not None),
        escalation.next_at, escalation.taken_by, escalation.reminded, escalation.rung,
        frozenset(page.staff_id for page in pages if page.late_at is not None),
    )  # fmt: skip


def keep(scene: Scene, escalation: Escalation, ladder: Ladder, now: datetime) -> tuple[Scene, Escalation]:
    """The scene with a ladder's new state in the escalation, in the pages of who counts as told, and in its timer."""
    taken = ladder.taker is not None
    kept = replace(
        escalation, tier=ladder.tier, round=ladder.round, rung=ladder.fence, next_at=ladder.next_at, taken_by=ladder.taker,
        state="taken" if taken else "open", taken_at=(escalation.taken_at or now) if taken else None, reminded=ladder.reminded,
    )  # fmt: skip
    scene = scene.with_rows(kept, *_counted(scene, kept, ladder, now)).guard(kept.number_id)
    return wake(scene, kept, ladder.next_at or now), kept


def wake(scene: Scene, escalation: Escalation, at: datetime) -> Scene:
    """The scene with the ladder looked at again at a moment: its next one, or at once when somebody has left it."""
    kind, other = ("outcome", "rung") if escalation.state == "taken" else ("rung", "outcome")
    scene = cancel_timer(scene, other, escalation.id)
    return set_timer(scene, kind, escalation.id, at, str(escalation.rung), escalation.number_id)


def still(scene: Scene, escalation: Escalation) -> Scene:
    """The scene with no timer of this escalation left: it is closed."""
    return cancel_timer(cancel_timer(scene, "rung", escalation.id), "outcome", escalation.id)


def pages_of(scene: Scene, escalation: Escalation) -> tuple[Page, ...]:
    """Everybody who was ever told of an escalation."""
    return tuple(page for page in scene.all(Page) if page.escalation_id == escalation.id)


def _told(scene: Scene, escalation: Escalation) -> list[Page]:
    return [page for page in pages_of(scene, escalation) if page.round == escalation.round]


def _counted(scene: Scene, escalation: Escalation, ladder: Ladder, now: datetime) -> list[Page]:
    """The pages of those who count as told, lost or late in this round without being told anew."""
    told = [page for page in pages_of(scene, escalation) if page.staff_id in ladder.told]
    return [
        replace(
            page, round=ladder.round, passed_at=(page.passed_at or now) if page.staff_id in ladder.lost else None,
            late_at=(page.late_at or now) if page.staff_id in ladder.late else None,
        )
        for page in told
        if page.round != ladder.round
        or (page.staff_id in ladder.lost and page.passed_at is None and page.failed_at is None)
        or (page.staff_id in ladder.late and page.late_at is None)
    ]  # fmt: skip


def _chain(scene: Scene, setting: Setting, failed: set[UUID], now: datetime) -> Chain:
    staff = [person for person in scene.all(Staff) if person.active and person.number_id != scene.number.id]
    out = {person.id for person in staff if not is_reachable(scene, person)} | failed
    supervisors = [person.id for person in staff if person.role == "supervisor"]
    others = [person.id for person in staff]
    if scene.member is None and scene.staff is None:
        on_duty = duty_at(setting.organisation, now).on
        specialists = [person.id for person in staff if on_duty and person.role == "specialist"]
        return chain_of_stranger(specialists, supervisors, out=out, others=others)
    first, backup = (who if who in others else None for who in pair_of(scene))
    return chain_of_member(first, backup, supervisors, out=out, others=others)
