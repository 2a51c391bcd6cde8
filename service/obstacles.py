"""What keeps a flow that is free of mistakes from being published: actions that do not work yet, flows that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.engine.catalogue import Catalogue
from flows.engine.check.ready import check_ready
from flows.engine.flow import Flow, Run
from flows.engine.outline import verbs_of
from flows.engine.problems import Finding, Problems, in_order


def obstacles(flows: Mapping[str, Flow], published: Mapping[str, Flow], catalogue: Catalogue) -> tuple[Finding, ...]:
    """Every obstacle of these flows (by file name), each with its place; `published` has by name what is there besides.

    What a flow runs, at any depth, is its obstacle too: a conversation would come to it.
    """
    by_name = {**published, **{flow.name: flow for flow in flows.values()}}
    found: list[Finding] = []
    for file, flow in flows.items():
        problems = Problems(file)
        check_ready(flow, by_name, catalogue, problems)
        _check_runs(flow, by_name, problems)
        found += problems.findings
    return in_order(found)


def _check_runs(flow: Flow, flows: Mapping[str, Flow], problems: Problems) -> None:
    for one, verb in _runs(flow, flows):
        if verb.flow not in flows:
            place = verb.place if one is flow else flow.place
            where = "it runs" if one is flow else f'is run by "{one.name}", which it runs,'
            message = f'The flow "{verb.flow}" that {where} is not published and not among these files.'
            problems.error("publish.flow", place, message, "Publish them together.")


def _runs(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[tuple[Flow, Run]]:
    """Every run of a flow, and of the flows that it runs, each flow once."""
    seen, todo = {flow.name}, [flow]
    while todo:
        one = todo.pop()
        for verb in verbs_of(one):
            if isinstance(verb, Run):
                yield one, verb
                if verb.flow in flows and verb.flow not in seen:
                    seen.add(verb.flow)
                    todo.append(flows[verb.flow])
