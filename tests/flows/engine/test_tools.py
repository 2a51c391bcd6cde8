"""The terminal phone, the drawings and the schema."""

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from flows.engine.drawing import to_svg
from flows.engine.facts import Facts
from flows.engine.graph import edges_of, to_mermaid
from flows.engine.player import play
from flows.engine.rehearsal import rehearse
from flows.engine.schema import flow_schema
from service.rules.catalogue import CATALOGUE
from tests.flows.engine.flow_files import FLOWS, shipped_flows, written

NOW = datetime(2026, 3, 3, 21, tzinfo=UTC)  # three in the afternoon in Chicago
FLOW_FILES = sorted([*FLOWS.glob("*.yaml"), *FLOWS.glob("waiting/*.yaml")])


def played(name: str, *typed: str, spoken: bool = False) -> list[str]:
    """What the terminal phone shows."""
    facts = Facts("en", "America/Chicago", values={"specialist.on_duty": True})
    return list(play(rehearse(shipped_flows(), name, facts, NOW), typed, CATALOGUE, spoken=spoken))


def test_what_is_typed_is_answered_and_the_state_can_be_seen() -> None:
    """A conversation in the terminal is the conversation a member would have."""
    shown = played("check-in", "meh, 2", ":state", "1")

    assert shown[0].startswith("< Sam, how is today going?")
    assert "  [kept feeling = 2]" in shown
    assert "rough-day / what_helps: nothing kept" in shown
    assert shown[-1] == "  [the conversation has ended]"


def test_time_moves_on_command_and_stops_at_what_comes_due() -> None:
    """Three days of silence bring the one repeat, six the person."""
    shown = played("welcome", ":later 3 days", ":later 3 days")

    assert shown[1] == "-- Friday 06 March, 15:00 --"
    assert shown[2] == shown[0]
    assert shown[-2:] == ["  [passed to specialist]", "  [the conversation has ended]"]


def test_facts_and_language_can_be_changed_while_playing() -> None:
    """The same words off duty, and in Spanish."""
    shown = played("check-in", ":fact specialist.on_duty no", ":language es", "mal")

    assert shown[1:3] == ["specialist.on_duty is no now.", "The member's language is es now."]
    assert any(line.startswith("< Eso suena duro. Gracias por contarlo. El equipo vuelve") for line in shown)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (":latr 2 hours", 'There is no :latr. Did you mean ":later"?'),
        (":later soon", '"soon" is no length of time.'),
        (":fact specialist.onduty no", 'There is no fact "specialist.onduty". Did you mean "specialist.on_duty"?'),
        (":fact specialist.on_duty maybe", 'specialist.on_duty is yes or no, and "maybe" is not.'),
        (":done", "No action is waited for."),
        (":help", "Write as the member would"),
    ],
)
def test_a_command_that_is_not_understood_is_told(typed: str, told: str) -> None:
    """A mistake in a command is never taken for the member's words."""
    assert played("check-in", typed)[-1].startswith(told)


def test_an_action_can_be_done_by_hand() -> None:
    """What waits for the service's answer can be played without the service."""
    shown = played("finder", "food", "60611", ":done found=yes place=Pantry")

    assert "< Open now: Pantry. TALK for a person, or write if you want other places." in shown


def test_the_spoken_mode_tells_the_keys() -> None:
    """What a caller would hear, and what they may press."""
    assert played("check-in", spoken=True)[-1] == "  [keys: 1-2 low, 3-5 fine, 0 a person]"


@pytest.mark.parametrize("name", sorted(shipped_flows()))
def test_a_drawing_shows_every_step_and_every_way(name: str) -> None:
    """As SVG it can be parsed and read aloud; each way stands there in words."""
    flow = shipped_flows()[name]
    root = ET.fromstring(to_svg(flow, "en"))  # noqa: S314 - written a line above
    words = "".join(root.itertext())

    assert {group.get("id") for group in root.iter("{http://www.w3.org/2000/svg}g")} >= {
        f"step-{s}" for s in flow.steps
    }
    assert all(f"→ {'end' if edge.end == '(end)' else edge.end}" in words for edge in edges_of(flow))


def test_mermaid_has_each_step_and_dashes_for_waits() -> None:
    """The notation that many editors draw."""
    lines = to_mermaid(shipped_flows()["rough-day"], "en").splitlines()

    assert lines[0] == "flowchart TD"
    assert (
        sum(1 for line in lines if line.strip().startswith("s") and "[" in line)
        == len(shipped_flows()["rough-day"].steps) + 1
    )
    assert '  s3 -.->|"person"| s4' in lines


def as_editors_read(node: object) -> object:
    """Plain data as it would come from JSON: dates, which JSON has none of, as the words that were typed."""
    if isinstance(node, dict):
        return {str(key): as_editors_read(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_editors_read(item) for item in node]
    return str(node) if isinstance(node, date) else node


def schema_problems(source: str) -> list[str]:
    """What the schema says of a flow file, read as an editor reads it."""
    data = as_editors_read(YAML(typ="safe", pure=True).load(source))
    return [error.message for error in jsonschema_rs.validator_for(flow_schema(CATALOGUE)).iter_errors(data)]


@pytest.mark.parametrize("path", FLOW_FILES, ids=lambda path: path.stem)
def test_every_shipped_flow_fits_the_schema(path: Path) -> None:
    """An editor that completes by the schema finds nothing wrong with them."""
    assert schema_problems(path.read_text()) == []


@pytest.mark.parametrize(
    "steps",
    [
        "first: {sey: {en: Hi}}",
        "first: {do: {action: resum}}",
        "first: {do: {action: set_rhythm}}",
        "first: {pass: nobody}",
    ],
)
def test_the_schema_refuses_what_is_not_in_the_language(steps: str) -> None:
    """A key, an action, an argument and a person that do not exist."""
    assert schema_problems(written(steps)) != []


def test_the_schema_explains_every_key_of_a_flow_and_of_a_step() -> None:
    """What an editor shows beside a key while someone writes."""
    schema = flow_schema(CATALOGUE)
    step = schema["properties"]["steps"]["additionalProperties"]

    assert all(part["description"] for table in (schema, step) for part in table["properties"].values())
