"""Reading steps: the verbs in the order in which they are written, and where a step goes on."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from flows.engine.document import Node, Scalar, Table
from flows.engine.flow import Ask, Choose, End, Go, Goal, Step, Verb
from flows.engine.parse import verbs
from flows.engine.parse.reading import Reading, read_flag, read_goal, read_table

_PLAIN: Mapping[str, Callable[[Reading, Node], Verb | None]] = {
    "say": verbs.read_say,
    "choose": verbs.read_choose,
    "run": verbs.read_run,
    "pass": verbs.read_pass,
    "alert": verbs.read_alert,
    "do": verbs.read_do,
}
_WAITING: Mapping[str, Callable[[Reading, Node, Table], Verb | None]] = {"ask": verbs.read_ask, "wait": verbs.read_wait}
_LAST = ("then", "end")
MOST_STEPS = 2_000
_BESIDE = {"ask": ("replies", "silence", "skip"), "wait": ("replies",)}
STEP_KEYS = (*_PLAIN, *_WAITING, "keep", "replies", "silence", "skip", *_LAST)


def read_steps(reading: Reading, node: Node | None) -> dict[str, Step]:
    """Every step of a flow by name; a step that does not say where it goes goes on with the one below it."""
    if not isinstance(node, Table) or not node.entries:
        if node is not None:
            reading.error("form.kind", node.place, "steps: holds a name for each step.", "Write NAME: {say: …}.")
        return {}
    if len(node.entries) > MOST_STEPS:
        message = f"The flow has {len(node.entries)} steps; {MOST_STEPS} is the most."
        reading.error("form.too-many", node.place, message, "Move parts of it to flows of their own, with run:.")
        return {}
    below = [key for key, _ in node.entries[1:]]
    return {
        key.text: _step(reading, key, step, following)
        for (key, step), following in zip(node.entries, [*below, None], strict=True)
    }


def _step(reading: Reading, key: Scalar, node: Node, following: Scalar | None) -> Step:
    table = read_table(reading, node, f'the step "{key.text}"', STEP_KEYS)
    _check_order(reading, table)
    found = [verb for name, value in table.entries if (verb := _verb(reading, name, value, table)) is not None]
    if not _leads_on(found):
        found.append(Go(Goal(following.text, key.place), written=False) if following else End(key.place, written=False))
    return Step(key.text, tuple(found), key.place)


def _leads_on(found: list[Verb]) -> bool:
    """Tell whether the last verb always says what comes next."""
    last = found[-1] if found else None
    if isinstance(last, Choose):
        return last.otherwise is not None or bool(last.in_turn)
    if isinstance(last, Ask):
        replies = [*last.replies.values(), *([last.anything] if last.anything else [])]
        return bool(replies) and all(reply.go for reply in replies)
    return isinstance(last, Go | End)


def _verb(reading: Reading, key: Scalar, node: Node, step: Table) -> Verb | None:
    """The verb of one key of a step, or None for keys that belong to another verb."""
    if key.text in _PLAIN:
        return _PLAIN[key.text](reading, node)
    if key.text in _WAITING:
        return _WAITING[key.text](reading, node, step)
    if key.text == "keep":
        is_answer = isinstance(node, Scalar) and any(step.get(name) is not None for name in _WAITING)
        return None if is_answer else verbs.read_keep(reading, node)
    return _ending(reading, key, node) if key.text in _LAST else None


def _ending(reading: Reading, key: Scalar, node: Node) -> Verb | None:
    if key.text == "then":
        goal = read_goal(reading, node)
        return Go(goal) if goal else None
    if not read_flag(reading, node, "end:", otherwise=True):
        reading.error("form.kind", node.place, "end: no says nothing.", "Write end: yes, or leave it out.")
    return End(key.place)


def _check_order(reading: Reading, step: Table) -> None:
    """Refuse verbs after the end of a step, two waits in one step, and keys whose verb is not there."""
    keys = [key for key, _ in step.entries]
    names = [key.text for key in keys]
    acting = [key for key in keys if key.text in (*_PLAIN, *_WAITING, *_LAST)]
    for key, following in pairwise(acting):
        if key.text in _LAST:
            reading.error(
                "form.order",
                following.place,
                f"{following.text}: comes after {key.text}: and never happens.",
                f"Move {key.text}: to the end.",
            )
    if "ask" in names and "wait" in names:
        reading.error(
            "form.order", step.place, "A step waits once: ask: and wait: cannot stand in one.", "Make two steps of it."
        )
    allowed = {beside for name in names for beside in _BESIDE.get(name, ())}
    for key in keys:
        if key.text in ("replies", "silence", "skip") and key.text not in allowed:
            reading.error(
                "form.order", key.place, f"{key.text}: belongs to a question, and this step asks none.", "Add ask:."
            )
