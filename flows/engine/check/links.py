"""Names between flows: every flow that is run exists, takes what it is given, and gives what is kept of it."""

from collections.abc import Mapping, Sequence

from flows.engine.flow import Flow, Given, Run
from flows.engine.kinds import Kind, read_literal
from flows.engine.outline import verbs_of
from flows.engine.parse.reading import fits
from flows.engine.problems import Place, Problems, suggest


def check_links(files: Sequence[tuple[Flow, Problems]]) -> None:
    """Check the flows of several files against each other, noting each mistake in the file that has it."""
    flows: dict[str, Flow] = {}
    for flow, problems in files:
        if flow.name in flows:
            message = f'Another file has a flow "{flow.name}" too: {flows[flow.name].file}.'
            problems.error("names.taken", flow.place, message, "Give one of them another name.")
        flows.setdefault(flow.name, flow)
    for flow, problems in files:
        check_runs_itself(flow, flows, problems)
        for verb in verbs_of(flow):
            if isinstance(verb, Run):
                _check_run(flow, verb, flows, problems)


def _check_run(flow: Flow, run: Run, flows: Mapping[str, Flow], problems: Problems) -> None:
    child = flows.get(run.flow)
    if child is None:
        problems.error("names.flow", run.place, f'There is no flow "{run.flow}".', suggest(run.flow, flows))
        return
    for name, given in run.given.items():
        _check_given(flow, child, name, given, problems)
    for name in child.takes:
        if name not in run.given:
            mend = f"Add with: {{{name}: …}}."
            problems.error(
                "names.argument", run.place, f'The flow "{child.name}" takes {name}, and is not given it.', mend
            )
    for ours, theirs in run.keep.items():
        _check_kept(flow, child, (ours, theirs), run.place, problems)


def _check_given(flow: Flow, child: Flow, name: str, given: Given, problems: Problems) -> None:
    kind = child.takes.get(name)
    if kind is None:
        message = f'The flow "{child.name}" takes nothing called "{name}".'
        problems.error("names.argument", given.place, message, suggest(name, child.takes))
    elif not _is_fitting(flow, kind, given):
        problems.error("kinds.value", given.place, f"{name} is {kind}, and {given.value} is not.", f"Give {kind}.")


def _is_fitting(flow: Flow, kind: Kind, given: Given) -> bool:
    if given.of == "kept":
        found = flow.values.get(str(given.value))
        return found is None or fits(found, kind)
    return given.of == "fact" or read_literal(kind, str(given.value)) is not None


def _check_kept(flow: Flow, child: Flow, names: tuple[str, str], place: Place, problems: Problems) -> None:
    ours, theirs = names
    if theirs not in child.gives:
        message = f'The flow "{child.name}" gives nothing called "{theirs}".'
        problems.error("names.result", place, message, suggest(theirs, child.gives))
    elif not fits(child.values[theirs], flow.keeps[ours]):
        message = f"{ours} is {flow.keeps[ours]}, and {theirs} is {child.values[theirs]}."
        problems.error("kinds.value", place, message, "Let the kinds agree.")


def in_running_order(flows: Mapping[str, Flow]) -> tuple[str, ...]:
    """Flows in an order in which each comes after those that it runs; those that run themselves are left out."""
    order: dict[str, None] = {}
    waiting = {name: runs_of(flow) & flows.keys() for name, flow in flows.items()}
    while ready := [name for name, needed in waiting.items() if needed <= order.keys()]:
        order |= dict.fromkeys(ready)
        waiting = {name: needed for name, needed in waiting.items() if name not in order}
    return tuple(order)


def runs_of(flow: Flow) -> frozenset[str]:
    """The names of the flows that a flow runs."""
    return frozenset(verb.flow for verb in verbs_of(flow) if isinstance(verb, Run))


def check_runs_itself(flow: Flow, flows: Mapping[str, Flow], problems: Problems) -> None:
    """Note a flow that comes round to itself by the flows that it runs: nobody would ever come out of it."""
    came_from: dict[str, str] = {}
    todo = [flow.name]
    while todo:
        name = todo.pop()
        for child in sorted(runs_of(flows[name]) & flows.keys()):
            if child == flow.name:
                way = " → ".join([flow.name, *reversed(_back(came_from, name, flow.name)), flow.name])
                problems.error(
                    "ways.runs-itself", flow.place, f"This flow runs itself: {way}.", "Let one of them end instead."
                )
                return
            if child not in came_from:
                came_from[child] = name
                todo.append(child)


def _back(came_from: Mapping[str, str], name: str, start: str) -> list[str]:
    names = []
    while name != start:
        names.append(name)
        name = came_from[name]
    return names
