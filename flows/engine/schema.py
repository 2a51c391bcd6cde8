"""The flow language as JSON Schema, so that an editor completes and explains its keys while someone writes.

The schema knows shapes and names; what it cannot say (ways, clashes, kinds) is for the check. Text stays text in a flow,
but an editor that reads YAML its own way may take `1` for a number and `yes` for a truth, so plain words allow those.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flows.engine.catalogue import Catalogue
from flows.engine.parse.flow import FLOW_KEYS
from flows.engine.parse.replies import READ_KINDS
from flows.engine.parse.verbs import PEOPLE, PROMISES

Schema = dict[str, Any]
WORDS: Schema = {"type": ["string", "number", "boolean"]}
_KIND = (
    "number 1 to 5 | one of a, b | yes or no | time | date | postal code | phone number | recording | words up to 40"
)
_LENGTH = "A length of time: 30 minutes, 24 hours, 2 days, 1 week."
_VERBS = {
    "say": "Tell the member something and go on.",
    "ask": "Tell the member something and wait for a reply.",
    "wait": "Wait for a length of time, a time of the clock or a date that is kept.",
    "choose": "Go one of several ways by a condition, or by turns.",
    "keep": "Beside a question: the name under which its answer is kept. Elsewhere: values to keep.",
    "run": "Run another flow and come back.",
    "pass": "Hand this to a person.",
    "alert": "Raise an escalation that somebody must take.",
    "do": "Have the service do something.",
    "then": "The step that comes next; without it, the one below.",
    "end": "The flow ends here.",
    "replies": "What may be answered, by name; anything takes all other words.",
    "silence": "What happens when nobody answers, rung by rung.",
    "skip": "Where SKIP leads; without it, where silence leads in the end.",
}
_HEADER = {
    "flow": "The name of the flow: small letters, digits and hyphens.",
    "title": "A title for people.",
    "purpose": "What the flow is for, in a sentence.",
    "languages": "The languages in which every text is written.",
    "takes": "Values that the flow is given when it starts, with their kinds.",
    "keeps": "Values that the flow keeps, with their kinds.",
    "gives": "Values that the flow gives back when it ends.",
    "start": "The first step; without it, the one at the top.",
    "unsure": "What is asked back, once, when an answer could mean two things.",
    "silence": "What silence means for every question that does not say so itself.",
    "discreet": "Whether texts may be seen by anyone who picks up the phone (yes unless you say no).",
    "coverage": "full: a way that no test walks is a mistake.",
    "budget": "The most segments that a whole conversation may take, such as 6 segments.",
    "renamed": "Old names of steps with their new ones, so that people move over.",
    "steps": "The steps of the conversation, in order.",
    "tests": "Conversations as they should go.",
}


def flow_schema(catalogue: Catalogue) -> Schema:
    """The JSON Schema (2020-12) of a flow file, with the catalogue's languages, actions, facts and slots as choices."""
    text = _text(catalogue.languages)
    named = {"flow": WORDS, "title": WORDS, "purpose": WORDS, "start": WORDS, "budget": WORDS}
    kinds = _map({"type": "string", "description": _KIND})
    properties: dict[str, Schema] = {
        **named,
        "languages": _list({"enum": list(catalogue.languages)}),
        "takes": kinds,
        "keeps": kinds,
        "gives": _list(WORDS),
        "unsure": text,
        "silence": _silence(text),
        "discreet": _flag(),
        "coverage": {"enum": ["full", "partial"]},
        "renamed": _map(WORDS),
        "steps": _map(_step(catalogue, text)) | {"minProperties": 1},
        "tests": _list(_test(catalogue)),
    }
    schema = _table({key: properties[key] for key in FLOW_KEYS}, ("flow", "title", "purpose", "languages", "steps"))
    _explain(schema, _HEADER)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A Peerline flow", **schema}


def _step(catalogue: Catalogue, text: Schema) -> Schema:
    step = _table(
        {
            "say": text,
            "ask": text,
            "wait": _either(WORDS, _table(dict.fromkeys(("for", "until", "at", "before"), WORDS))),
            "choose": _either(_list(_way()), _table({"in turn": _list(WORDS)}, ("in turn",))),
            "keep": _either(WORDS, _map(WORDS)),
            "run": _either(WORDS, _table({"flow": WORDS, "with": _map(WORDS), "keep": _map(WORDS)}, ("flow",))),
            "pass": _either(_choice(PEOPLE), _table({"to": _choice(PEOPLE), "promise": _promise()}, ("to",))),
            "alert": _table({"tier": {"enum": [1, 2, 3, "1", "2", "3"]}, "reason": WORDS}, ("tier", "reason")),
            "do": _either(*(_action(name, catalogue) for name in catalogue.actions)),
            "then": WORDS,
            "end": _flag(),
            "replies": _map(_reply(catalogue)),
            "silence": _silence(text),
            "skip": WORDS,
        }
    )
    _explain(step, _VERBS)
    return step


def _action(name: str, catalogue: Catalogue) -> Schema:
    """One action: its short form where nothing must be told, and its long form with the arguments it is told."""
    action = catalogue.actions[name]
    told = {argument: {**WORDS, "description": str(known.kind)} for argument, known in action.arguments.items()}
    needed = [argument for argument, known in action.arguments.items() if not known.optional]
    long = _table(
        {"action": {"const": name}, "with": _table(told, needed), "keep": _map(WORDS)},
        ("action", *(["with"] if needed else [])),
    )
    long["description"] = action.about
    return long if needed else _either({"const": name, "description": action.about}, long)


def _reply(catalogue: Catalogue) -> Schema:
    words = _either(
        WORDS, _list(WORDS), _table({language: _either(WORDS, _list(WORDS)) for language in catalogue.languages})
    )
    kinds = ["yes", "no", True, False, *READ_KINDS]
    return _table(
        {"words": words, "number": _either(WORDS, _list(WORDS)), "is": {"enum": kinds}, "value": WORDS, "go": WORDS}
    )


def _silence(text: Schema) -> Schema:
    after = {**WORDS, "description": _LENGTH}
    return _list(_table({"after": after, "at": WORDS, "say": text, "repeat": _flag(), "go": WORDS}))


def _way() -> Schema:
    return _either(_table({"when": WORDS, "go": WORDS}, ("when", "go")), _table({"otherwise": WORDS}, ("otherwise",)))


def _test(catalogue: Catalogue) -> Schema:
    member = _table(dict.fromkeys(("language", "zone", "cps", *catalogue.slots), WORDS))
    facts = _table(dict.fromkeys(catalogue.facts, WORDS))
    done = _either({"const": "failed"}, _map(WORDS))
    line = _table({"we": WORDS, "they": WORDS, "later": WORDS, "done": done, "expect": _map(WORDS)})
    keys = {"name": WORDS, "member": member, "facts": facts, "takes": _map(WORDS), "turn": WORDS, "now": WORDS}
    return _table({**keys, "script": _list(line | {"minProperties": 1, "maxProperties": 1})}, ("name", "script"))


def _text(languages: Iterable[str]) -> Schema:
    versions = dict.fromkeys(languages, WORDS)
    return _table({**versions, "spoken": _table(versions), "discreet": _table(versions)})


def _promise() -> Schema:
    return {"type": "string", "examples": [*PROMISES, "15 minutes"]}


def _flag() -> Schema:
    return {"enum": ["yes", "no", True, False]}


def _choice(names: Iterable[str]) -> Schema:
    return {"enum": list(names)}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _map(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _table(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    table: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    needed = list(required)
    return table | {"required": needed} if needed else table


def _explain(table: Schema, words: Mapping[str, str]) -> None:
    for name, schema in table["properties"].items():
        table["properties"][name] = {**schema, "description": words[name]}
