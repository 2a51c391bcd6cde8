"""One widget of Studio as nodes of a draft."""

from collections.abc import Mapping

from flows.importing.draft import PERSON, Go, Listen, Node
from flows.importing.source import whole, words
from flows.importing.studio.acts import acts_of, good_goal
from flows.importing.studio.context import Context, Row, properties
from flows.importing.studio.listening import listen
from flows.importing.studio.splits import decide

_DAY = 24 * 60  # minutes
_USUAL = 3600  # seconds; what Studio sets for a question by text


def read_widget(context: Context, key: str, state: Row) -> Mapping[str, Node]:
    """A widget as a node, with those that do what lies between its answer and its split."""
    kind = words(state.get("type"))
    if kind == "send-and-wait-for-reply":
        return _asked(context, key, state)
    if kind == "gather-input-on-call":
        return _gathered(context, key, state)
    if kind == "record-voicemail":
        return _recorded(context, key, state)
    margin = context.margin(key)
    if kind == "split-based-on":
        acts, leave = decide(context, state, margin)
        return {key: Node(key, tuple(acts), leave)}
    return {key: Node(key, tuple(acts_of(context, state, margin)), Go(good_goal(context, state, margin)))}


def _asked(context: Context, key: str, state: Row) -> Mapping[str, Node]:
    margin = context.margin(key)
    minutes = -(-whole(properties(state).get("timeout"), _USUAL) // 60)
    silence = context.after(state, ("timeout",), margin)
    goal = context.after(state, ("incomingMessage",), margin)
    leave, between = listen(context, key, (goal,), minutes, silence)
    return {key: Node(key, tuple(acts_of(context, state, margin)), leave), **between}


def _gathered(context: Context, key: str, state: Row) -> Mapping[str, Node]:
    """A question in a call: keys and speech are answers alike. The seconds of a call are no measure for texts."""
    margin = context.margin(key)
    margin.note("Silence counts after some seconds of a call here.", "A question waits for a day, by text or by voice.")
    goals = (context.after(state, ("keypress",), margin), context.after(state, ("speech",), margin))
    silence = context.after(state, ("timeout",), margin)
    leave, between = listen(context, key, goals, _DAY, silence)
    return {key: Node(key, tuple(acts_of(context, state, margin)), leave), **between}


def _recorded(context: Context, key: str, state: Row) -> Mapping[str, Node]:
    margin = context.margin(key)
    margin.note("A voice message is recorded here.", "Any words are waited for instead, and a person is told of them.")
    goal = context.after(state, ("recordingComplete",), margin)
    silence = context.after(state, ("noAudio", "hangup"), margin)
    return {key: Node(key, (), Listen((), goal or PERSON, _DAY, silence, watched=True))}
