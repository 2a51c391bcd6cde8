"""A draft made into one that can be written: questions joined to their waits, empty nodes and unreachable ones gone."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flows.importing.circles import cut_circles
from flows.importing.draft import PERSON, Act, Decide, Draft, Go, Keep, Leave, Listen, Node, Pass, Say, Turns, reached
from flows.importing.notes import Notes
from flows.importing.placeholders import slots_of

Nodes = Mapping[str, Node]


def tidy(draft: Draft, notes: Notes) -> Draft:
    """A draft in which every goal exists, nothing goes round without a word from the member, and all can be reached."""
    nodes: Nodes = {**draft.nodes, PERSON: Node("to a person", (Pass(),), Go(None))}
    nodes = _watched(nodes)
    notes.keep_only(draft.name, reached(nodes, draft.start or PERSON))
    nodes, start = _collapsed(nodes, draft.start)
    nodes = _joined(draft.name, nodes, notes)
    if start is None:
        notes.add(draft.name, "", "There is nothing in this flow.", "A person is told when it is started.")
    start = start or PERSON
    nodes = cut_circles({**reached(nodes, start), PERSON: nodes[PERSON]}, start, draft.name, notes)
    return replace(draft, nodes=reached(nodes, start), start=start)


def pruned(draft: Draft, before: Draft, notes: Notes) -> Draft:
    """A draft without the nodes that nothing leads to; each that would have told something is noted."""
    nodes, start = _collapsed(draft.nodes, draft.start)
    nodes = reached(nodes, start or PERSON) or {PERSON: Node("to a person", (Pass(),), Go(None))}
    for key, node in before.nodes.items():
        if key not in nodes and any(isinstance(act, Say) for act in node.acts):
            notes.add(draft.name, key, "Nothing leads to this text.", "It is left out.")
    return replace(draft, nodes=nodes, start=next(iter(nodes)))


def redirect(leave: Leave, to: Callable[[str | None], str | None]) -> Leave:
    """A way of leaving with every goal replaced."""
    if isinstance(leave, Go):
        return Go(to(leave.to))
    if isinstance(leave, Decide):
        ways = tuple(replace(way, to=to(way.to)) for way in leave.ways)
        return Decide(ways, to(leave.otherwise))
    if isinstance(leave, Turns):
        return Turns(tuple(map(to, leave.to)))
    answers = tuple(replace(answer, to=to(answer.to)) for answer in leave.answers)
    return replace(leave, answers=answers, anything=to(leave.anything), silence=to(leave.silence))


def _watched(nodes: Nodes) -> Nodes:
    """Give each question whose other words a person must see a node of its own for them."""
    found = dict(nodes)
    for key, node in nodes.items():
        if isinstance(node.leave, Listen) and node.leave.watched:
            if node.leave.anything == PERSON:
                continue
            beside = f"{key} other words"
            found[beside] = Node(f"{node.label} other words", (Pass(),), Go(node.leave.anything))
            found[key] = replace(node, leave=replace(node.leave, anything=beside, watched=False))
    return found


def _collapsed(nodes: Nodes, start: str | None) -> tuple[Nodes, str | None]:
    """Lead past nodes that do nothing; a ring of them is a matter for a person."""

    def past(goal: str | None) -> str | None:
        seen: set[str] = set()
        while goal is not None and goal in nodes and not nodes[goal].acts:
            leave = nodes[goal].leave
            if not isinstance(leave, Go):
                return goal
            if goal in seen:
                return PERSON
            seen.add(goal)
            goal = leave.to
        return goal if goal is None or goal in nodes else PERSON

    led = {key: replace(node, leave=redirect(node.leave, past)) for key, node in nodes.items()}
    return led, past(start)


def _joined(flow: str, nodes: Nodes, notes: Notes) -> Nodes:
    """Let a node that ends with a text and leads to a bare wait ask, with the replies of that wait."""
    joined = {}
    for key, node in nodes.items():
        joined[key] = _asking(node, nodes)
        if isinstance(node.leave, Go) and node.leave.to is not None and isinstance(joined[key].leave, Listen):
            notes.move(flow, node.leave.to, key)
    return joined


def _asking(node: Node, nodes: Nodes) -> Node:
    following = nodes.get(node.leave.to or "") if isinstance(node.leave, Go) else None
    if following is not None and not following.acts and isinstance(following.leave, Listen):
        acts = _text_last(node.acts)
        return Node(node.label, acts, following.leave) if acts and isinstance(acts[-1], Say) else node
    return replace(node, acts=_text_last(node.acts)) if isinstance(node.leave, Listen) else node


def _text_last(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """The last text at the end, so that it can ask, where what follows it may as well come before it."""
    at = max((number for number, act in enumerate(acts) if isinstance(act, Say)), default=None)
    if at is None:
        return acts
    say, after = acts[at], acts[at + 1 :]
    used = slots_of(say) if isinstance(say, Say) else frozenset()
    is_free = all(isinstance(act, Pass) or (isinstance(act, Keep) and act.name not in used) for act in after)
    return (*acts[:at], *after, say) if is_free else acts
