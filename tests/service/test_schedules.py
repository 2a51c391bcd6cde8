"""Schedules changed by hand while they are about to speak, hours of a week, and pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.appointments import Dated, Part, book
from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.handoffs import Doing
from service.planning import set_next
from service.putting_off import put_off, put_offs
from service.rhythm import do
from service.roster import House
from service.rules.local_time import to_instant, to_local
from service.schedules import (
    ScheduleRefused,
    Wanted,
    change,
    pause_by_hand,
    remove,
    resume_by_hand,
    set_hours,
)
from service.store.rows import Audit, Inbound, Member, Outbound, QueueItem, Schedule, Timer
from service.store.scene import Scene
from tests.house import RHYTHM, SAM, identity, sams_scene, setting

TEN = datetime(2027, 3, 2, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
MINUTE = timedelta(minutes=1)
CONSULTED = setting()
SPREAD = replace(RHYTHM, spread=120, next_at=TEN)
WANTED = Wanted("check-in", "FREQ=DAILY", datetime.fromisoformat(RHYTHM.starts), 120)


def house(now: datetime = TEN) -> House:
    """The desk at a moment."""
    return House(CONSULTED.organisation, CONSULTED.new_id, now, CONSULTED.flows)


def due(scene: Scene) -> datetime:
    """When the schedule is looked at."""
    return next(t.due_at for t in scene.all(Timer) if t.kind == "check-in")


def sam(scene: Scene) -> Member:
    """Sam as they are now."""
    assert scene.member is not None
    return scene.member


def left_out(scene: Scene) -> list[tuple[str, str]]:
    """The moments that were withheld, and why."""
    return [(row.reason["due"], row.reason["rule"]) for row in scene.all(Outbound) if row.state == "withheld"]


@pytest.mark.parametrize("spread", [0, 1, 60, 300])
def test_another_spread_keeps_the_moment_that_has_begun(spread: int) -> None:
    """A minute after ten today's minute is still to come: it is drawn anew, or speaks at once, and tomorrow follows."""
    now = TEN + MINUTE
    scene, kept = change(sams_scene("given", SPREAD), SPREAD, SAM, replace(WANTED, spread=spread), house(now))
    assert (kept.next_at, kept.revision) == (TEN, 2)
    assert now <= due(scene) <= TEN + timedelta(minutes=spread) + MINUTE
    timer = Timer("check-in", kept.id, SAM.number_id, due(scene), fence="2")
    spoken = on_check_in(scene, setting(), conversation_handlers(), timer, due(scene))
    assert [row.state for row in spoken.all(Outbound)] == ["queued"]


def test_a_moment_that_is_late_stays_late() -> None:
    """The worker stood still since ten; another spread two hours later does not make it as if nothing had happened."""
    plain = replace(RHYTHM, next_at=TEN)
    now = TEN + timedelta(hours=2)
    scene, _ = change(sams_scene("given", plain), plain, SAM, replace(WANTED, spread=180), house(now))
    assert due(scene) == TEN


def test_a_moment_that_the_new_timing_does_not_have_says_so() -> None:
    """Another rule, or none at all any more: today's moment is a row with its reason."""
    now = TEN + MINUTE
    mondays = replace(WANTED, rule="FREQ=WEEKLY;BYDAY=MO")
    scene, kept = change(sams_scene("given", SPREAD), SPREAD, SAM, mondays, house(now))
    assert left_out(scene) == [(TEN.isoformat(), "its timing was changed before it spoke")]
    assert kept.next_at == TEN + timedelta(days=6)
    gone = remove(sams_scene("given", SPREAD), SPREAD, SAM, house(now))
    assert left_out(gone) == [(TEN.isoformat(), "it was removed before it spoke")]


def test_a_moment_that_has_not_begun_leaves_no_row() -> None:
    """The next one is another one, and that is all."""
    earlier = house(TEN - MINUTE)
    assert left_out(remove(sams_scene("given", SPREAD), SPREAD, SAM, earlier)) == []
    scene, _ = change(sams_scene("given", SPREAD), SPREAD, SAM, replace(WANTED, rule="FREQ=WEEKLY"), earlier)
    assert left_out(scene) == []


def test_a_removed_schedule_does_not_come_back() -> None:
    """Neither by a change; it is to be added anew."""
    scene = remove(sams_scene("given", SPREAD), SPREAD, SAM, house())
    gone = scene.get(Schedule, SPREAD.id)
    assert gone is not None
    assert (gone.active, gone.removed) == (False, True)
    with pytest.raises(ScheduleRefused, match="was removed"):
        change(scene, gone, SAM, WANTED, house())


def test_other_hours_plan_a_reminder_anew() -> None:
    """Three hours before a visit at eight it goes a little before the hours end the evening before, whenever those end."""
    eight = Dated(datetime(2027, 3, 5, 8), (Part("check-in", "3 hours before"),))
    scene, _ = book(sams_scene("given"), SAM, eight, house())
    assert to_local(due(scene), SAM.zone) == datetime(2027, 3, 4, 19, 45)
    scene = set_hours(scene, SAM, (3,), ("09:00", "18:00"), house())
    assert to_local(due(scene), SAM.zone) == datetime(2027, 3, 4, 17, 45)


def test_a_moment_that_was_put_off_keeps_its_time_and_reason() -> None:
    """It is judged anew when that time comes, by the hours that hold then."""
    scene, [visit] = book(
        sams_scene("given"), SAM, Dated(datetime(2027, 3, 5, 8), (Part("check-in", "3 hours before"),)), house()
    )
    scene = put_off(scene, visit, visit.next_at or TEN, TEN + timedelta(hours=2), "another text went out just before")
    scene = set_hours(scene, SAM, range(7), ("09:00", "18:00"), house())
    assert due(scene) == TEN + timedelta(hours=2)
    assert len(put_offs(scene.number, visit.id)) == 1


def test_other_hours_draw_the_minutes_of_a_spread_within_them() -> None:
    """Eight hours of spread from five in the afternoon on, and hours that end at half past five."""
    schedule = replace(RHYTHM, starts="2027-03-03T17:00:00", spread=480)
    scene = set_next(sams_scene("given"), schedule, SAM, house().organisation, TEN)
    scene = set_hours(scene, SAM, range(7), ("09:00", "17:30"), house())
    assert (
        to_instant(datetime(2027, 3, 3, 17), SAM.zone)
        <= due(scene)
        < to_instant(datetime(2027, 3, 3, 17, 30), SAM.zone)
    )


def test_a_moment_that_has_begun_is_not_planned_anew() -> None:
    """It is looked at when it was to be; what holds then decides."""
    scene = set_hours(sams_scene("given", SPREAD), SAM, range(7), ("09:00", "18:00"), house(TEN + MINUTE))
    assert scene.all(Timer) == ()


def test_all_seven_days_are_the_usual_hours() -> None:
    """A day that had others has the usual ones too; some days alone are kept by themselves, and the usual give them back."""
    scene = set_hours(sams_scene("given"), replace(SAM, windows={"6": None}), range(7), ("10:00", "18:00"), house())
    assert (sam(scene).window_start, sam(scene).window_end, sam(scene).windows) == ("10:00", "18:00", {})
    scene = set_hours(scene, sam(scene), (5, 6), None, house())
    assert sam(scene).windows == {"5": None, "6": None}
    assert sam(set_hours(scene, sam(scene), range(7), ("10:00", "18:00"), house())).windows == {}
    assert sam(set_hours(scene, sam(scene), range(7), None, house())).windows == {str(day): None for day in range(7)}


def test_a_pause_by_hand_is_as_their_own_and_kept_in_the_audit() -> None:
    """It has a timer for its end, what waits is withdrawn, and both acts say when and what."""
    scene = pause_by_hand(sams_scene("given"), SAM, datetime(2027, 3, 9), house())
    assert sam(scene).paused_until == datetime(2027, 3, 9, 5, tzinfo=UTC)
    assert [(t.kind, t.due_at) for t in scene.all(Timer)] == [("resume", datetime(2027, 3, 9, 5, tzinfo=UTC))]
    assert [w.reason for w in scene.withdrawn] == [{"withdrawn": "their texts were paused by hand"}]
    back = resume_by_hand(scene, sam(scene), house(TEN + MINUTE))
    assert (sam(back).paused_at, sam(back).paused_until) == (None, None)
    assert ("resume", SAM.id) in back.cancelled
    assert [entry.what for entry in back.all(Audit)] == ["paused by hand", "pause ended by hand"]
    with pytest.raises(ScheduleRefused, match="not paused"):
        resume_by_hand(back, sam(back), house())
    with pytest.raises(ScheduleRefused, match="has passed"):
        pause_by_hand(back, sam(back), datetime(2027, 3, 2), house())


@pytest.mark.parametrize(("end", "waits"), [("20:00", 0), ("18:00", 1)])
def test_times_that_a_member_chooses_outside_of_their_hours_are_told_to_a_person(end: str, waits: int) -> None:
    """They keep what they chose; somebody sees that it cannot come, and writes."""
    member = replace(SAM, window_end=end)
    inbound = Inbound(identity(9), "SM1", SAM.number_id, "+15555550100", "evening", TEN)
    doing = Doing("set_rhythm", {"rhythm": "evening"}, inbound)
    scene, _ = do(sams_scene("given", member), setting(), doing, TEN, conversation_handlers())
    assert [s.starts for s in scene.all(Schedule)] == ["2027-03-02T18:30:00"]
    assert [item.why for item in scene.all(QueueItem)] == ["rhythm"] * waits
