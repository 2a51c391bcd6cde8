"""What is told of a rule whose moments lie outside of a member's hours, by the rule that decides when they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.outlook import outlook, say_outlook
from service.planning import speaks_at
from service.rules.local_time import to_instant
from service.store.rows import Member, Outbound, Schedule, Timer
from tests.house import RHYTHM, SAM, identity, sams_scene, setting

NOW = datetime(2027, 3, 2, 15, 30, tzinfo=UTC)  # a Tuesday, 10:30 in New York
CONSULTED = setting()
ORGANISATION = CONSULTED.organisation


def at(clock: str, rule: str = "FREQ=DAILY") -> Schedule:
    """A hello at this hour from Wednesday on."""
    return replace(RHYTHM, rule=rule, starts=f"2027-03-03T{clock}:00")


def test_what_lies_inside_their_hours_is_not_told() -> None:
    """Nobody is warned of what goes as it should."""
    assert say_outlook(at("10:00"), SAM, ORGANISATION, NOW) is None


def test_a_rule_that_never_speaks_says_so_with_their_hours() -> None:
    """Every evening at nine, and their hours end at eight."""
    told = say_outlook(at("21:00"), SAM, ORGANISATION, NOW)
    assert told is not None
    assert "every moment of it lies outside of their hours and will be left out, first Wednesday 03 March 21:00" in told
    assert "their hours on Wednesday: 09:00-20:00." in told


def test_days_without_hours_are_counted() -> None:
    """Four weeks have four Sundays."""
    told = say_outlook(at("10:00"), replace(SAM, windows={"6": None}), ORGANISATION, NOW)
    assert told is not None
    assert (
        "4 of its next 28 moments lie outside of their hours and will be left out, first Sunday 07 March 10:00" in told
    )
    assert "their hours on Sunday: none." in told


def test_what_waits_says_until_when() -> None:
    """At seven they are not open yet; at nine they are, and then it goes."""
    told = say_outlook(at("07:00"), SAM, ORGANISATION, NOW)
    assert told is not None
    assert "Wednesday 03 March 07:00 is not within their hours" in told
    assert told.endswith("It waits until Wednesday 03 March 09:00.")


def test_what_comes_only_once_waits_for_a_day_with_hours() -> None:
    """A single hello on a Wednesday on which they have none goes on Thursday at the same time."""
    told = say_outlook(at("10:00", "FREQ=DAILY;COUNT=1"), replace(SAM, windows={"2": None}), ORGANISATION, NOW)
    assert told is not None
    assert told.endswith("their hours on Wednesday: none. It waits until Thursday 04 March 10:00.")


def test_a_reminder_that_finds_an_open_moment_before_its_date_is_not_told() -> None:
    """Three hours before a visit at eight it goes the evening before; where no day has hours it never goes."""
    visit = replace(
        at("05:00", "FREQ=DAILY;COUNT=1"), kind="time-bound", date_id=identity(303), date_at="2027-03-03T08:00:00", relative="3 hours before"
    )  # fmt: skip
    assert say_outlook(visit, SAM, ORGANISATION, NOW) is None
    told = say_outlook(visit, replace(SAM, windows={str(day): None for day in range(7)}), ORGANISATION, NOW)
    assert told is not None
    assert "its moment lies outside of their hours" in told


@given(
    hour=st.integers(0, 23), spread=st.sampled_from([0, 90]), rule=st.sampled_from(["FREQ=DAILY", "FREQ=DAILY;COUNT=1"]), windows=st.dictionaries(st.sampled_from("23"), st.none()),
    hours=st.sampled_from([("09:00", "20:00"), ("12:00", "16:30"), ("18:00", "01:00")]),
)  # fmt: skip
def test_what_is_told_is_what_is_decided(
    hour: int, spread: int, rule: str, windows: dict[str, None], hours: tuple[str, str]
) -> None:
    """The decision itself, at the moment, leaves out, puts off or begins what was told beforehand."""
    member = replace(SAM, window_start=hours[0], window_end=hours[1], windows=windows)
    schedule = replace(at(f"{hour:02d}:00", rule), spread=spread)
    found = outlook(schedule, member, ORGANISATION, NOW)
    slot = to_instant(datetime.fromisoformat(schedule.starts), member.zone)
    waits = dict(found.waiting)
    assert _decided(replace(schedule, next_at=slot), member) == (
        "withheld" if slot in found.left_out else waits[slot].isoformat() if slot in waits else "queued"
    )


@pytest.mark.parametrize(("windows", "told"), [({}, 1), ({"4": None}, 1), (None, 0)])
def test_looked_at_are_the_moments_still_to_come(windows: dict[str, None] | None, told: int) -> None:
    """A rule that has come to its end has none."""
    schedule = replace(at("21:00", "FREQ=DAILY;COUNT=1"), active=windows is not None)
    found = outlook(schedule, replace(SAM, windows=windows or {}), ORGANISATION, NOW)
    assert (found.looked_at, len(found.left_out)) == (told, told)


def _decided(schedule: Schedule, member: Member) -> str:
    assert schedule.next_at is not None
    meant = speaks_at(schedule, member, ORGANISATION, schedule.next_at)
    timer = Timer("check-in", schedule.id, SAM.number_id, meant, fence="1")
    scene = on_check_in(sams_scene("given", schedule, member), CONSULTED, conversation_handlers(), timer, meant)
    texts = scene.all(Outbound)
    if texts:
        return texts[0].state
    return next(t.due_at for t in scene.all(Timer) if t.subject == schedule.id).isoformat()
