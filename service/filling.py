"""What a schedule gives to the flow that it begins, and which flows take what no schedule can give."""

from __future__ import annotations

from collections.abc import Mapping

from flows.engine.flow import Flow
from flows.engine.kinds import Value, holds
from service.conversations import versions_for
from service.planning import values_of
from service.rules.setting import Setting
from service.staff_phones import reachable
from service.store.rows import Member, Schedule
from service.store.scene import Scene

SUPERVISOR = "supervisor"
# What is given, each with an example by which the kind that a flow wants of it is tried.
_ALWAYS: Mapping[str, Value] = {SUPERVISOR: "Rosa"}
_AROUND_A_DATE: Mapping[str, Value] = {**_ALWAYS, "visit": "2026-03-12", "day": "Thursday", "hour": "12:30 pm"}


def values_for(scene: Scene, setting: Setting, schedule: Schedule, member: Member) -> Mapping[str, Value]:
    """What a schedule gives to its flow: around a date that date, and the supervisor's name where the flow takes it.

    Raises KeyError for an unpublished flow.
    """
    values = values_of(schedule, member)
    version = versions_for(scene, setting)[schedule.flow]
    if SUPERVISOR not in setting.flows({schedule.flow: version})[schedule.flow].takes:
        return values  # other people are not asked for in vain
    return {**values, SUPERVISOR: supervisor_name(scene, setting)}


def supervisor_name(scene: Scene, setting: Setting) -> str:
    """The supervisor whom a text reaches, as whom a flow passes things to; the organisation's name where there is none."""
    person = next((p for p in reachable(scene, "supervisor") if p.number_id != scene.number.id), None)
    return setting.organisation.name if person is None else person.name


def missing(flow: Flow, *, dated: bool) -> str | None:
    """Why a schedule cannot begin this flow, with what to do; None where it can. `dated`: it hangs on a date."""
    given = _AROUND_A_DATE if dated else _ALWAYS
    names = [name for name, kind in flow.takes.items() if name not in given or not holds(kind, given[name])]
    if not names:
        return None
    around = [name for name in names if not dated and name in _AROUND_A_DATE]
    mend = f"let another flow that knows {_listed(names)} run it, or take {_listed(names)} out of its takes:"
    if around == names:
        mend = f"begin it around a date (--date with --when), which gives {_listed(names)}"
    return (
        f"the flow {flow.name} takes {_listed(names)}, which a schedule cannot give. A schedule gives the supervisor (words),"
        f" and around a date the day and hour (words) and the visit (a date): {mend}"
    )


def _listed(names: list[str]) -> str:
    return " and ".join(names)
