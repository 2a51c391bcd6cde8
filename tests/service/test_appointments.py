"""Dates that move and vanish, schedules changed by hand, and a member who moves to another zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.organisation import Later, Organisation
from flows.engine.compile import compile_flow
from service.appointments import HELLO, QUESTION, VISIT, Dated, Part, book, cancel, move, parts_of_a_visit
from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.conversations import Beginning, begin, on_new_clocks
from service.handoffs import Doing
from service.joining import join
from service.planning import moved_to_zone, set_next, speaks_at
from service.queues import unsaid
from service.rhythm import do
from service.roster import House
from service.rules.catalogue import CATALOGUE
from service.rules.local_time import to_instant, to_local
from service.rules.setting import Setting
from service.schedules import ScheduleRefused, Wanted, add, change, set_hours
from service.store.rows import Audit, Member, Outbound, QueueItem, Schedule, Timer
from service.store.scene import Scene
from service.timers import set_timer
from tests.house import PUBLISHED, RHYTHM, SAM, identity, sams_scene, setting, shelf

NOW = datetime(2027, 3, 2, 15, 30, tzinfo=UTC)  # a Tuesday, 10:30 in New York
ORGANISATION = setting().organisation
FRIDAY = datetime(2027, 3, 5, 14)
WHENS = ("2 days before at 12:00", "3 hours before", "1 day after at 15:30")


def house(now: datetime = NOW) -> House:
    """The desk at a moment, with ids that count up."""
    return House(ORGANISATION, setting().new_id, now, setting().flows)


def booked(whens: tuple[str, ...] = WHENS) -> tuple[Scene, tuple[Schedule, ...]]:
    """Sam's visit on Friday at two."""
    return book(sams_scene("given"), SAM, dated(FRIDAY, *whens), house())


def dated(date_at: datetime, *whens: str) -> Dated:
    """A check-in at each of these moments around a date."""
    return Dated(date_at, [Part("check-in", when) for when in whens])


def timers(scene: Scene) -> list[str]:
    """When schedules are looked at, in New York."""
    return sorted(f"{to_local(t.due_at, SAM.zone):%a %H:%M}" for t in scene.all(Timer) if _stands(scene, t))


def _stands(scene: Scene, timer: Timer) -> bool:
    return timer.kind == "check-in" and timer.key not in scene.cancelled


def test_a_visit_has_a_timer_for_each_of_its_moments() -> None:
    """Before it reminders, after it an ordinary hello; one audit row."""
    scene, kept = booked()
    assert timers(scene) == ["Fri 11:00", "Sat 15:30", "Wed 12:00"]
    assert [s.kind for s in kept] == ["time-bound", "time-bound", "routine"]
    assert [entry.what for entry in scene.all(Audit)] == ["date booked"]


def test_what_has_passed_is_left_out_and_a_visit_with_nothing_to_come_is_refused() -> None:
    """Booked the day before: only what is still to come; booked an hour before: a clear refusal."""
    scene, kept = book(sams_scene("given"), SAM, dated(datetime(2027, 3, 3, 14), *WHENS[:2]), house())
    assert ([s.relative for s in kept], timers(scene)) == (["3 hours before"], ["Wed 11:00"])
    with pytest.raises(ScheduleRefused, match="passed"):
        book(sams_scene("given"), SAM, dated(datetime(2027, 3, 2, 11), *WHENS[:2]), house())


def test_a_moved_visit_takes_everything_with_it() -> None:
    """The conversation about the old date is over, what waits of it is withdrawn, and each moment is worked out anew."""
    scene, kept = booked()
    wednesday = to_instant(datetime(2027, 3, 3, 12), SAM.zone)
    timer = Timer("check-in", kept[0].id, SAM.number_id, wednesday, fence="1")
    scene = on_check_in(scene.cancel(timer.key), setting(), conversation_handlers(), timer, wednesday)
    assert scene.conversation is not None
    schedules = tuple(s for s in scene.all(Schedule) if s.date_id is not None)
    moved, _ = move(scene, schedules, SAM, FRIDAY + timedelta(days=7), house(wednesday))
    assert moved.conversation is None
    assert "time-bound" in moved.withdrawn[-1].kinds
    assert {s.revision for s in moved.all(Schedule)} == {2}
    assert sorted(s.starts for s in moved.all(Schedule)) == [
        "2027-03-10T12:00:00",
        "2027-03-12T11:00:00",
        "2027-03-13T15:30:00",
    ]
    old = on_check_in(moved, setting(), conversation_handlers(), timer, wednesday)
    assert old is moved  # a timer of the old date does nothing


@pytest.mark.parametrize("moved", [True, False])
def test_nobody_is_asked_to_tell_of_a_date_that_is_gone(moved: bool) -> None:  # noqa: FBT001
    """Moved or cancelled: the entry about the old day is closed, one about another day stays."""
    scene, kept = booked()
    entry = QueueItem(identity(90), SAM.number_id, unsaid(FRIDAY.isoformat(), stopped=False), NOW, SAM.id)
    other = replace(entry, id=identity(91), why=unsaid("2027-03-09T10:00:00", stopped=False))
    scene = scene.with_rows(entry, other)
    if moved:
        scene, _ = move(scene, kept, SAM, FRIDAY + timedelta(days=1), house())
    else:
        scene = cancel(scene, kept, SAM, house())
    closed = {item.id: item.closed_how for item in scene.all(QueueItem)}
    assert closed == {entry.id: "the date was moved" if moved else "the date was cancelled", other.id: None}


def test_a_cancelled_visit_leaves_nothing_behind() -> None:
    """No timer, no schedule that is alive."""
    scene, kept = booked()
    scene = cancel(scene, kept, SAM, house())
    assert timers(scene) == []
    assert not any(s.active for s in scene.all(Schedule))


def test_a_visit_before_the_hours_is_reminded_of_the_evening_before() -> None:
    """Three hours before eight in the morning everybody sleeps."""
    scene, _ = book(sams_scene("given"), SAM, dated(datetime(2027, 3, 5, 8), "3 hours before"), house())
    assert timers(scene) == ["Thu 19:45"]


def test_what_comes_after_the_visit_on_its_day_is_no_reminder() -> None:
    """Six in the evening after a visit at two; moved to seven it comes before, and is one."""
    scene, kept = booked(("that day at 18:00",))
    assert [s.kind for s in kept] == ["routine"]
    _, moved = move(scene, kept, SAM, FRIDAY.replace(hour=19), house())
    assert [s.kind for s in moved] == ["time-bound"]


@pytest.mark.parametrize(
    ("flow", "whens", "parts"),
    [
        ("", (), VISIT),
        ("", ("3 hours before",), (Part(HELLO, "3 hours before"),)),
        ("", ("that day at 9:00", "1 week before"), (Part(HELLO, "that day at 9:00"), Part(QUESTION, "1 week before"))),
        ("", ("36 hours before", "1 day before at 18:00"), (Part(QUESTION, "36 hours before"), Part(HELLO, "1 day before at 18:00"))),
        (HELLO, (), VISIT[1:]),
        (QUESTION, (), VISIT[:1]),
        ("feedback", ("1 day after at 15:30",), (Part("feedback", "1 day after at 15:30"),)),
    ],
)  # fmt: skip
def test_what_is_not_said_about_a_visit_follows_from_the_rest(
    flow: str, whens: tuple[str, ...], parts: tuple[Part, ...]
) -> None:
    """The question where there is time to help, the hello where it is near; nothing is asked twice unless it was wanted."""
    assert parts_of_a_visit(flow, whens, FRIDAY, SAM.zone) == parts


@pytest.mark.parametrize(
    ("flow", "whens", "words"),
    [("", ("1 day after",), "--flow"), ("", ("that day at 18:00",), "--flow"), ("feedback", (), "--when"), ("", ("soon",), "3 hours before")],
)  # fmt: skip
def test_what_cannot_follow_is_asked_for(flow: str, whens: tuple[str, ...], words: str) -> None:
    """A flow about visits says nothing after one; another flow has no moment of its own."""
    with pytest.raises(ScheduleRefused, match=words):
        parts_of_a_visit(flow, whens, FRIDAY, SAM.zone)


def test_the_flow_is_given_the_visit_in_the_members_words() -> None:
    """The appointment flow says day and hour; the reminder goes until the visit."""
    scene, kept = booked(("2 days before at 12:00",))
    noon = to_instant(datetime(2027, 3, 3, 12), SAM.zone)
    timer = Timer("check-in", kept[0].id, SAM.number_id, noon, fence="1")
    [text] = [
        row for row in on_check_in(scene, setting(), conversation_handlers(), timer, noon).changed.values() if isinstance(row, Outbound)
    ]  # fmt: skip
    assert (text.kind, text.reason["rule"]) == ("time-bound", "2 days before at 12:00, counted from their date")
    assert text.expires_at == to_instant(datetime(2027, 3, 3, 20), SAM.zone)  # the end of their hours comes first


def test_timing_changes_draw_anew_and_nothing_else_does() -> None:
    """A change of rule or spread is another revision; how a schedule treats a day is not."""
    scene, added = add(sams_scene("given"), SAM, Wanted("check-in", "FREQ=DAILY", datetime(2027, 3, 2, 9), 59), house())
    assert added.revision == 1
    again = Wanted("check-in", "FREQ=DAILY", datetime(2027, 3, 2, 9), 59, unless_heard=True, skip_holidays=True)
    _, same = change(scene, added, SAM, again, house())
    assert same == replace(added, unless_heard=True, skip_holidays=True)
    _, changed = change(scene, added, SAM, Wanted("check-in", "FREQ=DAILY", datetime(2027, 3, 2, 9), 58), house())
    assert changed.revision == 2
    assert changed.next_at is not None
    minutes = [speaks_at(s, SAM, ORGANISATION, changed.next_at) for s in (added, changed)]
    assert minutes[0] != minutes[1]


def test_a_date_is_not_changed_like_a_rule() -> None:
    """What hangs on a date moves with the date."""
    scene, kept = booked()
    with pytest.raises(ScheduleRefused, match="move the date"):
        change(scene, kept[0], SAM, Wanted("check-in", "FREQ=DAILY", FRIDAY), house())


def test_all_mistakes_come_at_once() -> None:
    """Flow, rule and spread in one answer."""
    with pytest.raises(ScheduleRefused) as refused:
        add(sams_scene("given"), SAM, Wanted("nothing", "FREQ=OFTEN", FRIDAY, -1), house())
    assert len(str(refused.value).splitlines()) == 3


def joining(*whens: str) -> Organisation:
    """An organisation that lets a hello begin so long after everybody's yes."""
    return replace(ORGANISATION, joining=tuple(Later("check-in", when) for when in whens))


def organised(organisation: Organisation) -> Setting:
    """What is consulted in that organisation."""
    return replace(setting(), organisation=organisation)


def test_what_begins_after_joining_is_set_once_and_leaves_out_what_has_passed() -> None:
    """A yes three weeks ago: the week after is over, the fourth is to come; a second yes sets nothing again."""
    organisation = joining("1 week after at 15:30", "4 weeks after at 15:30")
    scene = join(sams_scene("given"), SAM, organised(organisation), PUBLISHED, NOW - timedelta(weeks=3), NOW)
    assert [(s.relative, s.starts, s.kind) for s in scene.all(Schedule)] == [
        ("4 weeks after at 15:30", "2027-03-09T15:30:00", "routine")
    ]
    assert join(scene, SAM, organised(organisation), PUBLISHED, NOW, NOW) is scene


def test_a_flow_that_is_not_published_begins_for_nobody() -> None:
    """It would only come to stand still."""
    organisation = replace(ORGANISATION, joining=(Later("nothing", "1 day after at 15:30"),))
    assert join(sams_scene("given"), SAM, organised(organisation), PUBLISHED, NOW, NOW).all(Schedule) == ()


def test_a_yes_to_the_welcome_is_a_joining() -> None:
    """The action of the welcome's answer sets what follows it; a no sets nothing."""
    consulted = replace(setting(), organisation=joining("1 day after at 15:30"))
    for answer, count in (("yes", 1), ("no", 0)):
        doing = Doing("record_consent", {"answer": answer}, None)
        scene, _ = do(sams_scene("unknown"), consulted, doing, NOW, conversation_handlers())
        assert len(scene.all(Schedule)) == count


def test_a_rhythm_that_a_member_chooses_changes_the_regular_one_and_no_other() -> None:
    """A Saturday that was added stays, and so does the flow that the file names."""
    added = replace(RHYTHM, id=identity(300), rule="FREQ=WEEKLY;BYDAY=SA")
    regular = replace(RHYTHM, flow="feedback", regular=True)
    consulted = setting()
    doing = Doing("set_rhythm", {"rhythm": "evening"})
    scene, _ = do(sams_scene("given", added, regular), consulted, doing, NOW, conversation_handlers())
    assert scene.get(Schedule, added.id) == added
    chosen = scene.get(Schedule, regular.id)
    assert chosen is not None
    assert (chosen.flow, chosen.rule, chosen.starts) == (
        "feedback",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "2027-03-02T18:30:00",
    )
    alone, _ = do(sams_scene("given", added), consulted, doing, NOW, conversation_handlers())
    assert [s.regular for s in alone.all(Schedule)] == [False, True]


def test_hours_of_a_day_are_set_and_taken_back() -> None:
    """The usual hours leave no trace in the member's row."""
    scene = set_hours(sams_scene("given"), SAM, (0,), ("14:00", "18:00"), house())
    assert _sam(scene).windows == {"0": ["14:00", "18:00"]}
    assert _sam(set_hours(scene, _sam(scene), (0,), (SAM.window_start, SAM.window_end), house())).windows == {}


ZONES = st.sampled_from(
    [
        "America/New_York",
        "America/Los_Angeles",
        "Pacific/Auckland",
        "Pacific/Honolulu",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Europe/London",
    ]
)


@settings(max_examples=200)
@given(hour=st.integers(0, 23), first=ZONES, second=ZONES, later=st.integers(0, 72), spread=st.sampled_from([0, 120]))
def test_who_moves_is_not_greeted_twice_on_one_of_their_days(
    hour: int, first: str, second: str, later: int, spread: int
) -> None:
    """A daily hello, a move at any moment after it: the next is at the same local hour there, on another local day."""
    schedule = replace(RHYTHM, starts=f"2027-03-01T{hour:02d}:00:00", spread=spread)
    spoke = to_instant(datetime(2027, 3, 2, hour), first)
    before = set_next(
        sams_scene("given"), replace(schedule, last_at=spoke), replace(SAM, zone=first), ORGANISATION, spoke
    )
    member, now = replace(SAM, zone=second), spoke + timedelta(minutes=1 + later * 20)
    scene = moved_to_zone(before.with_rows(member), member, ORGANISATION, now)
    kept = scene.get(Schedule, schedule.id)
    assert kept is not None
    assert kept.next_at is not None
    if kept.next_at > now:
        local = to_local(kept.next_at, second)
        assert local.date() != to_local(spoke, second).date()
        assert local.time() == datetime.fromisoformat(schedule.starts).time()
        assert kept.next_at - now <= timedelta(days=3)
    else:  # a moment that is being held keeps its place
        assert kept.next_at == before.get(Schedule, schedule.id).next_at  # type: ignore[union-attr]


def test_a_visit_keeps_its_local_time_in_another_zone() -> None:
    """Two in the afternoon is two in the afternoon where they are then."""
    scene, _ = booked(("3 hours before",))
    member = replace(SAM, zone="America/Los_Angeles")
    scene = moved_to_zone(scene, member, ORGANISATION, NOW)
    [timer] = [t for t in scene.all(Timer) if t.kind == "check-in"]
    assert to_local(timer.due_at, member.zone) == datetime(2027, 3, 5, 11)


def test_a_moment_that_has_passed_in_another_zone_has_its_text_or_its_reason() -> None:
    """A visit at two with its hello at eleven; in London it is half past three. Neither vanishes without a row."""
    friday = to_instant(datetime(2027, 3, 5, 10, 30), SAM.zone)
    scene, _ = booked(("3 hours before",))
    member = replace(SAM, zone="Europe/London")
    scene = moved_to_zone(scene.with_rows(member), member, ORGANISATION, friday)
    [timer] = [t for t in scene.all(Timer) if t.kind == "check-in"]
    assert timer.due_at <= friday
    scene = on_check_in(scene, setting(), conversation_handlers(), timer, friday)
    assert [row.reason["rule"] for row in scene.all(Outbound)] == ["its date has passed"]


def test_a_held_reminder_is_looked_at_where_clocks_change() -> None:
    """Its date may be nearer there than it was."""
    scene, kept = booked(("3 hours before",))
    eleven = to_instant(datetime(2027, 3, 5, 11), SAM.zone)
    scene = set_timer(scene, "check-in", kept[0].id, eleven + timedelta(hours=2), "1")
    member = replace(SAM, zone="Europe/London")
    scene = moved_to_zone(scene.with_rows(member), member, ORGANISATION, eleven + timedelta(minutes=5))
    [timer] = [t for t in scene.all(Timer) if t.kind == "check-in"]
    assert timer.due_at == eleven + timedelta(minutes=5)


WAITING = """\
flow: waiting
title: A visit
purpose: A small flow for tests.
languages: [en]
takes: {visit: date}
steps:
  first:
    wait: {until: kept visit, at: 9:00}
    say: {en: "A hello."}
"""


def test_a_conversation_about_a_date_goes_by_the_new_clocks() -> None:
    """Nine o'clock and two o'clock there, not here; a wait of so many hours stays as long as it is."""
    waiting = compile_flow(WAITING, "waiting.yaml", CATALOGUE)
    consulted = replace(
        setting(), flows=lambda versions: {"waiting": waiting} if "waiting" in versions else shelf(versions)
    )
    published = {"waiting": 1, **PUBLISHED}
    scene = replace(sams_scene("given"), facts={"published": published})
    beginning = Beginning(
        "waiting",
        "schedule",
        "a rule",
        values={"visit": "2027-03-05"},
        kind="time-bound",
        until_at=to_instant(FRIDAY, SAM.zone),
    )
    scene = begin(scene, consulted, conversation_handlers(), beginning, NOW)
    member = replace(SAM, zone="America/Los_Angeles")
    moved = on_new_clocks(scene.with_rows(member), consulted, member, SAM.zone, NOW)
    assert moved.conversation is not None
    assert moved.conversation.until_at == to_instant(FRIDAY, member.zone)
    [timer] = [t for t in moved.all(Timer) if t.kind == "silence"]
    assert (timer.due_at, timer.fence) == (
        to_instant(datetime(2027, 3, 5, 9), member.zone),
        str(moved.conversation.fence),
    )
    asked = begin(scene, consulted, conversation_handlers(), Beginning("check-in", "schedule", "a rule"), NOW)
    assert on_new_clocks(asked, consulted, member, SAM.zone, NOW) is asked


def _sam(scene: Scene) -> Member:
    member = scene.get(Member, identity(201))
    assert member is not None
    return member
