"""What the Studio widgets become that do something and go on."""

from collections.abc import Callable, Mapping

from flows.importing.draft import Act, Count, Keep, Pass
from flows.importing.notes import Margin
from flows.importing.source import items, tables, words
from flows.importing.studio.context import Context, Row, properties, told, transition_of
from flows.importing.studio.liquid import counted, has_liquid, single_path
from flows.importing.texts import LONGEST, one_line

PLAIN = ("set-variables", "make-http-request", "run-function")  # what may stand between a question and its split
_GOOD = (
    "next", "success", "completed", "sent", "answered", "audioComplete", "callCompleted", "callComplete",
    "recordingComplete", "return", "continue",
)  # fmt: skip
_BAD = ("fail", "failed", "deliveryFailure", "timeout", "noMatch", "busy", "noAnswer", "hangup", "error", "expired")
_TOLD = {
    "make-http-request": "Another system is called here.",
    "run-function": "A function of the source's own is run here.",
    "run-subflow": "Another flow is run here.",
    "connect-virtual-agent": "A machine answers the call here.",
    "send-to-auto-pilot": "A machine answers here.",
    "capture-payments": "A payment is taken here.",
    "add-twiml-redirect": "The call is handed to other software here.",
    "fork-stream": "The call's sound is sent elsewhere here.",
    "record-call": "The call is recorded from here.",
}
_PEOPLE = {
    "connect-call-to": "The call is put through to a number here.",
    "enqueue-call": "The call waits in a queue here.",
    "send-to-flex": "Somebody takes over in a contact centre here.",
}
_ON = "A person is told, and the flow goes on as if it had worked. See that the words after it stay true."
_Reader = Callable[[Context, Row, Margin], list[Act]]


def acts_of(context: Context, state: Row, margin: Margin) -> list[Act]:
    """What stands for what a widget does; whatever would have done something for the member is a pass to a person."""
    kind = words(state.get("type"))
    if kind in _READERS:
        return _READERS[kind](context, state, margin)
    if kind in _PEOPLE:
        margin.note(_PEOPLE[kind], "Whoever is on duty is told.")
        return [Pass("on duty")]
    margin.note(_TOLD.get(kind, f'A widget "{one_line(kind, 40)}" is not known here.'), _ON)
    return [Pass()]


def good_goal(context: Context, state: Row, margin: Margin) -> str | None:
    """Where a widget leads when all goes well; what happens otherwise is noted once for the flow."""
    bad = [
        row for row in tables(state.get("transitions")) if words(row.get("event")) in _BAD and words(row.get("next"))
    ]
    if bad:
        what = "There are ways for texts, calls or systems that fail."
        context.notes.add(
            context.name, "", what, "They are left out: the service sees to what fails and tells a person."
        )
    found = transition_of(state, _GOOD)
    if found is None:
        rows = (row for row in tables(state.get("transitions")) if words(row.get("event")) not in _BAD)
        found = next((row for row in rows if words(row.get("next"))), None)
    return context.goal(found, margin)


def _send(context: Context, state: Row, margin: Margin) -> list[Act]:
    found = properties(state)
    acts = told(context, words(found.get("body")), margin)
    if not (words(found.get("media_url")) or items(found.get("media"))):
        return acts
    margin.note("A picture, recording or film goes with this text.", "The text goes without it, and a person is told.")
    return [*acts, Pass()]


def _say(context: Context, state: Row, margin: Margin) -> list[Act]:
    found = properties(state)
    if words(found.get("say")).strip():
        return told(context, words(found.get("say")), margin)
    margin.note("A recording or tones are played here.", "A person is told, and the flow goes on.")
    return [Pass()]


def _call(_context: Context, _state: Row, margin: Margin) -> list[Act]:
    margin.note("The member is called here.", "The flow goes on as if the call were answered, by text or by voice.")
    return []


def _set(context: Context, state: Row, margin: Margin) -> list[Act]:
    rows = tables(properties(state).get("variables"))
    return [act for row in rows if words(row.get("key")).strip() for act in _keep(context, row, margin)]


def _keep(context: Context, row: Row, margin: Margin) -> list[Act]:
    """A variable that is fixed, another value, or one more than it was; anything else is left out with a note."""
    name, value = context.names.variable(words(row.get("key"))), words(row.get("value")).strip()
    if value and not has_liquid(value) and len(value) <= LONGEST:
        return [Keep(name, value)]
    if (count := counted(value)) is not None and context.names.variable(count) == name:
        return [Count(name)]
    other = context.names.placeholder(single_path(value) or "")
    if other is not None and other not in ("me", name):
        return [Keep(name, other, copied=True)]
    margin.note(f"{name} is set to {one_line(value, 60) or 'nothing'}, which has no counterpart.", "It is left out.")
    return []


_READERS: Mapping[str, _Reader] = {
    "send-message": _send,
    "send-and-wait-for-reply": _send,
    "say-play": _say,
    "gather-input-on-call": _say,
    "make-outgoing-call": _call,
    "make-outgoing-call-v2": _call,
    "set-variables": _set,
    "trigger": lambda _context, _state, _margin: [],
}
