"""Proof 2, names: every step that is named exists; values, slots, actions and facts are judged while reading."""

from flows.engine.flow import Flow
from flows.engine.outline import goals_of
from flows.engine.problems import Problems, suggest


def check_names(flow: Flow, problems: Problems) -> None:
    """Note every goal, start and renaming that names a step which is not there."""
    for goal in goals_of(flow):
        if goal.step not in flow.steps:
            problems.error("names.step", goal.place, f'There is no step "{goal.step}".', suggest(goal.step, flow.steps))
    if flow.steps and flow.first not in flow.steps:
        problems.error(
            "names.step",
            flow.place,
            f'The flow starts at "{flow.first}", which is not there.',
            suggest(flow.first, flow.steps),
        )
    for new in flow.renamed.values():
        if new not in flow.steps:
            problems.error(
                "names.step", flow.place, f'renamed: leads to "{new}", which is not there.', suggest(new, flow.steps)
            )
