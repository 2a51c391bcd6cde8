<<<<<<< HEAD
"""What organisation.yaml lets begin by itself some time after a member's yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.filling import missing
from service.planning import ONCE, next_slot, on_date, set_next
from service.rules.local_time import to_local
from service.rules.setting import Means
from service.store.rows import Member, Schedule
from service.store.scene import Scene


def join(
    scene: Scene, member: Member, means: Means, published: Mapping[str, int], joined: datetime, now: datetime
) -> Scene:
    """The scene after a member's yes, with what begins some time later: once for each member.

    What has passed already is left out, and so is a flow that is not among the `published` (name to version), or that
    takes what a schedule cannot give; `peerline doctor` tells of both. The date they hang on has the member's own id.
    """
    if any(schedule.date_id == member.id for schedule in scene.all(Schedule)):
        return scene
    date_at = to_local(joined, member.zone).replace(second=0, microsecond=0)
    for later in means.organisation.joining:
        schedule = Schedule(
            means.new_id(), member.id, scene.number.id, later.flow, ONCE, date_at.isoformat(), date_id=member.id,
            relative=later.when,
        )  # fmt: skip
        schedule = on_date(schedule, date_at, member.zone)
        if _can_begin(means, published, later.flow) and next_slot(schedule, member, now) is not None:
            scene = set_next(scene, schedule, member, means.organisation, now)
    return scene


def _can_begin(means: Means, published: Mapping[str, int], flow: str) -> bool:
    return flow in published and missing(means.flows({flow: published[flow]})[flow], dated=True) is None
=======
"""What organisation.yaml lets begin after a member's yes, held against the flows that are published: a slip would be silent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

import psycopg
import structlog

from config.organisation import Organisation
from service.store.flow_versions import current_versions

log = structlog.get_logger()


def unpublished_joining(organisation: Organisation, published: Collection[str]) -> Iterator[str]:
    """Each flow named under `joining` that is not published, told once, with the name that was probably meant."""
    for flow in dict.fromkeys(later.flow for later in organisation.joining):
        if flow in published:
            continue
        near = get_close_matches(flow, sorted(published), n=1)
        meant = f" Did you mean {near[0]}?" if near else f" There are {', '.join(sorted(published)) or 'none yet'}."
        yield (
            f"joining in organisation.yaml names {flow}, and no flow of this name is published: nobody gets it.{meant}"
            " Mend the name or publish the flow, and start the processes again."
        )


def warn_of_joining(organisation: Organisation, database_url: str) -> None:
    """Say in the log at start what `joining` names in vain; a database that is away or not migrated yet says nothing."""
    if not organisation.joining:
        return
    try:
        published = current_versions(database_url)
    except psycopg.Error:
        return
    for line in unpublished_joining(organisation, published):
        log.warning("joining names a flow that is not published", what=line)
>>>>>>> aa10aaf (A flow under joining that is not published is told by the doctor and at start, with the name that was probably meant)
