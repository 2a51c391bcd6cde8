"""Which values are surely kept when a node of a draft begins, whatever way led to it."""

from collections.abc import Iterator, Mapping

from flows.importing.draft import Count, Draft, Keep, Listen, Node, goals

Known = frozenset[str]


def surely_kept(draft: Draft) -> Mapping[str, Known]:
    """For each node, the values that every way from the start has kept before it."""
    if draft.start is None:
        return {}
    sure: dict[str, Known] = {draft.start: draft.takes}
    todo = [draft.start]
    while todo:
        key = todo.pop()
        for goal, known in _after(draft.nodes[key], sure[key]):
            narrowed = known if goal not in sure else sure[goal] & known
            if goal not in sure or narrowed != sure[goal]:
                sure[goal] = narrowed
                todo.append(goal)
    return sure


def _after(node: Node, known: Known) -> Iterator[tuple[str, Known]]:
    """Each goal of a node, with what is surely kept on the way there."""
    known = known | {act.name for act in node.acts if isinstance(act, Keep | Count)}
    leave = node.leave
    if not isinstance(leave, Listen) or leave.keep is None:
        yield from ((goal, known) for goal in goals(leave) if goal is not None)
        return
    answered = known | {leave.keep}
    yield from ((answer.to, answered) for answer in leave.answers if answer.to is not None)
    if leave.anything is not None:
        yield leave.anything, known if asks_number(leave) else answered
    if leave.silence is not None:
        yield leave.silence, known


def asks_number(listen: Listen) -> bool:
    """Tell whether every named answer of a question is a number; of other words nothing is kept then."""
    return bool(listen.answers) and all(
        answer.spans and not answer.words and not answer.kind for answer in listen.answers
    )
