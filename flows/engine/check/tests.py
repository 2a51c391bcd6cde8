"""Proof 15, tests: each holds, and what none of them walks is named."""

from collections.abc import Mapping

from flows.engine.catalogue import Catalogue
from flows.engine.coverage import coverage
from flows.engine.flow import Flow
from flows.engine.problems import Problems
from flows.engine.trials import run_trial
from flows.engine.walk import Visit


def check_tests(flow: Flow, flows: Mapping[str, Flow], catalogue: Catalogue, problems: Problems) -> None:
    """Play every test of a flow; note the lines that do not hold, and the ways that no test walks.

    A gap is an error where the flow says `coverage: full`, else a warning.
    """
    visits: set[Visit] = set()
    for trial in flow.trials:
        outcome = run_trial(flows, flow, trial, catalogue)
        visits |= outcome.visits
        if outcome.failure is not None:
            message = f'The test "{trial.name}" does not hold. {outcome.failure.message}'
            problems.error("tests.failed", outcome.failure.place, message, "Mend the flow, or the test.")
    note = problems.error if flow.coverage_full else problems.warning
    for gap in coverage(flow, visits).gaps:
        note("tests.gap", gap.place, f"No test walks {gap.what}.", "Add a test that does.")
