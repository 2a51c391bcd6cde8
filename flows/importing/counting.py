"""Counts as our language can say them: there are no sums in it, so that each number leads to the next by a step."""

from dataclasses import replace

from flows.importing.draft import Count, Decide, Draft, Go, Keep, Node, Way
from flows.importing.notes import Notes
from flows.importing.values import Settled

MOST = 12  # what a count goes up to; real flows count tries, and give up after three or four


def unroll_counts(settled: Settled, notes: Notes) -> Settled:
    """A draft in which each count has become a choice between fixed numbers, past all that it is compared with."""
    nodes: dict[str, Node] = {}
    for key, node in settled.draft.nodes.items():
        nodes |= _unrolled(settled.draft, key, node, notes)
    return replace(settled, draft=replace(settled.draft, nodes=nodes))


def _unrolled(draft: Draft, key: str, node: Node, notes: Notes) -> dict[str, Node]:
    at = next((number for number, act in enumerate(node.acts) if isinstance(act, Count)), None)
    if at is None:
        return {key: node}
    act = node.acts[at]
    name = act.name if isinstance(act, Count) else ""
    following = Node(f"{name} counted", node.acts[at + 1 :], node.leave)
    is_bare = not following.acts and isinstance(node.leave, Go)
    most, beside = _most(draft, name), f"{key}, {name} counted"
    rest = node.leave.to if is_bare and isinstance(node.leave, Go) else beside
    notes.add(draft.name, key, f"{name} is counted here.", f"It is counted up to {most}, number by number.", key)
    steps = {
        f"{key}, {name} {number}": Node(f"{name} {number}", (Keep(name, str(number)),), Go(rest))
        for number in range(1, most + 1)
    }
    ways = tuple(Way(name, "in", (str(number),), step) for number, step in enumerate(steps))
    counted = Node(node.label, node.acts[:at], Decide(ways, rest))
    return {key: counted, **steps, **({} if is_bare else _unrolled(draft, beside, following, notes))}


def _most(draft: Draft, name: str) -> int:
    """One more than the largest number that a count is compared with, within reason: `more than 3` is true of 4."""
    ways = [way for node in draft.nodes.values() if isinstance(node.leave, Decide) for way in node.leave.ways]
    compared = [int(value) for way in ways if way.name == name for value in way.values if value.isdigit()]
    return min(MOST, max(compared, default=0) + 1)
