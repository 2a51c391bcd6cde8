"""What keeps a flow from being published though nothing is wrong with it: actions that the service cannot do yet."""

from collections.abc import Mapping

from flows.engine.catalogue import Catalogue
from flows.engine.flow import Do, Flow, Run
from flows.engine.outline import verbs_of
from flows.engine.problems import Problems


def check_ready(flow: Flow, flows: Mapping[str, Flow], catalogue: Catalogue, problems: Problems) -> None:
    """Note every action of a flow, and of the flows it runs, for which the service has no handler yet.

    Asked when a flow is to be published; a check alone does not mind.
    """
    for name in sorted(_reached(flow, flows)):
        for verb in verbs_of(flows.get(name, flow)):
            if isinstance(verb, Do) and not catalogue.actions[verb.action].ready:
                place = verb.place if name == flow.name else flow.place
                where = "" if name == flow.name else f' in the flow "{name}", which it runs'
                message = f'The service cannot do "{verb.action}" yet{where}.'
                problems.error(
                    "publish.not-ready", place, message, "Publish this flow when it can, or pass to a person."
                )


def _reached(flow: Flow, flows: Mapping[str, Flow]) -> frozenset[str]:
    """A flow and every flow that it runs, at any depth."""
    found, todo = {flow.name}, [flow]
    while todo:
        for verb in verbs_of(todo.pop()):
            if isinstance(verb, Run) and verb.flow in flows and verb.flow not in found:
                found.add(verb.flow)
                todo.append(flows[verb.flow])
    return frozenset(found)
