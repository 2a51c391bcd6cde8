"""Drafts of flows, tried on test phones: a version that nobody else can get, kept beside the published ones.

A phone's drafts stand in its number's memory. They count only while organisation.yaml lists the phone among the
`test_phones`, so that a number that became somebody's own gets what everybody gets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from service.carrying_over import with_news
from service.conversations import DRAFTS, Beginning, begin
from service.publishing import digest_of
from service.rules.setting import Setting
from service.standings import News
from service.store.commit import write
from service.store.flow_versions import Connection, Edition, add_draft, current_ones, hold
from service.store.roster_writing import scenes_of
from service.store.scene import Scene
from service.versions import Press, ready_flows


class DraftRefused(Exception):
    """A draft cannot be put on this phone; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A draft to try: its file and source, on which phone (E.164), by whom, and whether to begin at once."""

    file: str
    source: str
    phone: str
    by: str
    starts: bool = False


def put_draft(press: Press, trial: Trial, now: datetime) -> int:
    """Put a draft on a test phone: from now on its conversations with that flow are with the draft. Returns the draft's number.

    Raises PublishingRefused with every finding where one is an error, and DraftRefused for a phone that is no test phone.
    """
    with press.pool.connection() as connection, connection.transaction():
        hold(connection)
        scene = _scene(press, connection, trial.phone, now)
        flows, _ = ready_flows(press.catalogue, {trial.file: trial.source}, current_ones(connection))
        flow = flows[trial.file]
        edition = Edition(flow.name, trial.source, digest_of(trial.source))
        version = add_draft(connection, edition, now, trial.by)
        scene = _remembered(scene, {**_drafts(scene), flow.name: version})
        if trial.starts:
            setting = replace(press.setting, flows=with_news(press.setting.flows, [News(flow, version, None)]))
            scene = _begun(scene, setting, press, flow.name, now)
        _written(press, connection, scene)
        return -version


def take_drafts_away(press: Press, phone: str, now: datetime) -> tuple[str, ...]:
    """Take every draft off a phone; a conversation under way finishes with its own. Returns the names of the flows."""
    with press.pool.connection() as connection, connection.transaction():
        scene = scenes_of(connection, [phone], now, press.keys, press.setting.new_id)[phone]
        names = tuple(sorted(_drafts(scene)))
        if names:
            _written(press, connection, _remembered(scene, {}))
        return names


def _scene(press: Press, connection: Connection, phone: str, now: datetime) -> Scene:
    if phone not in press.setting.organisation.test_phones:
        raise DraftRefused(f"{phone} is no test phone. List it under test_phones in organisation.yaml first.")
    scene = scenes_of(connection, [phone], now, press.keys, press.setting.new_id)[phone]
    if scene.member is None:
        raise DraftRefused(f"{phone} is nobody's yet. Import it with members import, as a member of your own.")
    return scene


def _begun(scene: Scene, setting: Setting, press: Press, flow: str, now: datetime) -> Scene:
    if scene.number.consent != "given":
        raise DraftRefused(
            f"{scene.number.number} has not said yes to texts: answer the welcome on it, or write START."
        )
    return begin(scene, setting, press.handlers, Beginning(flow, "draft", "a draft, begun on a test phone"), now)


def _drafts(scene: Scene) -> dict[str, int]:
    return dict(scene.number.memory.get(DRAFTS, {}))


def _remembered(scene: Scene, drafts: dict[str, int]) -> Scene:
    kept = {name: value for name, value in scene.number.memory.items() if name != DRAFTS}
    return scene.with_rows(replace(scene.number, memory={**kept, DRAFTS: drafts} if drafts else kept))


def _written(press: Press, connection: Connection, scene: Scene) -> None:
    if 0 not in write(connection, [scene], press.keys):
        raise DraftRefused(f"Much is happening on {scene.number.number} just now. Try again in a moment.")
