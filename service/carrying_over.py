"""Taking people over to a version that is being published, each by a decision of their own, guarded like every other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import orjson

from flows.engine.flow import Flow
from flows.engine.session import Session, dump_session
from service.conversations import Handlers, end, fixed_versions
from service.handoffs import Passing
from service.rules.setting import Setting
from service.standings import Flows, News, Placed, place
from service.store.codec import Finder
from service.store.commit import write
from service.store.flow_versions import Connection
from service.store.gather import Wanted, gather
from service.store.rows import Audit, Conversation
from service.store.scene import Scene
from service.store.standing_reading import conversations_with

BATCH = 100  # people in one read and one write
TRIES = 3  # decisions on versions that turned out stale; who writes all the while finishes on their version


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where people are carried over: the transaction of the publishing, and what decides. `published` is as it will be."""

    connection: Connection
    keys: Finder
    setting: Setting
    handlers: Handlers
    published: Mapping[str, int]


def carry_over(carrier: Carrier, news: Sequence[News], now: datetime) -> int:
    """Move everybody whom the new versions call over, and hand to a person whoever has nowhere to go; returns how many."""
    carrier = replace(carrier, setting=replace(carrier.setting, flows=with_news(carrier.setting.flows, news)))
    names = [one.flow.name for one in news]
    found = conversations_with(carrier.connection, carrier.keys, names) if names else ()
    wanted = [one.number_id for one in found if _is_wanted(one, news, carrier.setting.flows)]
    return sum(_batch(carrier, wanted[at : at + BATCH], news, now) for at in range(0, len(wanted), BATCH))


def with_news(flows: Flows, news: Sequence[News]) -> Flows:
    """The flows of fixed versions, those among them that are only being published."""
    fresh = {(one.flow.name, one.version): one.flow for one in news}

    def found(versions: Mapping[str, int]) -> Mapping[str, Flow]:
        known = {name: fresh[name, version] for name, version in versions.items() if (name, version) in fresh}
        return {**flows({name: version for name, version in versions.items() if name not in known}), **known}

    return found


def _is_wanted(conversation: Conversation, news: Sequence[News], flows: Flows) -> bool:
    placed = [place(conversation, one, flows) for one in news]
    return any(one is not None and one.fate in ("moves", "nowhere") for one in placed)


def _batch(carrier: Carrier, numbers: Sequence[UUID], news: Sequence[News], now: datetime) -> int:
    left, done = list(numbers), 0
    for _ in range(TRIES):
        scenes = gather(carrier.connection, Wanted(ids=tuple(left)), now, carrier.keys) if left else ()
        decided = [scene for scene in (_decide(carrier, scene, news, now) for scene in scenes) if scene.changed]
        units = write(carrier.connection, decided, carrier.keys).units if decided else frozenset()
        done += len(units)
        left = [scene.number.id for unit, scene in enumerate(decided) if unit not in units]
    return done


def _decide(carrier: Carrier, scene: Scene, news: Sequence[News], now: datetime) -> Scene:
    """The scene with its conversation moved, or ended and with a person; unchanged where it is no longer concerned."""
    for one in news:
        conversation = scene.conversation
        placed = None if conversation is None else place(conversation, one, carrier.setting.flows)
        if conversation is None or placed is None:
            continue
        if placed.session is not None:
            scene = _moved(carrier, scene, conversation, one, placed.session)
            scene = _noted(carrier.setting, scene, conversation, one, placed, now)
        elif placed.fate == "nowhere":
            scene = _noted(carrier.setting, scene, conversation, one, placed, now)
            scene = end(scene, now, "its flow was published anew")
            return carrier.handlers.pass_on(scene, carrier.setting, Passing("problem", "specialist"), now)
    return scene


def _moved(carrier: Carrier, scene: Scene, conversation: Conversation, news: News, session: Session) -> Scene:
    versions = _versions(carrier, conversation, news, session)
    stored = orjson.dumps(dump_session(session)).decode()
    return scene.with_rows(replace(conversation, versions=versions, session=stored))


def _versions(carrier: Carrier, conversation: Conversation, news: News, session: Session) -> dict[str, int]:
    """The versions to finish with: the new one with what it runs as published now, and for flows under way their own."""
    under_way = {frame.flow for frame in session.frames} - {news.flow.name}
    kept = [fixed_versions(carrier.setting, name, conversation.versions) for name in under_way]
    own = {name: version for versions in kept for name, version in versions.items()}
    fresh = fixed_versions(carrier.setting, news.flow.name, carrier.published)
    return {**conversation.versions, **fresh, **own, news.flow.name: news.version}


def _noted(
    setting: Setting, scene: Scene, conversation: Conversation, news: News, placed: Placed, now: datetime
) -> Scene:
    what = "conversation taken over" if placed.session is not None else "conversation ended by publishing"
    detail = {
        "conversation": str(conversation.id), "flow": news.flow.name, "from": conversation.versions[news.flow.name],
        "to": news.version, "step": placed.step, "goes_to": placed.goes_to,
    }  # fmt: skip
    return scene.with_rows(Audit(setting.new_id(), now, None, what, conversation.member_id, detail))
