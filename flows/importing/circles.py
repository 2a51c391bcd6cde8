"""Circles that would text somebody without end: found in a draft, and cut where a person takes over.

Round and round without any wait is no conversation in any system. Round and round by silence alone is one that asks
again for ever; those are cut at a silence, so that a person looks in instead.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from flows.importing.draft import PERSON, Decide, Go, Leave, Listen, Node, Turns, goals, silent_goals
from flows.importing.notes import Notes

Nodes = Mapping[str, Node]
Edge = tuple[str, str]


def cut_circles(nodes: Nodes, start: str, flow: str, notes: Notes) -> Nodes:
    """The nodes with one goal of every such circle replaced by a person; each cut is noted."""
    cut = dict(nodes)
    for edge in _closing_edges(cut, start, lambda leave: () if isinstance(leave, Listen) else goals(leave)):
        cut[edge[0]] = _without(cut[edge[0]], edge[1])
        notes.add(
            flow, edge[0], "The steps go round here without a wait.", "A person is told, and the flow ends.", edge[0]
        )
    while (found := _silent_circle(cut, start)) is not None:
        cut[found[0]] = _without(cut[found[0]], found[1])
        notes.add(
            flow,
            found[0],
            "Silence leads round to the same texts here.",
            "A person looks in instead, and the flow ends.",
            found[0],
        )
    return cut


def _closing_edges(nodes: Nodes, start: str, leads: Callable[[Leave], tuple[str | None, ...]]) -> tuple[Edge, ...]:
    """Every edge that closes a circle, in one walk through all nodes; without them there is none."""
    return tuple((path[-1], to) for path, to in _rounds(nodes, start, leads))


def _silent_circle(nodes: Nodes, start: str) -> Edge | None:
    """The last silence on a circle that the member's words are no part of, or None where there is no such circle."""
    found = next(_rounds(nodes, start, silent_goals), None)
    if found is None:
        return None
    path, to = found
    circle = [*path[path.index(to) :], to]
    edges = list(pairwise(circle))
    return next(((one, other) for one, other in reversed(edges) if isinstance(nodes[one].leave, Listen)), edges[-1])


def _rounds(
    nodes: Nodes, start: str, leads: Callable[[Leave], tuple[str | None, ...]]
) -> Iterator[tuple[list[str], str]]:
    """Walk from every node, without recursion; yield the path at each edge that leads back into it, and that goal."""
    done: set[str] = set()
    for first in dict.fromkeys([start, *nodes]):
        path, on_path = [first], {first}
        todo = [iter(leads(nodes[first].leave))] if first not in done else []
        while todo:
            to = next(todo[-1], "")
            if to == "":
                todo.pop()
                done.add(path[-1])
                on_path.discard(path.pop())
            elif to in on_path:
                yield path, str(to)
            elif to is not None and to not in done:
                path.append(to)
                on_path.add(to)
                todo.append(iter(leads(nodes[to].leave)))


def _without(node: Node, goal: str) -> Node:
    """A node in which one goal that closes a circle leads to a person instead; replies are left as they are."""

    def to(key: str | None) -> str | None:
        return PERSON if key == goal else key

    leave = node.leave
    if isinstance(leave, Listen):
        return replace(node, leave=replace(leave, silence=to(leave.silence)))
    if isinstance(leave, Decide):
        ways = tuple(replace(way, to=to(way.to)) for way in leave.ways)
        return replace(node, leave=Decide(ways, to(leave.otherwise)))
    return replace(node, leave=Turns(tuple(map(to, leave.to))) if isinstance(leave, Turns) else Go(to(leave.to)))
