"""What flows are given by the schedules that begin them, and which flows no schedule may begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.organisation import Later
from flows.engine.compile import compile_flow
from flows.engine.flow import Flow
from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.conversations import go_on, replied
from service.filling import missing
from service.joining import join
from service.roster import House, Known, decide_member
from service.rules.catalogue import CATALOGUE
from service.rules.roster_files import MemberRow
from service.rules.setting import Setting
from service.schedules import ScheduleRefused, Wanted, add
from service.store.rows import Inbound, Outbound, Schedule, Staff, Timer
from service.store.scene import Scene
from tests.house import NOW, RHYTHM, SAM, SUE, identity, sams_scene, setting, shelf, strangers_scene

DUE = datetime(2027, 3, 2, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
PUBLISHED = {"feedback": 1, "coached": 1}
COACHED = """\
flow: coached
title: A hello
purpose: A small flow for tests.
languages: [en]
takes:
  coach: words up to 10
  day: words up to 10
steps:
  first:
    say: {en: "{coach} says hello on {day}."}
"""


def flows(versions: Mapping[str, int]) -> Mapping[str, Flow]:
    """The shipped flows, and one that takes what nobody gives."""
    coached = {"coached": compile_flow(COACHED, "coached.yaml", CATALOGUE)} if "coached" in versions else {}
    return {**shelf({name: version for name, version in versions.items() if name != "coached"}), **coached}


def asked(*rows: Staff) -> list[str]:
    """What Sam reads who was asked for feedback by a schedule, and answers that it is not really so."""
    consulted, handlers = setting(), conversation_handlers()
    schedule = replace(RHYTHM, flow="feedback")
    scene = replace(sams_scene("given", schedule, *rows), facts={"published": PUBLISHED})
    scene = on_check_in(scene, consulted, handlers, Timer("check-in", schedule.id, SAM.number_id, DUE, fence="1"), DUE)
    inbound = Inbound(identity(7), "SM7", SAM.number_id, "+15555550100", "3", DUE)
    scene = go_on(scene, consulted, handlers, replied("3", inbound, DUE))
    return [row.body for row in scene.all(Outbound) if row.number_id == SAM.number_id]


def test_the_campaign_that_organisation_yaml_shows_knows_the_supervisor() -> None:
    """Who does not feel heard reads who would like to hear more; where nobody supervises it is the organisation."""
    assert "Sue would like to hear more" in asked()[-1]
    assert "Riverbend Peers would like to hear more" in asked(replace(SUE, active=False))[-1]


@pytest.mark.parametrize(
    ("name", "dated", "words"),
    [
        ("feedback", False, None),
        ("check-in", False, None),
        ("appointment", True, None),
        ("appointment", False, "begin it around a date"),
        ("coached", False, "takes coach and day"),
        ("coached", True, "takes coach, which"),
    ],
)
def test_a_flow_that_takes_more_than_schedules_give_is_named_with_what_to_do(
    name: str,
    dated: bool,  # noqa: FBT001
    words: str | None,
) -> None:
    """Values around a date are given around dates alone."""
    told = missing(flows({name: 1})[name], dated=dated)
    assert told is None if words is None else words in (told or "")


def test_a_value_of_another_kind_is_missing_too() -> None:
    """The hour is words: a flow that wants a time of the day would stop at it."""
    timed = compile_flow(
        COACHED.replace("coach: words up to 10", "hour: time").replace("{coach}", "{hour}"), "x", CATALOGUE
    )
    assert "takes hour, which" in (missing(timed, dated=True) or "")


def house() -> House:
    """The desk, where both flows are published."""
    return House(setting().organisation, setting().new_id, NOW, flows)


def test_nobody_is_given_a_schedule_for_such_a_flow() -> None:
    """Neither by hand nor from a file nor by a yes."""
    scene: Scene = replace(sams_scene("given"), facts={"published": PUBLISHED})
    with pytest.raises(ScheduleRefused, match="takes coach and day"):
        add(scene, SAM, Wanted("coached", "FREQ=DAILY", datetime(2027, 3, 3, 9)), house())
    row = MemberRow(2, "Ana", "+15555550177", "en", SAM.zone, None, "FREQ=DAILY", "coached", None, None)
    refused = decide_member(strangers_scene(), row, Known({}, PUBLISHED), house())
    assert (refused.what, "takes coach and day" in refused.notes[0]) == ("refused", True)
    organisation = replace(
        setting().organisation, joining=(Later("coached", "1 week after"), Later("feedback", "1 week after"))
    )
    consulted: Setting = replace(setting(), organisation=organisation, flows=flows)
    joined = join(scene, SAM, consulted, PUBLISHED, NOW, NOW)
    assert [schedule.flow for schedule in joined.all(Schedule)] == ["feedback"]
