"""Reading what a step does: one function for each verb."""

from collections.abc import Mapping

from flows.engine.catalogue import Argument
from flows.engine.conditions import ConditionProblem, compile_condition
from flows.engine.document import Node, Scalar, Table
from flows.engine.flow import Alert, Ask, Choose, Condition, Do, Given, Goal, Keep, Pass, Run, Say, Verb, Wait
from flows.engine.kinds import Kind
from flows.engine.moments import ClockTime, DateKept, Length, read_clock_time, read_length, read_time_of_day
from flows.engine.parse.reading import (
    Reading,
    fits,
    read_given,
    read_goal,
    read_items,
    read_one_of,
    read_table,
    read_words,
)
from flows.engine.parse.replies import read_replies, read_silence
from flows.engine.parse.texts import read_text
from flows.engine.problems import Place, suggest

PEOPLE = ("specialist", "on duty", "coordinator", "supervisor")
PROMISES = ("on duty", "same shift", "next working day")


def read_say(reading: Reading, node: Node) -> Verb | None:
    """`say: {en: …, es: …}`."""
    text = read_text(reading, node, "say:")
    return Say(text, node.place) if text else None


def read_ask(reading: Reading, node: Node, step: Table) -> Verb | None:
    """`ask:` with the keep, replies, silence and skip that stand beside it in the step."""
    text = read_text(reading, node, "ask:")
    keep = _kept_answer(reading, step.get("keep"))
    replies = read_replies(reading, step.get("replies"), reading.values.get(keep or ""))
    silence = read_silence(reading, step.get("silence")) if step.get("silence") is not None else reading.silence
    skip = read_goal(reading, step.get("skip"))
    if text is None:
        return None
    return Ask(text, keep, replies.named, replies.anything, silence, skip, replies.matcher, node.place)


def read_wait(reading: Reading, node: Node, step: Table) -> Verb | None:
    """`wait: 2 days`, or `{for: …}`, `{until: monday 9:00}`, `{until: kept DATE, at: 9:00, before: 2 days}`."""
    moment = _moment(reading, node)
    keep = _kept_answer(reading, step.get("keep"))
    replies = read_replies(reading, step.get("replies"), reading.values.get(keep or ""))
    if moment is None:
        return None
    return Wait(moment, keep, replies.named, replies.anything, replies.matcher, node.place)


def read_choose(reading: Reading, node: Node) -> Verb | None:
    """`choose:` as a list of `{when: …, go: …}` with `{otherwise: …}` last, or `{in turn: [a, b, c]}`."""
    if isinstance(node, Table):
        table = read_table(reading, node, "choose:", ("in turn",), ("in turn",))
        goals = (read_goal(reading, item) for item in read_items(reading, table.get("in turn"), "in turn:"))
        return Choose((), None, tuple(goal for goal in goals if goal), node.place)
    ways: list[tuple[Condition, Goal]] = []
    otherwise: Goal | None = None
    for item in read_items(reading, node, "choose:"):
        if otherwise is not None:
            reading.error("form.order", item.place, "Nothing after otherwise: is ever reached.", "Put otherwise: last.")
        if isinstance(item, Table) and item.get("otherwise") is not None:
            otherwise = read_goal(reading, read_table(reading, item, "the last way", ("otherwise",)).get("otherwise"))
        elif (way := _way(reading, item)) is not None:
            ways.append(way)
    return Choose(tuple(ways), otherwise, (), node.place)


def read_keep(reading: Reading, node: Node) -> Verb | None:
    """`keep: {name: value}`."""
    if not isinstance(node, Table):
        reading.error(
            "form.kind",
            node.place,
            "keep: beside a question names a value; elsewhere it gives values.",
            "Write keep: {name: value}.",
        )
        return None
    values = {}
    for key, value in node.entries:
        kind = _declared(reading, key.text, key.place)
        given = read_given(reading, value, key.text, kind) if kind else None
        if given is not None:
            values[key.text] = given
    return Keep(values, node.place)


def read_run(reading: Reading, node: Node) -> Verb | None:
    """`run: flow`, or `{flow: …, with: {its: value}, keep: {ours: its}}`."""
    if isinstance(node, Scalar):
        name = read_words(reading, node, "the name of a flow")
        return Run(name, {}, {}, node.place) if name else None
    table = read_table(reading, node, "run:", ("flow", "with", "keep"), ("flow",))
    name = read_words(reading, table.get("flow"), "the name of a flow")
    given = {
        key.text: found
        for key, value in _entries(reading, table.get("with"), "with:")
        if (found := read_given(reading, value, key.text, None))
    }
    return Run(name, given, _kept_results(reading, table.get("keep"), None), node.place) if name else None


def read_pass(reading: Reading, node: Node) -> Verb | None:
    """`pass: specialist`, or `{to: …, promise: …}`."""
    if isinstance(node, Scalar):
        to = read_one_of(reading, node, "pass:", PEOPLE)
        return Pass(to, None, node.place) if to else None
    table = read_table(reading, node, "pass:", ("to", "promise"), ("to",))
    to = read_one_of(reading, table.get("to"), "to:", PEOPLE)
    return Pass(to, _promise(reading, table.get("promise")), node.place) if to else None


def read_alert(reading: Reading, node: Node) -> Verb | None:
    """`alert: {tier: 2, reason: …}`."""
    table = read_table(reading, node, "alert:", ("tier", "reason"), ("tier", "reason"))
    tier = read_one_of(reading, table.get("tier"), "tier:", ("1", "2", "3"))
    reason = read_words(reading, table.get("reason"), "reason:")
    return Alert(int(tier), reason, node.place) if tier and reason else None


def read_do(reading: Reading, node: Node) -> Verb | None:
    """`do: action`, or `{action: …, with: {argument: value}, keep: {ours: its}}`."""
    is_short = isinstance(node, Scalar)
    table = (
        Table((), node.place) if is_short else read_table(reading, node, "do:", ("action", "with", "keep"), ("action",))
    )
    name = read_words(reading, node if is_short else table.get("action"), "the name of an action")
    action = reading.catalogue.actions.get(name or "")
    if name is None or action is None:
        if name is not None:
            reading.error(
                "names.action", node.place, f'There is no action "{name}".', suggest(name, reading.catalogue.actions)
            )
        return None
    given = _arguments(reading, table.get("with"), name, action.arguments)
    _note_missing(reading, node.place, name, action.arguments, given)
    return Do(name, given, _kept_results(reading, table.get("keep"), action.results), bool(action.results), node.place)


def _kept_answer(reading: Reading, node: Node | None) -> str | None:
    """The name under which a step keeps its answer; a table there is a verb of its own."""
    if node is None or isinstance(node, Table):
        return None
    name = read_words(reading, node, "keep:")
    return name if name and _declared(reading, name, node.place) else None


def _declared(reading: Reading, name: str, place: Place) -> Kind | None:
    """The kind of a value that the flow says it keeps, or None with a note."""
    if name not in reading.keeps:
        message = f'The flow does not say that it keeps "{name}".'
        reading.error("names.value", place, message, suggest(name, reading.keeps) + f" Or add {name}: KIND to keeps:.")
    return reading.keeps.get(name)


def _moment(reading: Reading, node: Node) -> Length | ClockTime | DateKept | None:
    if isinstance(node, Scalar):
        return _length(reading, node)
    table = read_table(reading, node, "wait:", ("for", "until", "at", "before"))
    long, until = table.get("for"), table.get("until")
    if (long is None) == (until is None):
        reading.error(
            "form.missing-key", node.place, "wait: needs for: or until:, one of them.", "Write wait: {for: 2 days}."
        )
        return None
    if long is not None:
        return _length(reading, long)
    words = read_words(reading, until, "until:") or ""
    return _kept_date(reading, table, words) if words.startswith("kept ") else _clock(reading, until, words)


def _length(reading: Reading, node: Node) -> Length | None:
    words = read_words(reading, node, "a length of time")
    length = read_length(words) if words else None
    if words and length is None:
        reading.error(
            "form.length",
            node.place,
            f'"{words}" is no length of time up to a year.',
            "Write 30 minutes, 24 hours or 2 days.",
        )
    return length


def _clock(reading: Reading, node: Node | None, words: str) -> ClockTime | None:
    clock = read_clock_time(words)
    if clock is None and node is not None:
        reading.error(
            "form.time", node.place, f'"{words}" is no time of the clock.', "Write 9:00, monday 9:00 or kept DATE."
        )
    return clock


def _kept_date(reading: Reading, table: Table, words: str) -> DateKept | None:
    name = words.removeprefix("kept ").strip()
    given = read_given(reading, Scalar(words, table.place, plain=True), "until:", Kind("date"))
    before = _length(reading, node) if (node := table.get("before")) is not None else Length()
    said = read_words(reading, table.get("at"), "at:") or "9:00"
    at = read_time_of_day(said)
    if at is None:
        reading.error("form.time", table.place, f'"{said}" is no time of day.', "Write at: 9:00.")
    return DateKept(name, at, before) if given and at and before is not None else None


def _way(reading: Reading, node: Node) -> tuple[Condition, Goal] | None:
    """One way of a choice: its condition, checked, and where it goes."""
    table = read_table(reading, node, "a way of choose:", ("when", "go"), ("when", "go"))
    when, goal = table.get("when"), read_goal(reading, table.get("go"))
    source = read_words(reading, when, "when:")
    if source is None or when is None:
        return None
    try:
        condition = compile_condition(source.strip(), reading.names, when.place)
    except ConditionProblem as problem:
        offset = problem.offset if isinstance(when, Scalar) and when.plain else problem.offset + 1
        reading.error(problem.code, Place(when.place.line, when.place.column + offset), problem.message, problem.mend)
        return None
    return (condition, goal) if goal else None


def _promise(reading: Reading, node: Node | None) -> str | None:
    words = read_words(reading, node, "promise:")
    if words is None or node is None or words in PROMISES or read_length(words) is not None:
        return words
    mend = suggest(words, PROMISES) + " Or a length of time, such as 15 minutes."
    reading.error("form.choice", node.place, f'A promise cannot be "{words}".', mend)
    return None


def _entries(reading: Reading, node: Node | None, what: str) -> tuple[tuple[Scalar, Node], ...]:
    if node is None:
        return ()
    if isinstance(node, Table):
        return node.entries
    reading.error("form.kind", node.place, f"{what} holds names with values.", "Write {name: value}.")
    return ()


def _arguments(reading: Reading, node: Node | None, action: str, known: Mapping[str, Argument]) -> Mapping[str, Given]:
    given = {}
    for key, value in _entries(reading, node, "with:"):
        if key.text not in known:
            message = f'The action {action} is told nothing called "{key.text}".'
            reading.error("names.argument", key.place, message, suggest(key.text, known))
        elif (found := read_given(reading, value, key.text, known[key.text].kind)) is not None:
            given[key.text] = found
    return given


def _note_missing(
    reading: Reading, place: Place, action: str, known: Mapping[str, Argument], given: Mapping[str, Given]
) -> None:
    for name, argument in known.items():
        if name not in given and not argument.optional:
            mend = f"Add {name}: a value that is {argument.kind}."
            reading.error("names.argument", place, f"The action {action} needs to be told {name}.", mend)


def _kept_results(reading: Reading, node: Node | None, results: Mapping[str, Kind] | None) -> Mapping[str, str]:
    """Names of ours for what comes back; `results` is None where another flow's values are judged later."""
    kept = {}
    for key, value in _entries(reading, node, "keep:"):
        kind, theirs = _declared(reading, key.text, key.place), read_words(reading, value, "the name of a result")
        if theirs is None or kind is None:
            continue
        kept[key.text] = theirs
        if results is not None and theirs not in results:
            reading.error("names.result", value.place, f'There is no result "{theirs}".', suggest(theirs, results))
        elif results is not None and not fits(results[theirs], kind):
            reading.error(
                "kinds.value",
                value.place,
                f"{key.text} is {kind}, and {theirs} is {results[theirs]}.",
                "Let the kinds agree.",
            )
    return kept
