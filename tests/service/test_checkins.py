"""When a check-in goes out, when it is withheld, and that it says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.assembly import conversation_handlers
from service.checkins import on_check_in, on_welcome, window_of
from service.explained_words import say_reason
from service.rhythm import pause
from service.rules.local_time import to_local
from service.rules.windows import is_open
from service.silence import on_silence
from service.store.rows import Conversation, Escalation, Outbound, Row, Thread, Timer
from service.store.scene import Scene
from tests.house import NOW, PUBLISHED, RHYTHM, ROSA, SAM, identity, sams_scene, setting

HANDLERS = conversation_handlers()
CONSULTED = setting()
DUE = datetime(2027, 3, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York
SPRUNG = datetime(2027, 3, 16, 14, 0, tzinfo=UTC)  # 10:00 there, two days after clocks were set forward
FALLEN = datetime(2027, 11, 14, 4, 50, tzinfo=UTC)  # 23:50 there on the Saturday after clocks were set back on Sunday


def woken(scene: Scene, now: datetime = DUE, due: datetime = DUE, fence: str = "1") -> Scene:
    """The scene when Sam's schedule came due."""
    return on_check_in(scene, setting(), HANDLERS, Timer("check-in", RHYTHM.id, SAM.number_id, due, fence=fence), now)


def asked(scene: Scene) -> list[Outbound]:
    """What goes out to Sam."""
    return [m for m in scene.all(Outbound) if m.number_id == SAM.number_id and m.state == "queued"]


def reason(scene: Scene) -> str:
    """Why nothing went out."""
    (withheld,) = [m for m in scene.all(Outbound) if m.state == "withheld"]
    return str(withheld.reason["rule"])


def timer(scene: Scene, kind: str) -> Timer:
    """The timer of a kind that the decision set."""
    (found,) = [t for t in scene.all(Timer) if t.kind == kind]
    return found


def test_a_check_in_goes_out_and_the_next_is_set() -> None:
    """At the moment of the member's own rule the first text goes, and tomorrow's moment is the timer."""
    scene = woken(sams_scene("given", RHYTHM))
    assert [m.kind for m in asked(scene)] == ["routine"]
    assert timer(scene, "check-in").due_at == DUE + timedelta(days=1)
    assert timer(scene, "silence").due_at == DUE + timedelta(hours=24)


@pytest.mark.parametrize(
    ("consent", "rows", "words"),
    [
        ("stopped", (), "they said stop"),
        ("unknown", (), "no consent"),
        ("declined", (), "no consent"),
        ("given", (replace(SAM, paused_at=NOW),), "paused"),
        ("given", (Escalation(identity(9), 1, SAM.number_id, 2, "x", NOW),), "people only"),
        ("given", (Thread(identity(8), SAM.id, SAM.number_id, ROSA.id, ROSA.number_id, "B2", NOW, DUE - timedelta(minutes=5)),), "talking"),
    ],
)  # fmt: skip
def test_what_is_withheld_says_why(consent: str, rows: tuple[Row, ...], words: str) -> None:
    """A check-in that does not go leaves its reason and sets the next one all the same."""
    scene = woken(sams_scene(consent, RHYTHM, *rows))
    assert words in reason(scene)
    assert asked(scene) == []
    assert timer(scene, "check-in").due_at == DUE + timedelta(days=1)


@pytest.mark.parametrize(
    ("consent", "late", "rule"),
    [
        ("stopped", 0, "they said stop"),
        ("given", 61, "late by more than 60 minutes"),
        ("given", 11 * 60, "late by more than 60 minutes"),
    ],
)
def test_what_is_withheld_tells_rule_values_and_version(consent: str, late: int, rule: str) -> None:
    """Which rule held it, what their clocks showed and which hours were theirs, and the timing it was set by."""
    now = DUE + timedelta(minutes=late)
    [row] = [m for m in woken(sams_scene(consent, RHYTHM), now=now).all(Outbound) if m.state == "withheld"]
    said = say_reason(row.reason)
    assert said.startswith(rule)
    assert f"zone America/New_York, clocks {to_local(now, SAM.zone):%A %H:%M}, hours 09:00-20:00" in said
    assert "flow check-in, revision 1" in said
    assert "due 2027-03-02T15:00" in said


def test_what_goes_tells_its_clocks_and_hours_too() -> None:
    """Why a text went is told by the same values as why one did not."""
    (text,) = asked(woken(sams_scene("given", RHYTHM)))
    said = say_reason(text.reason)
    assert "zone America/New_York, clocks Tuesday 10:00, hours 09:00-20:00" in said
    assert "flow check-in, revision 1" in said


def test_late_by_more_than_an_hour_is_skipped() -> None:
    """A hello at the wrong hour is none (DESIGN.md, Time)."""
    assert "late" in reason(woken(sams_scene("given", RHYTHM), now=DUE + timedelta(minutes=61)))
    assert asked(woken(sams_scene("given", RHYTHM), now=DUE + timedelta(minutes=59)))


def test_before_the_window_it_waits_for_the_window() -> None:
    """Due at seven, it goes at nine of the same day."""
    early = DUE - timedelta(hours=3)
    scene = woken(sams_scene("given", RHYTHM), now=early, due=early)
    assert asked(scene) == []
    assert timer(scene, "check-in").due_at == DUE - timedelta(hours=1)


def test_after_the_window_it_is_withheld() -> None:
    """Due at ten in the evening, it does not go, and says why."""
    late = DUE + timedelta(hours=12)
    assert "window" in reason(woken(sams_scene("given", RHYTHM), now=late, due=late))


def test_caps_hold() -> None:
    """One a day and four in seven days, unless the member chose more."""
    today = replace(
        sams_scene("given", RHYTHM),
        facts={"published": PUBLISHED, "routine_at": [(DUE - timedelta(minutes=30)).isoformat()]},
    )
    assert "cap" in reason(woken(today))
    week = [(DUE - timedelta(days=day)).isoformat() for day in (1, 2, 3, 4)]
    assert "cap" in reason(woken(replace(today, facts={"published": PUBLISHED, "routine_at": week})))


@pytest.mark.parametrize(
    ("due", "oldest", "goes"),
    [
        (
            DUE,
            timedelta(days=7) - timedelta(seconds=3),
            True,
        ),  # last Tuesday's worker came three seconds later than today's
        (DUE, timedelta(days=7), True),
        (DUE, timedelta(days=6, hours=10), False),  # last Wednesday at midnight
        (
            SPRUNG,
            timedelta(days=7) - timedelta(hours=1),
            True,
        ),  # ten o'clock each time, and the clocks were set on Sunday
        (FALLEN, timedelta(days=7, minutes=40), False),  # seven days of 169 hours: Sunday just after midnight
    ],
)
def test_seven_days_are_days_of_their_calendar(due: datetime, oldest: timedelta, *, goes: bool) -> None:
    """Four a week at ten, and a cap of four: neither a late claim nor a change of clocks takes the next one away."""
    member = replace(SAM, window_start="00:00", window_end="00:00", per_week=4)
    week = [(due - ago).isoformat() for ago in (oldest, *(timedelta(days=day) for day in (1, 2, 3)))]
    scene = replace(sams_scene("given", RHYTHM, member), facts={"published": PUBLISHED, "routine_at": week})
    all_day = replace(setting(), organisation=replace(setting().organisation, window=(time(), time())))
    coming = Timer("check-in", RHYTHM.id, SAM.number_id, due, fence="1")
    found = on_check_in(scene, all_day, conversation_handlers(), coming, due)
    assert [text.state for text in found.all(Outbound)] == ["queued" if goes else "withheld"]


def test_a_stale_fence_does_nothing() -> None:
    """A timer of an earlier revision of the schedule is over."""
    scene = sams_scene("given", replace(RHYTHM, revision=2))
    assert woken(scene) is scene


def test_the_welcome_comes_once_and_inside_the_window() -> None:
    """At night it waits for the morning; where consent is known it never comes."""
    night = Timer("welcome", SAM.id, SAM.number_id, DUE)
    scene = on_welcome(sams_scene("unknown"), setting(), HANDLERS, night, DUE - timedelta(hours=8))
    assert asked(scene) == []
    assert timer(scene, "welcome").due_at == DUE - timedelta(hours=1)
    assert len(asked(on_welcome(sams_scene("unknown"), setting(), HANDLERS, night, DUE))) == 1
    for known in ("given", "declined", "stopped"):
        assert asked(on_welcome(sams_scene(known), setting(), HANDLERS, night, DUE)) == []


def test_the_prompts_do_not_repeat_before_all_had_their_turn() -> None:
    """Twelve check-ins, twelve texts; the thirteenth is the first again."""
    scene, bodies = sams_scene("given", RHYTHM), []
    for day in range(13):
        at = DUE + timedelta(days=day)
        scene = replace(scene, facts={"published": PUBLISHED, "routine_at": []}, changed={})
        scene = on_check_in(scene, CONSULTED, HANDLERS, Timer("check-in", RHYTHM.id, SAM.number_id, at, fence="1"), at)
        bodies.append(asked(scene)[-1].body)
    assert len(set(bodies[:12])) == 12
    assert bodies[12] == bodies[0]


@settings(max_examples=150)
@given(
    hour=st.integers(0, 23), start=st.integers(0, 22), length=st.integers(1, 12), late=st.integers(0, 26 * 60),
    zone=st.sampled_from(["America/New_York", "America/Los_Angeles", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca"]),
    paused=st.booleans(), before=st.lists(st.integers(0, 7 * 24), max_size=5),
)  # fmt: skip
def test_nothing_unasked_leaves_the_window_or_the_caps(
    *, hour: int, start: int, length: int, late: int, zone: str, paused: bool, before: list[int]
) -> None:
    """Promise 4 over random members and moments: what goes out is inside the window, under the caps, and never while paused."""
    now = DUE.replace(hour=hour) + timedelta(minutes=late)
    member = replace(SAM, zone=zone, window_start=f"{start:02d}:00", window_end=f"{min(start + length, 23):02d}:59")
    scene = sams_scene("given", RHYTHM, member)
    scene = pause(scene, member, None, NOW) if paused else scene
    earlier = [(now - timedelta(hours=hours)).isoformat() for hours in before]
    scene = replace(scene, facts={"published": PUBLISHED, "routine_at": earlier})
    after = woken(scene, now=now, due=DUE.replace(hour=hour))
    if asked(after):
        assert is_open(window_of(member), zone, now)
        assert not paused
        today = to_local(now, zone).date()
        assert not any(to_local(datetime.fromisoformat(at), zone).date() == today for at in earlier)
    else:
        (set_again,) = [t for t in after.all(Timer) if t.kind == "check-in"]
        assert reason(after) if set_again.due_at > now + timedelta(days=1) else set_again.due_at > now


def test_silence_closes_the_check_in_without_a_word() -> None:
    """After a day without an answer the conversation ends and nothing is sent."""
    opened = woken(sams_scene("given", RHYTHM))
    conversation = opened.conversation
    assert conversation is not None
    later = Timer("silence", conversation.id, SAM.number_id, DUE + timedelta(hours=24), fence=str(conversation.fence))
    closed = on_silence(opened, setting(), HANDLERS, later, later.due_at)
    assert closed.conversation is None
    assert len(asked(closed)) == 1
    assert [c.state for c in closed.all(Conversation)] == ["ended"]
