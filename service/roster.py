"""People from files: what an import would change, and the change itself, one guarded unit for each number.

Importing again changes what the file changed and nothing else: a rhythm that a member chose themselves stays until the
file has another rule, and a STOP stays whatever the file says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal
from uuid import UUID

from config.organisation import Organisation
from flows.engine.flow import Flow
from service.checkins import window_of
from service.conversations import on_new_clocks
from service.filling import missing
from service.joining import join
from service.outlook import say_outlook
from service.planning import moved_to_zone
from service.regular import Timing, timed
from service.retiming import retime
from service.rules.local_time import to_instant, to_local
from service.rules.roster_files import MemberRow, StaffRow
from service.rules.windows import next_open
from service.store.rows import Audit, Ledger, Member, Schedule, Staff
from service.store.scene import Scene
from service.timers import cancel_timer, set_timer

IMPORTED = "imported"  # the place in a number's memory where the rule of the last file is kept
AT_ONCE = 10  # welcomes a minute: a number sends about one segment a second, and a welcome has several

What = Literal["new", "changed", "same", "refused"]


@dataclass(frozen=True, slots=True)
class House:
    """What an import is decided by besides the rows: the organisation, new ids, the time, and the flows."""

    organisation: Organisation
    new_id: Callable[[], UUID]
    now: datetime
    flows: Callable[[Mapping[str, int]], Mapping[str, Flow]]  # compiled flows by name for fixed versions


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows that a file only names: staff by their numbers, and the flows that are published."""

    staff: Mapping[str, Staff]
    flows: Mapping[str, int]  # name to version


@dataclass(frozen=True, slots=True)
class Decided:
    """What one row of a file comes to: the scene to write (as it was, where the row is refused), and what to tell."""

    what: What
    scene: Scene
    notes: tuple[str, ...] = ()


def decide_member(scene: Scene, row: MemberRow, known: Known, house: House, place: int = 0) -> Decided:
    """The scene of a number after a row of members.csv.

    `place` is the row's place among those that are welcomed, which spreads the welcomes of a long file.
    """
    refusal = _refusal(scene, row, known, house)
    if refusal:
        return Decided("refused", scene, (refusal,))
    before = scene.member
    member = _member(scene, row, known, house)
    after = scene if member == before else _owned(scene.with_rows(member), "member", member.id)
    after, about_consent = _consent(after, row, member, house, known.flows)
    if before is not None and before.zone != member.zone:
        after = moved_to_zone(after, member, house.organisation, house.now)
        after = on_new_clocks(after, house, member, before.zone, house.now)
    after, about_schedule = _schedule(after, row, member, house)
    if before is None and after.number.consent == "unknown":
        after = set_timer(after, "welcome", member.id, _welcome_at(member, house, place))
        about_consent += ("no consent on record: the welcome goes first",)
    notes = (*_renamed(before, row), *about_consent, *about_schedule)
    return _told(scene, after, member.id, "member", house, notes)


def decide_staff_member(scene: Scene, row: StaffRow, house: House) -> Decided:
    """The scene of a number after a row of staff.csv; the backup comes in a second pass, when everybody is there."""
    if scene.number.owner == "member":
        return Decided("refused", scene, ("phone: this number is a member's; staff need a phone of their own",))
    before = scene.staff
    if before is None:
        staff = Staff(house.new_id(), scene.number.id, row.name, row.role, row.language, row.zone, house.now)
    else:
        staff = replace(before, name=row.name, role=row.role, language=row.language, zone=row.zone, active=True)
    after = scene if staff == before else _owned(scene.with_rows(staff), "staff", staff.id)
    stopped = ("this phone said STOP: it gets no alerts until it writes START",) * (scene.number.consent == "stopped")
    return _told(scene, after, staff.id, "staff", house, (*_renamed(before, row), *stopped))


def decide_backup(scene: Scene, backup: Staff | None) -> Scene:
    """The scene of a staff number with its owner's backup; a file that names none changes nothing."""
    staff = scene.staff
    if staff is None or backup is None or staff.backup_id == backup.id:
        return scene
    return scene.with_rows(replace(staff, backup_id=backup.id))


def _refusal(scene: Scene, row: MemberRow, known: Known, house: House) -> str | None:
    if scene.number.owner == "staff":
        return "phone: this number belongs to somebody of staff; a number belongs to one person"
    if row.specialist_phone and row.specialist_phone not in known.staff:
        return "specialist_phone: nobody of staff has this number; import staff.csv first, or mend it"
    if row.rule and row.flow not in known.flows:
        return f"flow: no flow of this name is published; choose of {', '.join(sorted(known.flows)) or 'none yet'}"
    if row.rule and (lack := missing(house.flows({row.flow: known.flows[row.flow]})[row.flow], dated=False)):
        return f"flow: {lack}"
    if row.consent_date and row.consent_date > to_local(house.now, row.zone).date():
        return "consent_date: this day is still to come; write the day on which they said yes"
    return None


def _member(scene: Scene, row: MemberRow, known: Known, house: House) -> Member:
    before = scene.member
    named = known.staff[row.specialist_phone].id if row.specialist_phone else None
    if before is not None:  # an empty cell never takes somebody's specialist away
        specialist = named or before.specialist_id
        return replace(before, name=row.name, language=row.language, zone=row.zone, specialist_id=specialist)
    begin, end = house.organisation.window
    caps = house.organisation.caps
    return Member(
        house.new_id(), scene.number.id, row.name, row.language, row.zone, house.now, named,
        f"{begin:%H:%M}", f"{end:%H:%M}", caps.per_day, caps.per_week,
    )  # fmt: skip


def _renamed(before: Member | Staff | None, row: MemberRow | StaffRow) -> tuple[str, ...]:
    """A number keeps its history and its consent: whoever imports must see that a row is about somebody who is there already."""
    if before is None or before.name == row.name:
        return ()
    return (
        f"until now this number was {before.name}'s: for another person leave this row out, a number belongs to one",
    )


def _owned(scene: Scene, owner: str, owner_id: UUID) -> Scene:
    return scene.with_rows(replace(scene.number, owner=owner, owner_id=owner_id))


def _consent(
    scene: Scene, row: MemberRow, member: Member, house: House, published: Mapping[str, int]
) -> tuple[Scene, tuple[str, ...]]:
    """A yes on record is entered once; a no that they said themselves stands, whatever the file has."""
    said = scene.number.consent
    if said in ("stopped", "declined", "wrong"):
        return scene, (f"{_SAID[said]}: that stays until they write START",)
    if said == "given" or row.consent_date is None:
        return scene, ()
    at = to_instant(datetime.combine(row.consent_date, time()), member.zone)
    entry = Ledger(house.new_id(), scene.number.id, at, "given", "import", row.consent_how or "", member.language)
    scene = cancel_timer(scene, "welcome", member.id)
    scene = scene.with_rows(entry, replace(scene.number, consent="given", consent_at=at))
    scene = join(scene, member, house, published, at, house.now)
    return scene, (f"consent of {row.consent_date} on record",)


_SAID = {"stopped": "they said STOP", "declined": "they said no to the welcome", "wrong": "this number was wrong"}


def _schedule(scene: Scene, row: MemberRow, member: Member, house: House) -> tuple[Scene, tuple[str, ...]]:
    """The rule of the file where it is another than that of the last file; what was added beside it stays as it is."""
    wanted = {"flow": row.flow, "rule": row.rule}
    if not row.rule or scene.number.memory.get(IMPORTED) == wanted:
        return scene, ()
    starts = datetime.combine(to_local(house.now, member.zone).date(), window_of(member)[0]).isoformat()
    schedule = timed(scene, house, member, Timing(row.flow, row.rule, starts))
    scene = scene.with_rows(replace(scene.number, memory={**scene.number.memory, IMPORTED: wanted}))
    scene = retime(scene, house, member, schedule, house.now)
    kept = scene.get(Schedule, schedule.id)
    muted = None if kept is None else say_outlook(kept, member, house.organisation, house.now)
    return scene, (_next_said(row.flow, member, kept), *(() if muted is None else (f"look: {muted}",)))


def _next_said(flow: str, member: Member, schedule: Schedule | None) -> str:
    if schedule is None or schedule.next_at is None:
        return f"{flow}: its rule has no moment left"
    return f"{flow}: next on {to_local(schedule.next_at, member.zone):%A %d %B %Y at %H:%M}, their time"


def _welcome_at(member: Member, house: House, place: int) -> datetime:
    return next_open(window_of(member), member.zone, house.now + timedelta(minutes=place // AT_ONCE))


def _told(before: Scene, after: Scene, person: UUID, who: str, house: House, notes: tuple[str, ...]) -> Decided:
    if not after.changed:
        return Decided("same", after, notes)
    new = before.number.owner is None
    tables = sorted({table for table, _ in after.changed} - {"audit"})
    entry = Audit(house.new_id(), house.now, None, f"{who} imported", person, {"new": new, "changed": tables})
    return Decided("new" if new else "changed", after.with_rows(entry), notes)
