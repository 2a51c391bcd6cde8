"""What could not be carried over is named with its place, and something safe stands there instead."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.importing.importer import Imported, import_flows
from service.rules.catalogue import CATALOGUE
from tests.flows.importing.walking import compiled, effects_of, passed, told


def _node(key: str, actions: list[Mapping[str, Any]], to: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"uuid": key, "actions": actions, "exits": [{"uuid": f"{key}-out", "destination_uuid": to}], **more}


def _say(text: str, key: str = "") -> dict[str, Any]:
    return {"type": "send_msg", "uuid": key or text, "text": text}


def _waits(key: str, cases: list[tuple[str, str, str]], default: str | None, **wait: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A node that waits: (test, argument, goal) for each case, and the goal of all other words."""
    goals = [(f"{key}-{number}", goal) for number, (_, _, goal) in enumerate(cases)] + [(f"{key}-other", default)]
    return {
        "uuid": key,
        "actions": [],
        "router": {
            "type": "switch",
            "operand": "@input.text",
            "wait": {"type": "msg", **wait},
            "cases": [
                {"uuid": f"{key}-case-{at}", "type": test, "arguments": [argument], "category_uuid": f"{key}-{at}"}
                for at, (test, argument, _) in enumerate(cases)
            ],
            "categories": [{"uuid": name, "name": name, "exit_uuid": name} for name, _ in goals],
            "default_category_uuid": f"{key}-other",
            "result_name": key,
        },
        "exits": [{"uuid": name, "destination_uuid": goal} for name, goal in goals],
    }


def _import(*nodes: Mapping[str, Any], name: str = "Beans", **more: Any) -> Imported:  # noqa: ANN401 - JSON
    flow = {"uuid": "beans", "name": name, "language": "eng", "localization": {}, "nodes": list(nodes), **more}
    return import_flows(json.dumps({"version": "13", "flows": [flow]}), "beans.json", CATALOGUE)


def _noted(imported: Imported, words: str) -> bool:
    return any(words in str(note) for note in imported.notes)


def test_a_missing_node_is_a_matter_for_a_person() -> None:
    """An exit to a node that is not there ends with a person, and the list names the node it left."""
    imported = _import(_node("a", [_say("Hello.")], "nowhere"))
    effects = effects_of(compiled(imported), "beans", [])
    assert (told(effects), passed(effects)) == (["Hello."], ["specialist"])
    assert _noted(imported, "beans, node 1 (a): It leads to a node that is not in the export.")


def test_words_of_consent_are_no_replies() -> None:
    """A reply by STOP alone goes, with a note; the service has read it long before."""
    imported = _import(
        _node("a", [_say("Beans?")], "w"),
        _waits("w", [("has_any_word", "stop", "b")], None),
        _node("b", [_say("Bye.")]),
    )
    assert 'words: ["stop"]' not in imported.files[0].source
    assert _noted(imported, '"stop" is read by the service before any flow')
    assert _noted(imported, "node 3 (b): Nothing leads to this text.")


def test_nobody_is_asked_again_for_ever() -> None:
    """Where silence leads back to the same question, a person looks in after the first time."""
    wait = {"timeout": {"seconds": 3600, "category_uuid": "w-other"}}
    imported = _import(
        _node("a", [_say("Still there?")], "w"),
        _waits("w", [("has_any_word", "yes", "b")], "a", **wait),
        _node("b", []),
    )
    effects = effects_of(compiled(imported), "beans", [None, None])
    assert (told(effects), passed(effects)) == (["Still there?"], ["specialist"])
    assert _noted(imported, "Silence leads round")


def test_steps_that_go_round_without_a_wait_are_cut() -> None:
    """A ring of texts is told once, and then a person is told."""
    effects = effects_of(
        compiled(_import(_node("a", [_say("One.")], "b"), _node("b", [_say("Two.")], "a"))), "beans", []
    )
    assert (told(effects), passed(effects)) == (["One.", "Two."], ["specialist"])


def test_an_answer_that_we_cannot_recognise_is_seen_by_a_person() -> None:
    """A case with a test of its own counts as other words, which go their way with a person told."""
    nodes = (_node("a", [_say("Where do you live?")], "w"), _waits("w", [("has_district", "Kigali", "b")], "c"))
    imported = _import(*nodes, _node("b", [_say("Near.")]), _node("c", [_say("Ah.")]))
    effects = effects_of(compiled(imported), "beans", ["Kicukiro"])
    assert (told(effects), passed(effects)) == (["Where do you live?", "Ah."], ["specialist"])
    assert _noted(imported, "has_district Kigali")


def test_a_value_that_is_not_known_leaves_a_gap_and_tells_a_person() -> None:
    """A field that the flow never sets is left out of the text; one expression of many words, too."""
    imported = _import(_node("a", [_say("Hi @contact.name, your @fields.tree and @(lower(fields.bush)) grow.")]))
    effects = effects_of(compiled(imported), "beans", [])
    assert (told(effects), passed(effects)) == (["Hi Sam, your and grow."], ["specialist"])
    assert _noted(imported, "tree")


def test_a_value_that_may_not_be_known_yet_never_stops_a_flow() -> None:
    """A result that only one way keeps shows as a dash on the other."""
    imported = _import(
        _node("a", [_say("Name?")], "w"),
        _waits("w", [], "b", timeout={"seconds": 60, "category_uuid": "w-other"}),
        _node("b", [_say("So @results.w it is.")]),
    )
    assert told(effects_of(compiled(imported), "beans", ["Ivy"])) == ["Name?", "So Ivy it is."]
    assert told(effects_of(compiled(imported), "beans", [None])) == ["Name?", "So - it is."]


def test_a_missing_translation_leaves_the_language_out_and_loses_no_words() -> None:
    """With one text missing in Spanish the flow is in English, and the Spanish texts stay as comments."""
    spanish = {"spa": {"one": {"text": ["Hola."]}}}
    imported = _import(
        _node("a", [_say("Hello.", "one")], "b"), _node("b", [_say("Bye.", "two")]), localization=spanish
    )
    assert "languages: [en]" in imported.files[0].source
    assert '# es: "Hola."' in imported.files[0].source
    assert _noted(imported, "node 2 (b): A text is missing in es.")


def test_odd_texts_are_told_whole() -> None:
    """Braces, quotes, line breaks and very long texts come through; nothing in them is taken for a placeholder."""
    odd = 'Say "beans"\n\t{not me} # - : 100%'
    imported = _import(_node("a", [_say(odd)], "b"), _node("b", [_say("bean " * 600)]))
    texts = told(effects_of(compiled(imported), "beans", []))
    assert texts[0] == 'Say "beans" (not me) # - : 100%'
    assert " ".join(texts[1:]).split() == ["bean"] * 600
    assert len(texts) == 3


def test_names_that_are_the_same_get_numbers() -> None:
    """Two flows of one name, and two steps of one text, can still be told apart."""
    flow = {"name": "Beans!", "language": "eng", "nodes": [_node("a", [_say("Hi.")], "b"), _node("b", [_say("Hi.")])]}
    imported = import_flows(json.dumps({"flows": [flow, flow]}), "beans.json", CATALOGUE)
    assert [file.name for file in imported.files] == ["beans", "beans-2"]
    assert list(compiled(imported)["beans"].steps) == ["hi", "hi_2"]


def test_flows_that_run_each_other_in_a_ring_come_back_to_a_person() -> None:
    """The run that closes a ring is a pass; one that only starts its own flow again goes to its first step."""
    flows = [
        {
            "uuid": name,
            "name": name,
            "language": "eng",
            "nodes": [_node("n", [_say(f"In {name}."), {"type": "enter_flow", "flow": {"uuid": other}}])],
        }
        for name, other in (("menu", "topic"), ("topic", "menu"))
    ]
    imported = import_flows(json.dumps({"flows": flows}), "ring.json", CATALOGUE)
    effects = effects_of(compiled(imported), "menu", [])
    assert (told(effects), passed(effects)) == (["In menu.", "In topic."], ["specialist"])


def test_a_count_of_tries_goes_up_to_what_it_is_compared_with() -> None:
    """`@(results.tries + 1)` counts, so that a second wrong answer ends it."""
    count = {"type": "set_run_result", "name": "Tries", "value": "@(results.tries + 1)"}
    split = _waits("s", [("has_number_gt", "1", "c")], "a")
    split["router"] |= {"operand": "@results.tries", "result_name": ""}
    del split["router"]["wait"]
    nodes = (
        _node("a", [_say("Yes?")], "w"),
        _waits("w", [("has_any_word", "yes", "d")], "n"),
        _node("n", [count], "s"),
        split,
    )
    imported = _import(*nodes, _node("c", [_say("Enough.")]), _node("d", [_say("Good.")]))
    assert told(effects_of(compiled(imported), "beans", ["hm", "hm"])) == ["Yes?", "Yes?", "Enough."]
    assert told(effects_of(compiled(imported), "beans", ["hm", "yes"])) == ["Yes?", "Yes?", "Good."]


def test_a_fixed_value_is_never_taken_for_another_value() -> None:
    """A value that begins as our references do is told as the words it is."""
    result = {"type": "set_run_result", "name": "Plant", "value": "kept basil"}
    imported = _import(_node("a", [result, _say("It is @results.plant.")]))
    assert told(effects_of(compiled(imported), "beans", [])) == ["It is Kept basil."]


def test_an_answer_has_one_name() -> None:
    """A Studio variable that is only ever an answer is what the question keeps; there is no second value beside it."""
    text = Path("tests/flows/importing/samples/garden.studio.json").read_text(encoding="utf-8")
    flow = compiled(import_flows(text, "garden.studio.json", CATALOGUE))["garden"]
    assert set(flow.keeps) == {"club", "kind", "tries"}
