"""Publishing a version of a flow: checked, told in words, with a thought for everybody who is in it; all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.engine.catalogue import Catalogue
from flows.engine.changes import Change, changes
from flows.engine.check import check_flows
from flows.engine.compile import compile_flow
from flows.engine.flow import Flow
from flows.engine.problems import Finding, FlowProblems, Problems, in_order
from service.carrying_over import Carrier, carry_over
from service.conversations import Handlers
from service.filling import missing
from service.gateways.keys import KeyRing
from service.obstacles import obstacles
from service.publishing import PublishingRefused, digest_of
from service.rules.setting import Setting
from service.standings import News, Standing, standings
from service.store.database import Pool
from service.store.flow_versions import Connection, Edition, Version, add_version, current_ones, hold
from service.store.standing_reading import begun_by_schedules, conversations_with


@dataclass(frozen=True, slots=True)
class Press:
    """What publishing works with: the database and its keys, and what decides about those who are taken over."""

    pool: Pool
    keys: KeyRing
    setting: Setting
    handlers: Handlers
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Order:
    """Who publishes, why, and whether they have thought of the people who would be left on steps that go."""

    by: str
    note: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """One flow as it is published: its version, the one it replaces, what changes, and who stands where.

    Where the file says what is published already, `version` equals `replaces` and nothing changes.
    """

    name: str
    file: str
    version: int
    replaces: int | None
    changes: tuple[Change, ...] = ()
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What was published, or would be; `remarks` are the findings that do not keep it from being published."""

    flows: tuple[Publication, ...]
    remarks: tuple[Finding, ...] = ()

    @property
    def asks(self) -> tuple[Standing, ...]:
        """The people who should be thought of first."""
        return tuple(standing for flow in self.flows for standing in flow.standings if standing.asks)


class NotConfirmed(Exception):
    """Nothing was published: somebody stands where the new version has no step, and nobody said that this is meant."""

    def __init__(self, published: Published) -> None:
        self.published = published
        super().__init__("\n".join(map(str, published.asks)))


def publish_files(press: Press, sources: Mapping[str, str], order: Order, now: datetime) -> Published:
    """Publish flow files (by file name) in one transaction, taking over whom they call over.

    Raises PublishingRefused with every finding where one is an error, and NotConfirmed where people would be left on
    steps that go; then nothing is changed.
    """
    with press.pool.connection() as connection, connection.transaction():
        hold(connection)
        current = current_ones(connection)
        flows, remarks = ready_flows(press.catalogue, sources, current)
        lacking = _lacking(press, connection, flows)
        if lacking:
            raise PublishingRefused(in_order([*remarks, *lacking]))
        editions = {file: Edition(flow.name, sources[file], digest_of(sources[file])) for file, flow in flows.items()}
        news = {
            file: _news(connection, flow, editions[file], current.get(flow.name), order, now)
            for file, flow in flows.items()
        }
        published = Published(
            tuple(_told(press, connection, file, one, current) for file, one in news.items()), remarks
        )
        if published.asks and not order.confirmed:
            raise NotConfirmed(published)
        _take_over(press, connection, [one for one in news.values() if one.version != one.replaces], now)
        return published


def _lacking(press: Press, connection: Connection, flows: Mapping[str, Flow]) -> list[Finding]:
    """Flows that schedules begin, or organisation.yaml after a yes, and that take what a schedule cannot give."""
    begun = begun_by_schedules(connection) | {(later.flow, True) for later in press.setting.organisation.joining}
    found: list[Finding] = []
    for file, flow in flows.items():
        problems = Problems(file)
        lacks = [missing(flow, dated=dated) for name, dated in sorted(begun) if name == flow.name]
        for lack in dict.fromkeys(lack for lack in lacks if lack is not None):
            message = f"Schedules of members, or organisation.yaml, begin it: {lack}."
            problems.error("publish.takes", flow.place, message, "Or end those schedules first.")
        found += problems.findings
    return found


def ready_flows(
    catalogue: Catalogue, sources: Mapping[str, str], current: Mapping[str, Version]
) -> tuple[Mapping[str, Flow], tuple[Finding, ...]]:
    """The flows of these files, checked with those that are published besides; and the remarks about them.

    Raises PublishingRefused with every finding where one is an error or an obstacle.
    """
    flows = _compiled(catalogue, sources)
    others = {_shelved(name): one.source for name, one in current.items() if name not in _names(flows)}
    found = check_flows({**others, **sources}, catalogue)
    mine = tuple(finding for finding in found if finding.file in sources)
    errors = [finding for finding in mine if finding.severity == "error"]
    errors += _new_errors(catalogue, [one for one in found if one.file in others], current)
    if len(flows) == len(sources):
        beside = _compiled(catalogue, others)
        errors += obstacles(flows, {flow.name: flow for flow in beside.values()}, catalogue)
    if errors:
        raise PublishingRefused(in_order([*mine, *errors]))
    return flows, mine


def _compiled(catalogue: Catalogue, sources: Mapping[str, str]) -> Mapping[str, Flow]:
    """The flows of the sources that can be compiled; the check tells what is wrong with the others."""
    flows = {}
    for file, source in sources.items():
        try:
            flows[file] = compile_flow(source, file, catalogue)
        except FlowProblems:
            continue
    return flows


def _names(flows: Mapping[str, Flow]) -> frozenset[str]:
    return frozenset(flow.name for flow in flows.values())


def _shelved(name: str) -> str:
    return f"{name} (as published)"


def _new_errors(catalogue: Catalogue, found: list[Finding], current: Mapping[str, Version]) -> list[Finding]:
    """Mistakes in flows that are published and fine, which only these files would bring: a value that is gone, say."""
    errors = [finding for finding in found if finding.severity == "error"]
    if not errors:
        return []
    before = set(check_flows({_shelved(name): one.source for name, one in current.items()}, catalogue))
    return [finding for finding in errors if finding not in before]


def _news(
    connection: Connection, flow: Flow, edition: Edition, current: Version | None, order: Order, now: datetime
) -> News:
    """The next version, written; or the current one, where the file is that."""
    if current is not None and current.digest == edition.digest:
        return News(flow, current.version, current.version)
    version = add_version(connection, edition, now, order.by, order.note)
    return News(flow, version, None if current is None else current.version)


def _told(press: Press, connection: Connection, file: str, news: News, current: Mapping[str, Version]) -> Publication:
    name = news.flow.name
    if news.version == news.replaces:
        return Publication(name, file, news.version, news.replaces)
    before = _compiled(press.catalogue, {file: current[name].source} if name in current else {})
    told = changes(before[file], news.flow) if file in before else ()
    inside = standings(conversations_with(connection, press.keys, [name]), news, press.setting.flows)
    return Publication(name, file, news.version, news.replaces, told, inside)


def _take_over(press: Press, connection: Connection, news: list[News], now: datetime) -> None:
    published = {name: one.version for name, one in current_ones(connection).items()}
    carry_over(Carrier(connection, press.keys, press.setting, press.handlers, published), news, now)
