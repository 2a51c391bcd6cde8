"""What came of the tests in flow files, per flow: for people as lines, for machines as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.engine.catalogue import Catalogue
from flows.engine.coverage import Coverage, coverage
from flows.engine.flow import Flow
from flows.engine.trials import Failure, run_trial
from flows.engine.walk import Visit


@dataclass(frozen=True, slots=True)
class Report:
    """The tests of one flow: how many, which lines do not hold, and what no test walks."""

    flow: str
    file: str
    trials: int
    failures: tuple[Failure, ...]
    coverage: Coverage

    @property
    def is_good(self) -> bool:
        """Whether every test holds."""
        return not self.failures


def report(flow: Flow, flows: Mapping[str, Flow], catalogue: Catalogue) -> Report:
    """Play every test of a flow."""
    visits: set[Visit] = set()
    failures = []
    for trial in flow.trials:
        outcome = run_trial(flows, flow, trial, catalogue)
        visits |= outcome.visits
        failures += [outcome.failure] if outcome.failure else []
    return Report(flow.name, flow.file, len(flow.trials), tuple(failures), coverage(flow, visits))


def lines_of(reports: Sequence[Report]) -> list[str]:
    """Reports as lines to read: every failure and gap with its place, then a line for each flow."""
    lines = []
    for one in reports:
        lines += [f"{one.file}:{f.place.line}:{f.place.column}: {f.trial}: {f.message}" for f in one.failures]
        lines += [
            f"{one.file}:{gap.place.line}:{gap.place.column}: no test walks {gap.what}" for gap in one.coverage.gaps
        ]
        walked = one.coverage.ways - len(one.coverage.gaps)
        held = one.trials - len(one.failures)
        lines.append(f"{one.flow}: {held} of {one.trials} tests hold, {walked} of {one.coverage.ways} ways are walked")
    return lines
