"""Publishing flows: what is shipped becomes an immutable version, and conversations get the versions they began with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock

from flows.engine.catalogue import Catalogue
from flows.engine.check import check_flows
from flows.engine.compile import compile_flow
from flows.engine.flow import Flow
from flows.engine.problems import Finding, in_order
from service.obstacles import obstacles
from service.store.flow_versions import Edition, publish_release, sources_of

Sources = Callable[[Mapping[str, int]], Mapping[str, str]]


class PublishingRefused(Exception):
    """Nothing was published, because flows have mistakes; `findings` holds all of them, warnings too."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


def publish_shipped(
    database_url: str, flows_dir: Path, catalogue: Catalogue, now: datetime
) -> tuple[tuple[str, int], ...]:
    """Check every *.yaml of a folder together and publish those that changed since they were last shipped.

    Returns the names and versions that are new; nothing changes when nothing did. A flow that needs what the service
    cannot do yet waits, with those that run it (`waiting` tells why); one that somebody here has published since stays.
    Raises PublishingRefused with every finding when one of them is an error: then none is published.
    """
    return publish_release(database_url, editions_of(read_sources(flows_dir), catalogue), now)


def read_sources(flows_dir: Path) -> dict[str, str]:
    """The flow files of a folder by their name, in order; bytes that are not UTF-8 are left for the check to find."""
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in sorted(flows_dir.glob("*.yaml"))}


def editions_of(sources: Mapping[str, str], catalogue: Catalogue) -> tuple[Edition, ...]:
    """The editions of flow files that are free of mistakes and can be carried out. Raises PublishingRefused."""
    flows = _checked(sources, catalogue)
    late = {finding.file for finding in obstacles(flows, {}, catalogue)}
    return tuple(
        Edition(flow.name, sources[file], digest_of(sources[file])) for file, flow in flows.items() if file not in late
    )


def waiting(sources: Mapping[str, str], catalogue: Catalogue) -> tuple[Finding, ...]:
    """Why flow files that are free of mistakes cannot be published yet. Raises PublishingRefused."""
    return obstacles(_checked(sources, catalogue), {}, catalogue)


def _checked(sources: Mapping[str, str], catalogue: Catalogue) -> Mapping[str, Flow]:
    findings = check_flows(sources, catalogue)
    if any(finding.severity == "error" for finding in findings):
        raise PublishingRefused(in_order(findings))
    return {file: compile_flow(source, file, catalogue) for file, source in sources.items()}


def digest_of(source: str) -> str:
    """The SHA-256 of a source in hexadecimal, the same however its lines end."""
    return sha256(source.replace("\r\n", "\n").encode()).hexdigest()


@dataclass
class FlowShelf:
    """Compiled flows of one process: each version is read and compiled once and kept, since it can never change.

    `sources` reads the sources of versions; `compiled` counts what was compiled, so that a test can say that a message
    compiles nothing. Threads may share one.
    """

    sources: Sources
    catalogue: Catalogue
    compiled: int = 0
    _kept: dict[tuple[str, int], Flow] = field(default_factory=dict)
    _filling: Lock = field(default_factory=Lock)

    def __call__(self, versions: Mapping[str, int]) -> Mapping[str, Flow]:
        """The flows of these versions by name. Raises KeyError naming one that was never published."""
        kept = self._kept
        if not kept.keys() >= versions.items():
            with self._filling:
                self._fill({name: version for name, version in versions.items() if (name, version) not in kept})
        return {name: kept[name, version] for name, version in versions.items()}

    def _fill(self, missing: Mapping[str, int]) -> None:
        for name, source in self.sources(missing).items():
            self._kept[name, missing[name]] = compile_flow(source, f"{name}.yaml", self.catalogue)
            self.compiled += 1


def open_shelf(database_url: str, catalogue: Catalogue) -> FlowShelf:
    """A shelf filled from the database as versions are asked for."""
    return FlowShelf(partial(sources_of, database_url), catalogue)
