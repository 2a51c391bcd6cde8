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
