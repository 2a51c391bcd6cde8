"""Several schedules of one member: which speaks, which waits for a better moment, which is left out and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.facts import hours_of
from service.promises import on_promise
from service.putting_off import put_offs
from service.queues import answered, say_why
from service.rules.local_time import to_instant, to_local
from service.rules.member_hours import is_open
from service.rules.setting import Setting
from service.store.rows import Conversation, Member, Outbound, QueueItem, Row, Schedule, Staff, Thread, Timer
from service.store.scene import Scene
from tests.house import PUBLISHED, RHYTHM, ROSA, SAM, identity, sams_scene, setting

HANDLERS = conversation_handlers()
DUE = datetime(2027, 3, 2, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
HOUR = timedelta(hours=1)
VISIT = Schedule(
    identity(302), SAM.id, SAM.number_id, "check-in", "FREQ=DAILY;COUNT=1", "2027-03-02T10:00:00", next_at=DUE,
    kind="time-bound", date_id=identity(303), date_at="2027-03-02T14:00:00", relative="4 hours before",
)  # fmt: skip
EVENING = replace(RHYTHM, id=identity(304), starts="2027-03-01T11:00:00", next_at=DUE + HOUR)


def woken(
    scene: Scene, schedule: Schedule, now: datetime, due: datetime | None = None, given: Setting | None = None
) -> Scene:
    """The scene when a schedule's timer came."""
    timer = Timer("check-in", schedule.id, SAM.number_id, due or schedule.next_at or now, fence=str(schedule.revision))
    return on_check_in(scene, given or setting(), HANDLERS, timer, now)


def sent(scene: Scene) -> list[Outbound]:
    """What goes out to Sam."""
    return [m for m in scene.all(Outbound) if m.state == "queued" and m.kind != "staff"]


def told(scene: Scene) -> list[tuple[str, str]]:
    """What staff are told, by the name of who is."""
    names = {person.number_id: person.name for person in scene.all(Staff)}
    return [(names[m.number_id], m.body) for m in scene.all(Outbound) if m.kind == "staff"]


def reasons(scene: Scene) -> list[str]:
    """Why the rest did not."""
    return [str(m.reason["rule"]) for m in scene.all(Outbound) if m.state == "withheld"]


def due(scene: Scene, schedule: Schedule) -> datetime:
    """When a schedule is looked at next."""
    return next(t.due_at for t in scene.all(Timer) if t.subject == schedule.id)


def after_text(at: datetime, kind: str = "routine", *rows: Row) -> Scene:
    """Sam's scene some time after a text of this kind, with more room in the day than the default."""
    member = replace(SAM, per_day=3, per_week=9)
    facts = {"published": PUBLISHED, {"routine": "routine_at", "time-bound": "reminded_at"}[kind]: [at.isoformat()]}
    return replace(sams_scene("given", member, *rows), facts=facts)


def test_a_hello_just_after_another_is_left_out() -> None:
    """Two schedules at one moment: the second does not talk over the first, and says so."""
    scene = woken(after_text(DUE - HOUR, "routine", RHYTHM), RHYTHM, DUE, DUE)
    assert (sent(scene), reasons(scene)) == ([], ["another text went out just before"])


def test_a_hello_just_after_a_reminder_comes_two_hours_after_it() -> None:
    """A reminder takes nobody's hello away."""
    scene = woken(after_text(DUE - HOUR, "time-bound", RHYTHM), RHYTHM, DUE, DUE)
    assert (sent(scene), reasons(scene)) == ([], [])
    assert due(scene, RHYTHM) == DUE + HOUR
    assert len(sent(woken(scene, RHYTHM, DUE + HOUR, DUE + HOUR))) == 1


def test_a_reminder_waits_for_a_hello_and_not_past_its_date() -> None:
    """Two hours after the hello; where that would be too near the visit, it goes at once."""
    scene = woken(after_text(DUE - HOUR, "routine", VISIT), VISIT, DUE)
    assert due(scene, VISIT) == DUE + HOUR
    soon = replace(VISIT, date_at="2027-03-02T11:30:00")
    assert [m.kind for m in sent(woken(after_text(DUE - HOUR, "routine", soon), soon, DUE))] == ["time-bound"]


def test_a_reminder_does_not_use_up_the_days_hello_and_has_a_cap_of_its_own() -> None:
    """The one hello of the day was said; the reminder goes. The third reminder of a day does not, and is for a person."""
    facts = {"published": PUBLISHED, "routine_at": [(DUE - 5 * HOUR).isoformat()]}
    assert len(sent(woken(replace(sams_scene("given", VISIT), facts=facts), VISIT, DUE))) == 1
    reminded = [(DUE - hours * HOUR).isoformat() for hours in (3, 4)]
    third = replace(sams_scene("given", VISIT), facts={"published": PUBLISHED, "reminded_at": reminded})
    assert "2 reminders today" in reasons(woken(third, VISIT, DUE))[0]


def test_a_late_reminder_goes_as_long_as_its_date_is_ahead() -> None:
    """Three hours late, an hour before the visit, it still helps; after the visit nothing is said."""
    late = woken(sams_scene("given", VISIT), VISIT, DUE + 3 * HOUR)
    assert [m.expires_at for m in sent(late)] == [DUE + 4 * HOUR]
    assert reasons(woken(sams_scene("given", VISIT), VISIT, DUE + 4 * HOUR)) == ["its date has passed"]


def test_a_hello_does_not_walk_into_a_reminders_conversation() -> None:
    """Until the date, the conversation about it goes first."""
    talk = Conversation(
        identity(9), SAM.id, SAM.number_id, "check-in", {}, "", DUE, "schedule", until_at=DUE + 4 * HOUR
    )
    scene = sams_scene("given", RHYTHM, talk)
    assert reasons(woken(scene, RHYTHM, DUE, DUE)) == ["a reminder of a date is under way"]


@pytest.mark.parametrize(("heard", "goes"), [(timedelta(hours=1), False), (timedelta(hours=11), True)])
def test_it_is_left_out_where_they_wrote_today(heard: timedelta, goes: bool) -> None:  # noqa: FBT001
    """Today is the member's own: what they wrote at eleven last night was yesterday."""
    schedule = replace(RHYTHM, unless_heard=True)
    scene = sams_scene("given", schedule)
    scene = replace(scene, facts={**scene.facts, "last_in_at": (DUE - heard).isoformat()})
    assert bool(sent(woken(scene, schedule, DUE, DUE))) is goes
    assert reasons(woken(scene, schedule, DUE, DUE)) == ([] if goes else ["they wrote today already"])


def test_a_holiday_is_left_out_where_the_schedule_says_so() -> None:
    """The organisation's holidays of organisation.yaml; other schedules speak on them too."""
    christmas = datetime(2026, 12, 25, 15, tzinfo=UTC)
    schedule = replace(RHYTHM, skip_holidays=True, starts="2026-12-01T10:00:00")
    assert reasons(woken(sams_scene("given", schedule), schedule, christmas)) == ["a holiday of the organisation"]
    assert sent(woken(sams_scene("given", replace(schedule, skip_holidays=False)), schedule, christmas))


def test_a_weekday_of_its_own_moves_the_hello() -> None:
    """On Tuesdays from two in the afternoon on: it waits for that."""
    member = replace(SAM, windows={"1": ["14:00", "18:00"]})
    scene = woken(sams_scene("given", RHYTHM, member), RHYTHM, DUE, DUE)
    assert due(scene, RHYTHM) == DUE + 4 * HOUR


def test_nothing_is_sent_after_the_members_hours_end() -> None:
    """A text that waits for the provider is worth nothing once their window has closed."""
    evening = DUE + timedelta(hours=9, minutes=30)
    [text] = sent(woken(sams_scene("given", RHYTHM), RHYTHM, evening, evening))
    assert text.expires_at == DUE + 10 * HOUR


def test_every_missed_moment_is_withheld_by_itself() -> None:
    """Three days without a worker: two days are late, today is on time, and tomorrow is set."""
    scene = woken(sams_scene("given", RHYTHM), RHYTHM, DUE + timedelta(days=2), DUE)
    assert reasons(scene) == ["late by more than 60 minutes"] * 2
    assert len(sent(scene)) == 1
    assert due(scene, RHYTHM) == DUE + timedelta(days=3)


def test_a_year_without_a_worker_is_settled_bit_by_bit() -> None:
    """A hundred moments a time, each with its row; then the rest, until tomorrow is the next."""
    now, scene, seen = DUE + timedelta(days=365), sams_scene("given", RHYTHM), 0
    while seen == 0 or due(scene, RHYTHM) <= now:
        scene = woken(replace(scene, changed={}), RHYTHM, now, due(scene, RHYTHM) if seen else DUE)
        seen += sum(isinstance(row, Outbound) for row in scene.changed.values())
    assert seen == 366


def test_the_spread_stays_within_the_members_hours() -> None:
    """With eight hours of spread from five in the afternoon on, it is never later than eight."""
    schedule = replace(RHYTHM, starts="2027-03-01T17:00:00", spread=480)
    scene = sams_scene("given", schedule)
    for day in range(30):
        slot = datetime(2027, 3, 2, 22, tzinfo=UTC) + timedelta(days=day)
        at = to_local(due(woken(scene, schedule, slot, slot), schedule), SAM.zone)
        assert 17 <= at.hour < 20


def talking(last_words: datetime) -> Thread:
    """Sam and Rosa, who talk with each other."""
    return Thread(identity(8), SAM.id, SAM.number_id, ROSA.id, ROSA.number_id, "B2", last_words, last_words)


def remembering(scene: Scene, **memory: str) -> Scene:
    """The scene with something in the number's memory."""
    return scene.with_rows(replace(scene.number, memory=memory))


def waits(scene: Scene) -> list[str]:
    """What waits for a person, in words."""
    return [say_why(item.why) for item in scene.all(QueueItem)]


def held(scene: Scene, schedule: Schedule) -> list[str]:
    """Why a schedule's moment was put off, in order."""
    return list(put_offs(scene.number, schedule.id).values())


def test_a_reminder_waits_for_a_talk_to_pass() -> None:
    """Two hours after its last words it is said, with what held it; it is nobody's work until then."""
    scene = woken(sams_scene("given", VISIT, talking(DUE - HOUR)), VISIT, DUE)
    assert (sent(scene), reasons(scene), waits(scene)) == ([], [], [])
    assert due(scene, VISIT) == DUE + HOUR
    assert held(scene, VISIT) == ["they are talking with a person"]
    scene = woken(scene, VISIT, DUE + HOUR, DUE + HOUR)
    [text] = sent(scene)
    assert text.reason["put off"] == "until Tue 11:00: they are talking with a person"
    assert held(scene, VISIT) == []


def test_what_does_not_pass_in_time_is_told_to_a_person() -> None:
    """They talk an hour before the visit still: no text, and Rosa is asked to tell them, with the day and hour."""
    soon = replace(VISIT, date_at="2027-03-02T12:30:00")
    scene = woken(sams_scene("given", soon, talking(DUE)), soon, DUE)
    assert (sent(scene), reasons(scene)) == ([], ["they are talking with a person"])
    assert waits(scene) == ["a visit reminder could not be said: Tuesday 2 March, 12:30 their time; please tell them"]
    [item] = scene.all(QueueItem)
    assert (item.staff_id, item.promised_at is not None) == (ROSA.id, True)
    [(name, text)] = told(scene)
    assert name == "Rosa"
    assert "The visit is 2027-03-02 12:30. Your coordinator can see who" in text
    answered_since = answered(scene, SAM.number_id, ROSA.id, "answered", DUE + HOUR)
    assert answered_since.all(QueueItem) == (item,)  # words about something else do not settle it


def test_what_nobody_sees_to_is_told_to_who_stands_in() -> None:
    """Not that somebody waits for an answer: nobody does. Once; what was closed meanwhile is nobody's any more."""
    soon = replace(VISIT, date_at="2027-03-02T12:30:00")
    given = setting()
    scene = woken(sams_scene("given", soon, talking(DUE)), soon, DUE, given=given)
    [timer] = [t for t in scene.all(Timer) if t.kind == "promise"]
    later = on_promise(scene.cancel(timer.key), given, timer, timer.due_at)
    assert [name for name, _ in told(later)] == ["Rosa", "Dan"]
    assert not [t for t in later.all(Timer) if t.kind == "promise" and t.key not in later.cancelled]
    [item] = scene.all(QueueItem)
    closed = scene.with_rows(replace(item, closed_at=DUE))
    assert on_promise(closed, given, timer, timer.due_at) is closed


def test_two_reminders_of_one_date_that_cannot_be_said_are_one_entry() -> None:
    """The second adds nothing; another date is another entry."""
    rests, again = replace(SAM, paused_at=DUE), replace(VISIT, id=identity(305))
    other = replace(VISIT, id=identity(306), date_at="2027-03-02T16:00:00")
    scene, given = sams_scene("given", rests, VISIT, again, other), setting()
    for schedule, entries in ((VISIT, 1), (again, 1), (other, 2)):
        scene = woken(scene, schedule, DUE, given=given)
        assert len(waits(scene)) == entries


@pytest.mark.parametrize(
    ("memory", "reminded", "until"),
    [({"calm_from": DUE - HOUR}, [], DUE + 23 * HOUR), ({}, [DUE - 4 * HOUR, DUE - 3 * HOUR], DUE + 23 * HOUR)],
    ids=["a calm day", "a cap"],
)
def test_a_reminder_in_good_time_waits_for_a_calm_day_or_a_cap(
    memory: dict[str, datetime], reminded: list[datetime], until: datetime
) -> None:
    """The visit is the day after tomorrow: it is said tomorrow, inside their hours. Half past twelve tomorrow is too near."""
    far = replace(VISIT, date_at="2027-03-04T14:00:00")
    scene = remembering(sams_scene("given", far), **{name: at.isoformat() for name, at in memory.items()})
    scene = replace(scene, facts={**scene.facts, "reminded_at": [at.isoformat() for at in reminded]})
    assert due(woken(scene, far, DUE), far) == until
    near = replace(far, date_at="2027-03-03T09:30:00")
    assert len(waits(woken(scene.with_rows(near), near, DUE))) == 1


def test_a_reminder_comes_after_a_pause_that_ends_in_time() -> None:
    """A pause is their own: no text in it. Where the visit is in it too, a person knows."""
    rests = replace(SAM, paused_at=DUE - HOUR, paused_until=DUE + 2 * HOUR)
    scene = woken(sams_scene("given", VISIT, rests), VISIT, DUE)
    assert (due(scene, VISIT), held(scene, VISIT), waits(scene)) == (DUE + 2 * HOUR, ["paused"], [])
    longer = replace(rests, paused_until=DUE + timedelta(days=3))
    scene = woken(sams_scene("given", VISIT, longer), VISIT, DUE)
    assert (sent(scene), reasons(scene), len(waits(scene))) == ([], ["paused"], 1)


def test_who_said_stop_is_not_to_be_told_by_text() -> None:
    """Their specialist knows that no text says it, and that a text is not the way."""
    scene = woken(sams_scene("stopped", VISIT), VISIT, DUE)
    assert (sent(scene), reasons(scene)) == ([], ["they said stop"])
    assert waits(scene) == [
        "a visit comes, and no text may say so: Tuesday 2 March, 14:00 their time; tell them in person or by a call, if they want that"
    ]
    assert "gets no texts from us" in told(scene)[0][1]


def test_a_visit_that_is_over_is_nobodys_work() -> None:
    """After its date a reminder is late for a person too."""
    scene = woken(sams_scene("given", VISIT), VISIT, DUE + 4 * HOUR)
    assert (reasons(scene), waits(scene)) == (["its date has passed"], [])


SINGLE = replace(RHYTHM, id=identity(307), rule="FREQ=DAILY;COUNT=1", starts="2027-03-02T10:00:00", next_at=DUE)


@pytest.mark.parametrize(
    ("memory", "facts", "rows", "why", "days"),
    [
        ({}, {"routine_at": [DUE - 5 * HOUR]}, (), "already 1 unasked today, which is their cap", 1),
        ({}, {"routine_at": [DUE - timedelta(days=day, hours=1) for day in (1, 2, 3, 5)]}, (),
         "already 4 unasked in seven days, which is their cap", 2),
        ({}, {}, (talking(DUE - HOUR),), "they are talking with a person", 1),
        ({"calm_from": DUE}, {}, (), "an alert about them was closed within a day: people only", 1),
        ({"calm_from": DUE + HOUR}, {}, (), "an alert about them was closed within a day: people only", 2),
    ],
)  # fmt: skip
def test_what_comes_once_waits_for_another_day(
    memory: dict[str, datetime],
    facts: dict[str, list[datetime]],
    rows: tuple[Row, ...],
    why: str,
    days: int,
) -> None:
    """At the same local time; a hello that comes again is left out as ever."""
    scene = remembering(sams_scene("given", SINGLE, *rows), **{name: at.isoformat() for name, at in memory.items()})
    told = {name: [at.isoformat() for at in moments] for name, moments in facts.items()}
    scene = replace(scene, facts={**scene.facts, **told})
    shifted = woken(scene, SINGLE, DUE)
    assert (due(shifted, SINGLE), held(shifted, SINGLE)) == (DUE + timedelta(days=days), [why])
    later = replace(shifted, facts={"published": PUBLISHED})
    later = remembering(later, **{name: value for name, value in shifted.number.memory.items() if name == "put_off"})
    ripe = DUE + timedelta(days=days)
    assert len(sent(woken(later, SINGLE, ripe, ripe))) == 1
    again = replace(RHYTHM, next_at=DUE)
    assert reasons(woken(scene.with_rows(again), again, DUE)) == [why]


def test_what_comes_once_goes_where_their_hours_have_room_and_is_left_out_after_a_week() -> None:
    """No texts on Wednesdays, later hours on Thursdays; and after seven days it has its reason."""
    member = replace(SAM, windows={"2": None, "3": ["12:00", "18:00"]})
    scene = sams_scene("given", SINGLE, member)
    scene = replace(scene, facts={**scene.facts, "routine_at": [(DUE - 5 * HOUR).isoformat()]})
    assert due(woken(scene, SINGLE, DUE), SINGLE) == DUE + timedelta(days=2, hours=2)
    week = DUE + timedelta(days=7)
    full = replace(scene, facts={**scene.facts, "routine_at": [(week - 5 * HOUR).isoformat()]})
    assert reasons(woken(full, SINGLE, week, week)) == ["already 1 unasked today, which is their cap"]


def test_the_reason_for_waiting_is_kept_for_every_hello() -> None:
    """It waits for its hours to open, and says so while it waits."""
    early = DUE - 3 * HOUR
    schedule = replace(RHYTHM, starts="2027-03-01T07:00:00", next_at=early)
    scene = woken(sams_scene("given", schedule), schedule, early)
    assert held(scene, schedule) == ["outside their hours"]


KINDS = st.sampled_from(["routine", "time-bound", "once"])
PLANS = st.lists(
    st.tuples(KINDS, st.integers(0, 23), st.sampled_from([0, 0, 45, 300]), st.booleans(), st.booleans()), min_size=1, max_size=4
)  # fmt: skip


@settings(max_examples=25)
@given(
    plans=PLANS, per_day=st.integers(1, 3), zone=st.sampled_from(["America/New_York", "Asia/Kathmandu", "Pacific/Apia"]),
    closed=st.sets(st.integers(0, 6), max_size=3), pauses=st.lists(st.integers(1, 40), max_size=3),
)  # fmt: skip
def test_each_moment_once_inside_the_hours_and_under_the_caps(
    plans: list[tuple[str, int, int, bool, bool]], per_day: int, zone: str, closed: set[int], pauses: list[int]
) -> None:
    """Eight days of up to four schedules with stops of the worker: every moment is sent or withheld once, and promise 4 holds."""
    member = replace(SAM, zone=zone, per_day=per_day, per_week=9, windows={str(day): None for day in closed})
    schedules = [_planned(place, plan, member.zone) for place, plan in enumerate(plans)]
    consulted, world = setting(), {s.id: (s, s.next_at) for s in schedules}
    texts: list[Outbound] = []
    now, last = min(s.next_at for s in schedules if s.next_at), DUE + timedelta(days=8)
    stops = list(pauses)
    while now < last:
        due_now = sorted((at, str(key)) for key, (_, at) in world.items() if at is not None and at <= now)
        for _, key in due_now:
            schedule, at = world[next(k for k in world if str(k) == key)]
            scene = _gathered(member, [s for s, _ in world.values()], texts, now)
            scene = woken(scene, schedule, now, at, consulted)
            texts += [row for row in scene.changed.values() if isinstance(row, Outbound)]
            for found, _ in list(world.values()):
                kept = scene.get(Schedule, found.id) or found
                timers = [t.due_at for t in scene.all(Timer) if t.kind == "check-in" and t.subject == found.id]
                world[found.id] = (
                    kept,
                    timers[-1] if timers else world[found.id][1] if found.id != schedule.id else None,
                )
        waiting = [at for _, at in world.values() if at is not None]
        if not waiting:
            break
        now = max(now, min(waiting)) + (stops.pop() * HOUR if stops else timedelta())
    _assert_kept(member, texts, consulted)


def _planned(place: int, plan: tuple[str, int, int, bool, bool], zone: str) -> Schedule:
    kind, hour, spread, unless_heard, skip_holidays = plan
    starts = f"2027-03-02T{hour:02d}:00:00"
    schedule = replace(
        RHYTHM, id=identity(400 + place), starts=starts, spread=spread, unless_heard=unless_heard, skip_holidays=skip_holidays,
        next_at=to_instant(datetime.fromisoformat(starts), zone),
    )  # fmt: skip
    if kind != "time-bound":
        return replace(schedule, rule="FREQ=DAILY;COUNT=1") if kind == "once" else schedule
    return replace(
        schedule, kind=kind, spread=0, rule="FREQ=DAILY;COUNT=1", date_id=identity(500 + place),
        date_at="2027-03-03T12:00:00", relative="1 day before",
    )  # fmt: skip


def _gathered(member: Row, schedules: list[Schedule], texts: list[Outbound], now: datetime) -> Scene:
    lately = [t for t in texts if t.state == "queued" and t.at > now - timedelta(days=7)]
    facts = {
        "published": PUBLISHED,
        "routine_at": [t.at.isoformat() for t in lately if t.kind == "routine"],
        "reminded_at": [t.at.isoformat() for t in lately if t.kind == "time-bound"],
    }
    return replace(sams_scene("given", member, *schedules), facts=facts)


def _assert_kept(member: Member, texts: list[Outbound], consulted: Setting) -> None:
    moments = [(t.reason["schedule"], t.reason["due"]) for t in texts if "due" in t.reason]
    assert len(moments) == len(set(moments))
    went = [t for t in texts if t.state == "queued" and t.kind != "staff"]
    for text in went:
        assert is_open(hours_of(member, consulted.organisation), member.zone, text.at)
    for kind, cap in (("routine", member.per_day), ("time-bound", 2)):
        days = [to_local(at, member.zone).date() for at in {t.at for t in went if t.kind == kind}]
        assert all(days.count(day) <= cap for day in days)
