"""Where a RapidPro node leads: its first exit, or what its router makes of an answer, a value or chance."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.importing.answers import MOST_CASES, Heard, build_answers
from flows.importing.draft import PERSON, Act, Decide, Go, Leave, Listen, Pass, Turns, Way
from flows.importing.notes import Margin
from flows.importing.rapidpro.actions import RESULTS
from flows.importing.rapidpro.cases import LOOSENED, Case, compared, heard
from flows.importing.rapidpro.context import LANGUAGES, Context, Row
from flows.importing.rapidpro.expressions import single_path
from flows.importing.source import items, table, tables, whole, words
from flows.importing.texts import one_line

Leaving = tuple[list[Act], Leave]
HUNTED = ("has_any_word", "has_all_words", "has_phrase", "has_beginning")
WHOLE = "Here a reply is read as a whole; a longer one that says more counts as other words."
_CHILD = ("child.run.status", "child.status")


@dataclass(frozen=True, slots=True)
class Router:
    """A router with its categories resolved: the goal and name of each, by id, and the goal of all that fits none."""

    row: Row
    goals: Mapping[str, str | None]
    names: Mapping[str, str]
    default: str | None
    cases: tuple[Case, ...]


def leaving(context: Context, node: Row, margin: Margin) -> Leaving:
    """What a node does last, and where it leads."""
    exits = {
        words(row.get("uuid")): context.goal(row.get("destination_uuid"), margin) for row in tables(node.get("exits"))
    }
    if not table(node.get("router")):
        return [], Go(next(iter(exits.values()), None))
    router = _read_router(context, table(node.get("router")), exits)
    if len(tables(router.row.get("cases"))) > MOST_CASES:
        margin.note(f"There are more than {MOST_CASES} cases here.", "Those that come after them are left out.")
    kind = words(router.row.get("type"))
    if kind == "random":
        margin.note("Chance decides here.", "The ways are taken in turn instead, from one conversation to the next.")
        return [], Turns(tuple(router.goals.values()) or (router.default,))
    if kind != "switch":
        margin.note(
            f'A router "{one_line(kind, 40)}" is not known here.', "A person is told, and its default way is taken."
        )
        return [Pass()], Go(router.default)
    if router.row.get("wait") is not None:
        return _waited(context, router, margin)
    return _split(context, node, router, margin)


def _read_router(context: Context, row: Row, exits: Mapping[str, str | None]) -> Router:
    categories = tables(row.get("categories"))
    goals = {words(c.get("uuid")): exits.get(words(c.get("exit_uuid"))) for c in categories}
    names = {words(c.get("uuid")): words(c.get("name")) for c in categories}
    return Router(row, goals, names, _default(row, goals), tuple(_cases(context, row, goals, names)))


def _default(row: Row, goals: Mapping[str, str | None]) -> str | None:
    named = words(row.get("default_category_uuid"))
    return goals[named] if named in goals else next(reversed(tuple(goals.values())), None)


def _cases(context: Context, row: Row, goals: Mapping[str, str | None], names: Mapping[str, str]) -> list[Case]:
    return [
        Case(
            words(case.get("type")),
            tuple(map(words, items(case.get("arguments")))),
            context.translated(case.get("uuid"), "arguments"),
            names[category] or "choice",
            goals[category],
        )
        for case in tables(row.get("cases"))[:MOST_CASES]
        if (category := words(case.get("category_uuid"))) in goals
    ]


def _waited(context: Context, router: Router, margin: Margin) -> Leaving:
    """A wait for an answer; what a case needs that we have no counterpart for is read by a person."""
    wait = table(router.row.get("wait"))
    if words(wait.get("type")) not in ("msg", ""):
        margin.note(
            "Something other than a text is waited for here.", "A person is told, and the default way is taken."
        )
        return [Pass()], Go(router.default)
    found, opened, unread = _listened(context, router, margin)
    anything = opened.to if opened else router.default
    answers = build_answers(found, context.catalogue, margin)
    if anything is None:
        margin.note("Other words lead nowhere here.", "They go to a person.")
    minutes, silence = _silence(context, router, wait)
    return [], Listen(answers, anything or PERSON, minutes, silence, _keep_of(context, router), watched=unread)


def _listened(context: Context, router: Router, margin: Margin) -> tuple[list[Heard], Heard | None, bool]:
    """What the cases listen for, in order; the one that takes every word, if any; whether some have no counterpart."""
    found: list[Heard] = []
    unread = False
    for case in router.cases:
        said = heard(case, context.language)
        if said is None:
            _note_unread(case, margin)
            unread = True
        elif said.open:
            return found, said, unread
        else:
            _note_loosened(case, margin)
            found.append(said)
    return found, None, unread


def _note_unread(case: Case, margin: Margin) -> None:
    test = one_line(f"{case.test} {' '.join(case.arguments)}", 60)
    margin.note(
        f'The answer "{one_line(case.category, 40)}" is recognised in a way that we do not have ({test}).',
        "Such an answer counts as any other words, and a person is told of those.",
    )


def _note_loosened(case: Case, margin: Margin) -> None:
    if case.test in LOOSENED:
        name = one_line(case.category, 40)
        margin.note(f'The answer "{name}" is recognised by {LOOSENED[case.test]}.', "The words alone are recognised.")
    if case.test in HUNTED:
        margin.notes.add(margin.flow, "", "Words are recognised inside longer replies.", WHOLE)


def _silence(context: Context, router: Router, wait: Row) -> tuple[int, str | None]:
    """After how many minutes silence leads where: the wait's own time-out, else the end that the flow sets."""
    timeout = table(wait.get("timeout"))
    goal = words(timeout.get("category_uuid"))
    if goal not in router.goals:
        return context.minutes, None
    return -(-whole(timeout.get("seconds"), context.minutes * 60) // 60), router.goals[goal]


def _keep_of(context: Context, router: Router) -> str | None:
    name = words(router.row.get("result_name"))
    return context.names.result(name) if name.strip() else None


def _split(context: Context, node: Row, router: Router, margin: Margin) -> Leaving:
    """A decision without an answer: what a flow or another system reported, a kept value, or what we cannot know."""
    path = (single_path(words(router.row.get("operand"))) or "").lower()
    kinds = {words(action.get("type")) for action in tables(node.get("actions"))}
    if path in _CHILD or ("enter_flow" in kinds and path.startswith("child")):
        return [], Go(_goal_of(router, ("completed", "complete")))
    if kinds & set(RESULTS):
        return [], Go(_goal_of(router, ("success",)))
    if "urn_parts" in words(router.row.get("operand")):
        return [], Go(_goal_of(router, ("tel",)))
    name = _decidable(context, path)
    ways = [way for case in router.cases if name and (way := _way(context, name, case))]
    if name is not None and len(ways) == len(router.cases):
        return [], Decide(tuple(ways), router.default)
    operand = one_line(words(router.row.get("operand")), 60)
    margin.note(
        f"The way depends on {operand} here, which is not known to us.",
        "A person is told, and the default way is taken.",
    )
    return [Pass()], Go(router.default)


def _goal_of(router: Router, wanted: tuple[str, ...]) -> str | None:
    """Where the case with one of these words leads, else the category of that name, else the default."""
    for case in router.cases:
        if any(argument.lower() in wanted for argument in case.arguments):
            return case.to
    named = [key for key, name in router.names.items() if name.lower() in wanted]
    return router.goals[named[0]] if named else router.default


def _decidable(context: Context, path: str) -> str | None:
    if path == "contact.language":
        return "member.language"
    name = context.names.placeholder(path)
    return name if name != "me" else None


def _way(context: Context, name: str, case: Case) -> Way | None:
    test = compared(case)
    if test is None:
        return None
    sign, values = test
    if case.test == "has_category":
        context.names.by_category.add(name)
    if name == "member.language":
        values = tuple(LANGUAGES[value] for value in values if value in LANGUAGES)
    return Way(name, sign, values, case.to) if values else None
