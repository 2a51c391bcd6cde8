"""Studio flows played as Studio plays them, as far as the samples need it: a second opinion on the converted ones.

Calls to other systems work and report nothing, calls are answered by a person, and what the flow is started with is in
`data`. What a function or another system would have reported is empty.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

SILENCE = None
OTHER = "something else entirely"
_MARK = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}", re.DOTALL)
_ELSE = re.compile(r"\{%-?\s*else.*?endif\s*-?%\}", re.DOTALL)
_GOOD = ("next", "success", "sent", "answered", "audioComplete", "callCompleted", "callComplete")
_WAITS = {"send-and-wait-for-reply": "body", "gather-input-on-call": "say"}


class Played:
    """What was told, and what may be answered next (nothing: the conversation is over)."""

    def __init__(self, answers: Sequence[str | None], data: Mapping[str, str]) -> None:
        self.answers = list(answers)
        self.texts: list[str] = []
        self.known = {f"flow.data.{name}": value for name, value in data.items()}
        self.options: list[str | None] | None = None


def play(flow: Mapping[str, Any], event: str, answers: Sequence[str | None], data: Mapping[str, str]) -> Played:
    """Play a flow from one of its entries with these answers, None being silence."""
    states = {state["name"]: state for state in flow["states"]}
    played = Played(answers, data)
    at = _next(states[flow["initial_state"]], event)
    for _ in range(200):
        if at is None or played.options is not None:
            return played
        at = _step(states, states[at], played)
    raise AssertionError("the flow goes round")


def _step(states: Mapping[str, Any], state: Mapping[str, Any], played: Played) -> str | None:
    kind, found = state["type"], state["properties"]
    if kind in ("send-message", "say-play"):
        _tell(found.get("body") or found.get("say"), played)
    elif kind == "set-variables":
        for row in found["variables"]:
            played.known[f"flow.variables.{row['key']}"] = _filled(row["value"], played)
    elif kind in _WAITS:
        _tell(found[_WAITS[kind]], played)
        return _answered(states, state, played)
    elif kind == "split-based-on":
        return _split(state, played)
    elif kind.startswith("make-outgoing-call"):
        played.known[f"widgets.{state['name']}.AnsweredBy"] = "human"
    return next((goal for event in _GOOD if (goal := _next(state, event))), None)


def _tell(text: str, played: Played) -> None:
    filled = _filled(text, played).strip()
    played.texts += [filled] if filled else []


def _answered(states: Mapping[str, Any], state: Mapping[str, Any], played: Played) -> str | None:
    if not played.answers:
        played.options = [*_options(states, state), OTHER]
        played.options += [SILENCE] if state["type"] == "send-and-wait-for-reply" else []
        return None
    said = played.answers.pop(0)
    if said is SILENCE:
        return _next(state, "timeout")
    for part in ("inbound.Body", "Digits", "SpeechResult"):
        played.known[f"widgets.{state['name']}.{part}"] = said
    if state["type"] == "send-and-wait-for-reply":
        return _next(state, "incomingMessage")
    return _next(state, "keypress" if said.isdigit() else "speech")


def _options(states: Mapping[str, Any], state: Mapping[str, Any]) -> list[str]:
    """One answer for each way of the splits that look at the answer to this widget."""
    rows = [row for other in states.values() for row in other["transitions"]]
    conditions = [condition for row in rows for condition in row.get("conditions", [])]
    about = [condition for condition in conditions if f"widgets.{state['name']}." in condition["arguments"][0]]
    wanted = [condition["value"] for condition in about if "OptOut" not in condition["arguments"][0]]
    found = [value.strip("^()$").split("|")[0].split(",")[0] for value in wanted]
    return ["1" if value == "4" else value for value in found]


def _split(state: Mapping[str, Any], played: Played) -> str | None:
    for row in state["transitions"]:
        if row["event"] == "match" and all(_holds(condition, played) for condition in row["conditions"]):
            return _next(state, "match", row)
    return _next(state, "noMatch")


def _holds(condition: Mapping[str, Any], played: Played) -> bool:
    said, wanted = _filled(condition["arguments"][0], played).strip(), _filled(condition["value"], played)
    return _TESTS[condition["type"]](said, wanted)


def _less(said: str, wanted: str) -> bool:
    return said.isdigit() and wanted.isdigit() and int(said) < int(wanted)


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "equal_to": lambda said, wanted: said.lower() == wanted.lower(),
    "matches_any_of": lambda said, wanted: said.lower() in [word.strip().lower() for word in wanted.split(",")],
    "contains": lambda said, wanted: wanted.lower() in said.lower(),
    "regex": lambda said, wanted: re.search(wanted, said, re.IGNORECASE) is not None,
    "less_than": _less,
    # What a function reports is never there, so that neither way of asking for its absence is taken.
    "is_blank": lambda _said, _wanted: False,
}


def _next(state: Mapping[str, Any], event: str, row: Mapping[str, Any] | None = None) -> str | None:
    rows = [row] if row else [one for one in state["transitions"] if one["event"] == event]
    return rows[0].get("next") if rows else None


def _filled(text: str, played: Played) -> str:
    """A text with its values. A condition is taken to hold: the samples ask only whether a variable is there."""
    return _MARK.sub(lambda found: _value((found[1] or "").strip(), played), _ELSE.sub("", text)).strip()


def _value(path: str, played: Played) -> str:
    name, _, filters = path.partition("|")
    value = played.known.get(name.strip(), "")
    return str(int(value or 0) + 1) if "plus: 1" in filters else value
