"""Values that are only ever another value under a second name: one of the two names goes.

Studio keeps an answer by asking, and then by setting a variable from it; here a question keeps its answer itself.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from flows.importing.draft import Act, Count, Decide, Draft, Keep, Listen, Node, Say
from flows.importing.placeholders import renamed


def without_aliases(draft: Draft) -> Draft:
    """A draft in which a value that is only ever copied from one other is that other.

    The name of a copy stays, as somebody chose it, unless the value is one that the flow is given.
    """
    sources: dict[str, set[str]] = defaultdict(set)
    own: set[str] = set(draft.takes)
    for node in draft.nodes.values():
        for act in node.acts:
            if isinstance(act, Keep) and act.copied:
                sources[act.name].add(act.value)
            elif isinstance(act, Keep | Count):
                own.add(act.name)
        own |= {node.leave.keep} if isinstance(node.leave, Listen) and node.leave.keep else set()
    return _renamed(draft, _names(draft, sources, own))


def _names(draft: Draft, sources: Mapping[str, set[str]], own: set[str]) -> Mapping[str, str]:
    """New names by old ones. A value that is copied to several names, or whose copy is copied on, keeps its own."""
    copied = Counter(source for found in sources.values() for source in found)
    names: dict[str, str] = {}
    for name, found in sources.items():
        source = next(iter(found))
        is_alias = len(found) == 1 and name not in own and source in own and name not in copied and copied[source] == 1
        if is_alias:
            names |= {name: source} if source in draft.takes else {source: name}
    return names


def _renamed(draft: Draft, names: Mapping[str, str]) -> Draft:
    if not names:
        return draft
    return replace(draft, nodes={key: _node(node, names) for key, node in draft.nodes.items()})


def _node(node: Node, names: Mapping[str, str]) -> Node:
    acts = (_act(act, names) for act in node.acts)
    leave = node.leave
    if isinstance(leave, Listen) and leave.keep:
        leave = replace(leave, keep=names.get(leave.keep, leave.keep))
    elif isinstance(leave, Decide):
        leave = replace(leave, ways=tuple(replace(way, name=names.get(way.name, way.name)) for way in leave.ways))
    return Node(node.label, tuple(act for act in acts if act is not None), leave)


def _act(act: Act, names: Mapping[str, str]) -> Act | None:
    """An act with the new names; None for a copy of a value onto itself."""
    if isinstance(act, Say):
        return Say(renamed(act.texts, names))
    if isinstance(act, Count):
        return Count(names.get(act.name, act.name))
    if not isinstance(act, Keep):
        return act
    name, value = names.get(act.name, act.name), names.get(act.value, act.value) if act.copied else act.value
    return None if act.copied and name == value else Keep(name, value, act.copied)
