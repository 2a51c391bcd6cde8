"""RapidPro flows played as RapidPro plays them, as far as the samples need it: a second opinion on the converted ones.

Fields of a contact are empty unless the flow itself sets them, and flows that are not in the export just complete.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

SILENCE = None
OTHER = "something else entirely"
_PATH = re.compile(r"@@|@\((?:[^()]|\([^()]*\))*\)|@(contact|results|fields)((?:\.\w+)+)")
_WORDS = re.compile(r"\w+")


class Played:
    """What was told, and what may be answered next (nothing: the conversation is over)."""

    def __init__(self, answers: Sequence[str | None], language: str) -> None:
        self.answers, self.language = list(answers), language
        self.texts: list[str] = []
        self.results: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.options: list[str | None] | None = None


def play(export: Mapping[str, Any], answers: Sequence[str | None], language: str = "eng") -> Played:
    """Play the first flow of an export with these answers, None being silence."""
    flows = export.get("flows") or [export]
    played = Played(answers, language)
    _run(flows[0], {flow["uuid"]: flow for flow in flows}, played)
    return played


def _run(flow: Mapping[str, Any], flows: Mapping[str, Any], played: Played) -> bool:
    """Play one flow; false where it waits for an answer that is not there yet."""
    nodes = {node["uuid"]: node for node in flow["nodes"]}
    at: str | None = flow["nodes"][0]["uuid"]
    for _ in range(200):
        if at is None:
            return True
        node = nodes[at]
        if not all(_act(action, flow, flows, played) for action in node["actions"]):
            return False
        leaves = _leave(node, flow, played)
        if played.options is not None:
            return False
        exits = {row["uuid"]: row.get("destination_uuid") for row in node["exits"]}
        at = exits[leaves] if leaves else None
    raise AssertionError("the flow goes round")


def _act(action: Mapping[str, Any], flow: Mapping[str, Any], flows: Mapping[str, Any], played: Played) -> bool:
    if action["type"] == "send_msg":
        own = flow["localization"].get(played.language, {}).get(action["uuid"], {})
        played.texts.append(_filled(own.get("text", [action["text"]])[0], played))
    elif action["type"] == "set_run_result":
        played.results[action["name"].lower().replace(" ", "_")] = _filled(action["value"], played)
    elif action["type"] == "set_contact_field":
        played.fields[action["field"]["key"]] = _filled(action["value"], played)
    elif action["type"] == "enter_flow" and action["flow"]["uuid"] in flows:
        return _run(flows[action["flow"]["uuid"]], flows, played)
    return True


def _leave(node: Mapping[str, Any], flow: Mapping[str, Any], played: Played) -> str | None:
    """The exit that is taken; None where the conversation is over. Sets options where an answer is missing."""
    router = node.get("router")
    if router is None:
        return str(node["exits"][0]["uuid"]) if node["exits"] else None
    categories = {row["uuid"]: row for row in router["categories"]}
    if router["type"] == "random":
        return str(router["categories"][0]["exit_uuid"])
    if "wait" in router:
        return _answered(router, categories, flow, played)
    operand = "completed" if "child" in router["operand"] else _filled(router["operand"], played)
    if any(action["type"] == "open_ticket" for action in node["actions"]):
        operand = "Success"
    return _exit(router, categories, flow, operand, played)


def _answered(
    router: Mapping[str, Any], categories: Mapping[str, Any], flow: Mapping[str, Any], played: Played
) -> str | None:
    if not played.answers:
        played.options = [*_options(router, flow, played), OTHER, SILENCE]
        return None
    said = played.answers.pop(0)
    if said is SILENCE:
        timeout = router["wait"].get("timeout")
        return str(categories[timeout["category_uuid"]]["exit_uuid"]) if timeout else None
    if router.get("result_name"):
        played.results[router["result_name"].lower().replace(" ", "_")] = said
    return _exit(router, categories, flow, said, played)


def _options(router: Mapping[str, Any], flow: Mapping[str, Any], played: Played) -> list[str]:
    """One answer for each case that can be read by us, in the language of the member."""
    found = []
    for case in router["cases"]:
        arguments = _arguments(case, flow, played)
        if not any("@" in argument for argument in arguments):
            found.append(arguments[0].strip("^()$").split("|")[0].split(",")[0].split(" ")[0])
    return found


def _arguments(case: Mapping[str, Any], flow: Mapping[str, Any], played: Played) -> list[str]:
    own = flow["localization"].get(played.language, {}).get(case["uuid"], {})
    return [str(argument) for argument in own.get("arguments", case["arguments"])]


def _exit(
    router: Mapping[str, Any], categories: Mapping[str, Any], flow: Mapping[str, Any], said: str, played: Played
) -> str:
    for case in router["cases"]:
        if _TESTS[case["type"]](said, _arguments(case, flow, played)):
            return str(categories[case["category_uuid"]]["exit_uuid"])
    return str(categories[router["default_category_uuid"]]["exit_uuid"])


def _has_number(said: str, low: float, high: float) -> bool:
    return any(low <= float(number) <= high for number in re.findall(r"\d+", said))


def _at_most(said: str, arguments: list[str]) -> bool:
    return arguments[0].isdigit() and _has_number(said, 0, float(arguments[0]))


_TESTS = {
    "has_any_word": lambda said, words: bool(set(_WORDS.findall(said.lower())) & set(_WORDS.findall(words[0].lower()))),
    "has_phrase": lambda said, words: (
        " ".join(_WORDS.findall(words[0].lower())) in " ".join(_WORDS.findall(said.lower()))
    ),
    "has_only_phrase": lambda said, words: _WORDS.findall(said.lower()) == _WORDS.findall(words[0].lower()),
    "has_only_text": lambda said, words: said == words[0],
    "has_category": lambda said, words: said in words,
    "has_pattern": lambda said, words: re.search(words[0], said, re.IGNORECASE) is not None,
    "has_number_eq": lambda said, words: _has_number(said, float(words[0]), float(words[0])),
    "has_number_between": lambda said, words: _has_number(said, float(words[0]), float(words[1])),
    "has_number_gt": lambda said, words: _has_number(said, float(words[0]) + 1, 1e9),
    "has_number_lte": _at_most,
}


def _filled(text: str, played: Played) -> str:
    return _PATH.sub(lambda found: _value(found, played), text)


def _value(found: re.Match[str], played: Played) -> str:
    if found[1] is None:
        return "@" if found[0] == "@@" else ""
    name = found[2].split(".")[1]
    if found[1] == "contact":
        return "Sam"
    return (played.results if found[1] == "results" else played.fields).get(name, "")
