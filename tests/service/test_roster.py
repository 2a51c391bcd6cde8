"""What a row of a file changes, decided on frozen scenes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.organisation import CheckIns, Later, load_organisation
from service.gateways.ids import new_id
from service.roster import IMPORTED, Decided, House, Known, decide_backup, decide_member, decide_staff_member
from service.rules.roster_files import MemberRow, StaffRow
from service.schedules import Wanted, add
from service.store.rows import Audit, Ledger, Outbound, Schedule, Timer
from service.store.scene import Scene, scene_of
from tests.house import shelf
from tests.stored import NOW, ZONE, a_member, a_number, a_specialist, owned

HOUSE = House(load_organisation(Path("config")), new_id, NOW, shelf)
NIGHT = replace(HOUSE, now=datetime(2026, 3, 6, 5, 0, tzinfo=UTC))  # midnight in New York
PHONE = "+15555550123"
ROSA = a_specialist(a_number("+15555550199"))
PUBLISHED = {"check-in": 1, "feedback": 1}
KNOWN = Known({"+15555550199": ROSA}, PUBLISHED)
ROW = MemberRow(2, "Ana", PHONE, "en", ZONE, "+15555550199", "FREQ=DAILY;BYHOUR=10;BYMINUTE=0", "check-in", None, None)
SIGNED = replace(ROW, consent_date=date(2026, 2, 1), consent_how="signed form")
DUTY = StaffRow(2, "Rosa", PHONE, "specialist", "en", ZONE, None)


def test_who_comes_from_a_file_has_what_begins_after_joining() -> None:
    """A newcomer too, counted from their yes; what has passed is left out."""
    later = (Later("feedback", "1 week after at 15:30"), Later("feedback", "8 weeks after at 15:30"))
    house = replace(HOUSE, organisation=replace(HOUSE.organisation, joining=later))
    found = decide(replace(SIGNED, rule=""), house=house).scene.all(Schedule)
    assert [schedule.starts for schedule in found] == ["2026-03-29T15:30:00"]


def decide(row: MemberRow, scene: Scene | None = None, house: House = HOUSE, place: int = 0) -> Decided:
    """What a row comes to, for a number that nobody knows unless a scene says otherwise."""
    return decide_member(scene or scene_of(replace(a_number(PHONE), version=0)), row, KNOWN, house, place)


def again(decided: Decided) -> Scene:
    """The scene as it would be gathered after a decision was written."""
    return replace(decided.scene, changed={}, cancelled=frozenset(), facts={"published": PUBLISHED})


def timers(decided: Decided) -> dict[str, datetime]:
    """When each kind of timer that a decision sets is due."""
    return {timer.kind: timer.due_at for timer in decided.scene.changed.values() if isinstance(timer, Timer)}


def written(decided: Decided) -> set[str]:
    """The tables that a decision writes to."""
    return {table for table, _ in decided.scene.changed}


def test_a_new_member_gets_a_number_a_schedule_and_the_welcome() -> None:
    """Without a recorded consent the welcome is set for now, since their window is open."""
    found = decide(ROW)
    member = found.scene.member
    assert found.what == "new"
    assert member is not None
    assert (member.name, member.specialist_id, member.window_start) == ("Ana", ROSA.id, "09:00")
    assert (found.scene.number.owner, found.scene.number.owner_id) == ("member", member.id)
    assert found.scene.number.consent == "unknown"
    assert timers(found) == {"welcome": NOW, "check-in": datetime(2026, 3, 7, 15, 0, tzinfo=UTC)}
    assert written(found) == {"numbers", "members", "schedules", "timers", "audit"}


def test_the_welcome_waits_for_the_members_morning() -> None:
    """Nobody is woken because a file was imported at night."""
    assert timers(decide(ROW, house=NIGHT))["welcome"] == datetime(2026, 3, 6, 14, 0, tzinfo=UTC)


def test_the_welcomes_of_a_long_file_are_spread() -> None:
    """A number sends about one segment a second; a hundred welcomes at once would go stale in the queue."""
    assert timers(decide(ROW, place=95))["welcome"] == datetime(2026, 3, 6, 15, 9, tzinfo=UTC)


def test_a_recorded_consent_is_entered_with_its_day_and_how() -> None:
    """The proof is in the ledger, and no welcome asks again."""
    found = decide(SIGNED)
    (entry,) = [row for row in found.scene.changed.values() if isinstance(row, Ledger)]
    assert (entry.what, entry.how, entry.wording) == ("given", "import", "signed form")
    assert entry.at == datetime(2026, 2, 1, 5, 0, tzinfo=UTC)  # that day's beginning in New York
    assert found.scene.number.consent == "given"
    assert "welcome" not in timers(found)


def test_a_consent_that_comes_later_takes_the_welcome_back() -> None:
    """The paper came in before the welcome went out."""
    first = decide(ROW, house=NIGHT)
    member = first.scene.member
    assert member is not None
    found = decide(SIGNED, again(first), NIGHT)
    assert ("welcome", member.id) in found.scene.cancelled
    assert found.scene.number.consent == "given"


def test_a_stop_stays_whatever_the_file_says() -> None:
    """A number that wrote STOP before it was anybody's becomes the member's, and its STOP is kept."""
    number = a_number(PHONE, consent="stopped")
    found = decide(SIGNED, scene_of(number))
    assert found.scene.number.consent == "stopped"
    assert found.scene.number.owner == "member"
    assert "consent_ledger" not in written(found)
    assert "welcome" not in timers(found)
    assert any("STOP" in note for note in found.notes)


def test_a_no_to_the_welcome_stays_too() -> None:
    """Only the member themselves can turn their no into a yes."""
    first = decide(ROW)
    declined = replace(first.scene.number, consent="declined")
    found = decide(SIGNED, again(replace(first, scene=first.scene.with_rows(declined))))
    assert found.scene.number.consent == "declined"
    assert "consent_ledger" not in written(found)


def test_importing_again_changes_nothing() -> None:
    """The same file may be imported as often as somebody likes."""
    for row in (ROW, SIGNED):
        found = decide(row, again(decide(row)))
        assert found.what == "same"
        assert found.scene.changed == {}


def test_what_changed_in_the_file_is_changed_and_nothing_else() -> None:
    """A new name is a new name: the person, their schedule and their consent stay."""
    first = decide(SIGNED)
    found = decide(replace(SIGNED, name="Anna", language="es"), again(first))
    member = found.scene.member
    assert found.what == "changed"
    assert member is not None
    assert (member.name, member.language) == ("Anna", "es")
    assert written(found) == {"numbers", "members", "audit"}


def test_another_name_for_a_known_number_is_told() -> None:
    """Whoever imports sees that the row is about somebody who is there already, before a stranger gets their place."""
    other, same = decide(replace(ROW, name="Ola"), again(decide(ROW))), decide(ROW, again(decide(ROW)))
    staff = decide_staff_member(scene_of(replace(a_number(PHONE), version=0)), DUTY, HOUSE)
    renamed = decide_staff_member(again(staff), replace(DUTY, name="Dan"), HOUSE)
    assert "until now this number was Ana's" in other.notes[0]
    assert "until now this number was Rosa's" in renamed.notes[0]
    assert (same.notes, staff.notes) == ((), ())


def test_a_new_rule_is_the_schedules_next_revision() -> None:
    """What was set for the old rule finds its fence stale."""
    first = decide(ROW)
    found = decide(replace(ROW, rule="FREQ=DAILY;BYHOUR=18;BYMINUTE=30"), again(first))
    (schedule,) = found.scene.all(Schedule)
    (timer,) = [row for row in found.scene.changed.values() if isinstance(row, Timer)]
    assert schedule.revision == 2
    assert (timer.subject, timer.fence) == (schedule.id, "2")
    assert timer.due_at == datetime(2026, 3, 6, 23, 30, tzinfo=UTC)


def test_a_rhythm_that_the_member_chose_is_kept() -> None:
    """Importing the same file again must not take back what they chose for themselves."""
    first = decide(ROW)
    (schedule,) = first.scene.all(Schedule)
    own = replace(schedule, rule="FREQ=WEEKLY;BYDAY=MO", revision=5)
    found = decide(ROW, again(replace(first, scene=first.scene.with_rows(own))))
    assert found.what == "same"
    assert found.scene.all(Schedule) == (own,)


@pytest.mark.parametrize("rule", [ROW.rule, ""])
def test_what_was_added_by_hand_stays_as_it_is(rule: str) -> None:
    """A Saturday and a single date of the same flow, added after the file had a rule or before it: it changes its own alone."""
    first = decide(replace(ROW, rule=rule))
    member, scene = first.scene.member, again(first)
    assert member is not None
    saturday, once = ("FREQ=WEEKLY;BYDAY=SA", "2026-03-07T11:00"), ("FREQ=DAILY;COUNT=1", "2026-03-10T12:00")
    for added, starts in (saturday, once):
        scene, _ = add(scene, member, Wanted("check-in", added, datetime.fromisoformat(starts)), HOUSE)
    second = decide(ROW, replace(scene, changed={}))
    found = decide(replace(ROW, rule="FREQ=WEEKLY;BYDAY=TU", flow="feedback"), again(second))
    own = next(row.id for row in second.scene.all(Schedule) if row.rule == ROW.rule)
    rules = {row.rule: (row.id == own, row.flow) for row in found.scene.all(Schedule)}
    assert rules == {
        "FREQ=WEEKLY;BYDAY=TU": (True, "feedback"), saturday[0]: (False, "check-in"), once[0]: (False, "check-in"),
    }  # fmt: skip


def test_a_rule_that_their_hours_leave_out_is_told_before_it_is_written() -> None:
    """At nine in the evening, and the organisation's window ends at eight."""
    notes = decide(replace(ROW, rule="FREQ=DAILY;BYHOUR=21;BYMINUTE=0")).notes
    assert any(note.startswith("look: check-in: every moment of it lies outside of their hours") for note in notes)
    assert not any("look:" in note for note in decide(ROW).notes)


def test_a_regular_check_in_is_as_the_organisation_has_it() -> None:
    """Not on a day on which they wrote, and not on holidays, where organisation.yaml says so; what is there keeps its own."""
    usual = replace(HOUSE, organisation=replace(HOUSE.organisation, check_ins=CheckIns(True, True)))
    [one] = decide(ROW, house=usual).scene.all(Schedule)
    assert (one.unless_heard, one.skip_holidays) == (True, True)
    [kept] = decide(replace(ROW, rule="FREQ=DAILY"), again(decide(ROW)), usual).scene.all(Schedule)
    assert (kept.revision, kept.unless_heard, kept.skip_holidays) == (2, False, False)


def test_a_moment_that_has_begun_is_not_lost_when_the_file_has_another_rule() -> None:
    """Within the hour after ten some minute was drawn; the rule changes before it comes, and the moment says what became of it."""
    first = decide(ROW)
    [schedule] = first.scene.all(Schedule)
    ten = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
    spread = replace(schedule, spread=120, next_at=ten)
    house = replace(HOUSE, now=ten + timedelta(minutes=1))
    found = decide(
        replace(ROW, rule="FREQ=WEEKLY;BYDAY=TU"), again(replace(first, scene=first.scene.with_rows(spread))), house
    )
    [left_out] = [row for row in found.scene.changed.values() if isinstance(row, Outbound)]
    assert (left_out.state, left_out.reason["rule"]) == ("withheld", "its timing was changed before it spoke")
    assert left_out.reason["due"] == ten.isoformat()


def test_a_move_to_another_zone_moves_the_next_moment() -> None:
    """Ten in the morning is ten in the morning where they live now."""
    first = decide(ROW)
    found = decide(replace(ROW, zone="America/Los_Angeles"), again(first))
    assert timers(found) == {"check-in": datetime(2026, 3, 6, 18, 0, tzinfo=UTC)}
    (schedule,) = found.scene.all(Schedule)
    assert schedule.revision == 1


def test_a_member_without_a_rule_has_no_schedule() -> None:
    """Nobody is checked in on who did not choose when."""
    found = decide(replace(ROW, rule=""))
    assert found.scene.all(Schedule) == ()
    assert IMPORTED not in found.scene.number.memory


def test_an_empty_specialist_takes_nobodys_away() -> None:
    """A cell that somebody forgot to fill leaves a member whom they had."""
    found = decide(replace(ROW, specialist_phone=None), again(decide(ROW)))
    assert found.what == "same"
    assert found.scene.member is not None
    assert found.scene.member.specialist_id == ROSA.id


def test_a_specialist_that_nobody_is_refuses_the_row() -> None:
    """The mend says what to do first."""
    found = decide(replace(ROW, specialist_phone="+15555550177"))
    assert found.what == "refused"
    assert found.notes == ("specialist_phone: nobody of staff has this number; import staff.csv first, or mend it",)
    assert found.scene.changed == {}


def test_a_flow_that_is_not_published_refuses_the_row() -> None:
    """A schedule for a flow that is not there would fail at its first moment."""
    found = decide(replace(ROW, flow="hello"))
    assert found.what == "refused"
    assert "choose of check-in, feedback" in found.notes[0]


def test_a_consent_of_tomorrow_refuses_the_row() -> None:
    """A day that is still to come is a slip of the pen, and consent must not rest on one."""
    assert decide(replace(SIGNED, consent_date=date(2026, 3, 6))).what == "new"
    assert decide(replace(SIGNED, consent_date=date(2026, 3, 7))).what == "refused"


def test_a_number_belongs_to_one_person() -> None:
    """Neither can a specialist's phone become a member's, nor a member's a specialist's."""
    number = a_number(PHONE)
    rosa, ana = a_specialist(number), a_member(number)
    assert decide(ROW, scene_of(owned(number, rosa), [rosa])).what == "refused"
    assert decide_staff_member(scene_of(owned(number, ana), [ana]), DUTY, HOUSE).what == "refused"


def test_staff_are_new_then_the_same_then_changed() -> None:
    """A row of staff.csv works as one of members.csv does."""
    first = decide_staff_member(scene_of(replace(a_number(PHONE), version=0)), DUTY, HOUSE)
    assert (first.what, first.scene.number.owner) == ("new", "staff")
    assert decide_staff_member(again(first), DUTY, HOUSE).what == "same"
    moved = decide_staff_member(again(first), replace(DUTY, role="supervisor"), HOUSE)
    assert moved.what == "changed"
    assert moved.scene.staff is not None
    assert moved.scene.staff.role == "supervisor"


def test_a_staff_phone_that_said_stop_is_told() -> None:
    """The import does not undo a STOP; somebody must ask them to write START."""
    found = decide_staff_member(scene_of(a_number(PHONE, consent="stopped")), DUTY, HOUSE)
    assert found.scene.number.consent == "stopped"
    assert "START" in found.notes[0]


def test_a_backup_is_set_and_never_taken_away() -> None:
    """A file that names no backup leaves the one there is."""
    number, other = a_number(PHONE), a_specialist(a_number("+15555550198"), "Dan")
    rosa = a_specialist(number)
    scene = decide_backup(scene_of(owned(number, rosa), [rosa]), other)
    assert scene.staff is not None
    assert scene.staff.backup_id == other.id
    assert decide_backup(replace(scene, changed={}), None).changed == {}
    assert decide_backup(replace(scene, changed={}), other).changed == {}


def test_every_change_is_kept_in_the_audit() -> None:
    """Who was imported when is answerable later, without a name in it."""
    found = decide(ROW)
    (entry,) = [row for row in found.scene.changed.values() if isinstance(row, Audit)]
    assert found.scene.member is not None
    assert (entry.what, entry.about, entry.detail["new"]) == ("member imported", found.scene.member.id, True)
    assert "Ana" not in str(entry.detail)
