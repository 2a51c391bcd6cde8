"""Flows that run each other in a ring: the run that closes it is cut, as each turn would stand on top of the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flows.importing.draft import Act, Draft, Go, Node, Pass, Run
from flows.importing.notes import Notes


def cut_rings(drafts: Sequence[Draft], notes: Notes) -> tuple[Draft, ...]:
    """The drafts without rings of runs. A flow that ends by running itself begins again at its start instead."""
    drafts = [replace(draft, nodes={key: _again(draft, node) for key, node in draft.nodes.items()}) for draft in drafts]
    runs = {draft.name: tuple(dict.fromkeys(run.flow for run in _runs(draft))) for draft in drafts}
    closing = _closing(runs)
    return tuple(_without(draft, {flow for name, flow in closing if name == draft.name}, notes) for draft in drafts)


def _again(draft: Draft, node: Node) -> Node:
    is_last = node.leave == Go(None) and bool(node.acts) and node.acts[-1] == Run(draft.name)
    return Node(node.label, node.acts[:-1], Go(draft.start)) if is_last else node


def _runs(draft: Draft) -> list[Run]:
    return [act for node in draft.nodes.values() for act in node.acts if isinstance(act, Run)]


def _closing(runs: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """The runs that close a ring, found by one walk through all flows."""
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in runs:
        path = [first] if first not in done else []
        todo = [iter(runs[first])] if path else []
        while todo:
            to = next(todo[-1], None)
            if to is None:
                todo.pop()
                done.add(path.pop())
            elif to in path:
                found.add((path[-1], to))
            elif to in runs and to not in done:
                path.append(to)
                todo.append(iter(runs[to]))
    return found


def _without(draft: Draft, flows: set[str], notes: Notes) -> Draft:
    nodes = dict(draft.nodes)
    for key, node in draft.nodes.items():
        acts: list[Act] = []
        for act in node.acts:
            is_cut = isinstance(act, Run) and act.flow in flows
            acts.append(Pass() if is_cut else act)
            if is_cut and isinstance(act, Run):
                what = f'The flow "{act.flow}" is run here, which leads back to this one.'
                notes.add(draft.name, key, what, "A person is told, and the flow goes on.", key)
        nodes[key] = replace(node, acts=tuple(acts))
    return replace(draft, nodes=nodes)
