"""Which values are surely kept when a node of a draft begins, whatever way led to it."""

from collections.abc import Iterator, Mapping

from flows.importing.draft import Answer, Count, Draft, Keep, Listen, Node, goals

Known = frozenset[str]


def surely_kept(draft: Draft, as_numbers: Known) -> Mapping[str, Known]:
    """For each node, the values that every way from the start has kept before it.

    Of `as_numbers` only answers that are numbers are kept. A copy counts for nothing: what it copies may be missing.
    """
    if draft.start is None:
        return {}
    sure: dict[str, Known] = {draft.start: draft.takes}
    todo = [draft.start]
    while todo:
        key = todo.pop()
        for goal, known in _after(draft.nodes[key], sure[key], as_numbers):
            narrowed = known if goal not in sure else sure[goal] & known
            if goal not in sure or narrowed != sure[goal]:
                sure[goal] = narrowed
                todo.append(goal)
    return sure


def _after(node: Node, known: Known, as_numbers: Known) -> Iterator[tuple[str, Known]]:
    """Each goal of a node, with what is surely kept on the way there."""
    known = known | {
        act.name for act in node.acts if isinstance(act, Count) or (isinstance(act, Keep) and not act.copied)
    }
    leave = node.leave
    if not isinstance(leave, Listen) or leave.keep is None:
        yield from ((goal, known) for goal in goals(leave) if goal is not None)
        return
    answered, is_number = known | {leave.keep}, leave.keep in as_numbers
    for answer in leave.answers:
        if answer.to is not None:
            yield answer.to, known if is_number and not says_number(answer) else answered
    if leave.anything is not None:
        yield leave.anything, known if is_number else answered
    if leave.silence is not None:
        yield leave.silence, known


def says_number(answer: Answer) -> bool:
    """Tell whether an answer is a number however it is given."""
    return bool(answer.spans) and not answer.words and answer.kind is None
