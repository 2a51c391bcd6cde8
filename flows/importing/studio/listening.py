"""What a Studio widget that waits makes of the answer.

There, a widget asks and a later one splits by what was said. Here, a question has its replies beside it; so the way is
followed from the question to the split that looks at its answer, and what lies between is done after each reply.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.importing.answers import Heard, build_answers
from flows.importing.draft import PERSON, Answer, Go, Listen, Node
from flows.importing.notes import Margin
from flows.importing.source import words
from flows.importing.studio.acts import PLAIN, acts_of, good_goal
from flows.importing.studio.context import Context, Row
from flows.importing.studio.liquid import answered_widget
from flows.importing.studio.splits import (
    CONSENT,
    LOOSENED,
    about,
    cases_of,
    excepted,
    heard,
    looks_at_consent,
    otherwise,
)
from flows.importing.texts import one_line

_MOST_BETWEEN = 20  # widgets between a question and its split; real flows have one or two


@dataclass(slots=True)
class _Found:
    """What was found on the way from a question: cases, where other words lead, and what lies between."""

    cases: list[Heard] = field(default_factory=list)
    anything: str | None = None
    between: list[str] = field(default_factory=list)
    unread: bool = False


def listen(
    context: Context, key: str, goals: tuple[str | None, ...], minutes: int, silence: str | None
) -> tuple[Listen, Mapping[str, Node]]:
    """How a widget waits for an answer, and the nodes that do what lies between its answer and its split.

    `goals` are where its answers lead: one for texts, two for a call (keys and speech).
    """
    margin = context.margin(key)
    found = [_followed(context, key, goal) for goal in dict.fromkeys(goals) if goal is not None]
    between: dict[str, Node] = {}
    heard_all = [_after(context, case, one.between, between) for one in found for case in one.cases]
    answers: tuple[Answer, ...] = build_answers(heard_all, context.catalogue, margin)
    last = found[-1] if found else _Found()
    anything = _through(context, last.anything, last.between, between)
    if anything is None:
        margin.note("Other words lead nowhere here.", "They go to a person.")
    watched = any(one.unread for one in found)
    return Listen(answers, anything or PERSON, minutes, silence, context.names.answer(key), watched), between


def _followed(context: Context, key: str, goal: str | None) -> _Found:
    """Follow the way from a question to the split that looks at its answer; where there is none, just go there."""
    between: list[str] = []
    seen: set[str] = set()
    at = goal
    while at is not None and at in context.states and at not in seen and len(seen) < _MOST_BETWEEN:
        seen.add(at)
        state, margin = context.states[at], context.margin(at).beside(key)
        kind = words(state.get("type"))
        if kind == "split-based-on" and looks_at_consent(state):
            margin.note(*CONSENT)
            at = otherwise(context, state, margin)
            goal = goal if between else at
        elif kind == "split-based-on":
            return _split(context, state, key, margin, between) or _Found(anything=goal)
        elif kind in PLAIN:
            between.append(at)
            at = good_goal(context, state, margin)
        else:
            break
    return _Found(anything=goal)


def _split(context: Context, state: Row, key: str, margin: Margin, between: list[str]) -> _Found | None:
    """The cases of a split that looks at the answer to this widget, or at a variable set from it; else None."""
    looked = {answered_widget(path) for path in about(state)}
    if looked != {key}:
        return None
    goal = otherwise(context, state, margin)
    found = _Found(anything=goal, between=between)
    for case in cases_of(context, state, margin):
        said = heard(case, context.language)
        if said is None:
            test = one_line(f"{case.kind} {' '.join(case.values)}", 60)
            margin.note(
                f"An answer is recognised in a way that we do not have ({test}).",
                "Such an answer counts as any other words, and a person is told of those.",
            )
            found.unread = True
        elif said.open:
            except_for = excepted(case, context.language, goal)
            found.cases += [except_for] if except_for else []
            found.anything = case.to
            break
        else:
            if case.kind in LOOSENED:
                margin.note(
                    f'The answer "{one_line(case.name, 40)}" is recognised by {LOOSENED[case.kind]}.',
                    "The words alone are recognised.",
                )
            found.cases.append(said)
    return found


def _after(context: Context, case: Heard, between: list[str], nodes: dict[str, Node]) -> Heard:
    return Heard(case.name, _through(context, case.to, between, nodes), case.words, case.spans, case.kind, case.open)


def _through(context: Context, goal: str | None, between: list[str], nodes: dict[str, Node]) -> str | None:
    """A goal by way of what lies between: a node of its own that does it all and then goes there."""
    if not between:
        return goal
    key = f"{' '.join(between)} then {goal or 'end'}"
    acts = tuple(act for at in between for act in acts_of(context, context.states[at], context.margin(at).beside(key)))
    if not acts:
        return goal
    nodes[key] = Node(between[0], acts, Go(goal))
    return key
