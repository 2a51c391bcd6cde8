"""A converted flow plays the same texts for the same answers as it did where it comes from.

Every conversation up to some answers is played twice: by a small walker that does what RapidPro or Studio would do, and
by our engine on the flow files that came out.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flows.importing.importer import import_flows
from service.rules.catalogue import CATALOGUE
from tests.flows.importing import rapidpro_walker, studio_walker
from tests.flows.importing.walking import compiled, effects_of, explore, passed, plain, told

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "examples"
GIVEN = {"first_name": "Sam", "day": "Monday"}
SARA = {
    "medium": "SMS", "prompt": "Any fever today? Yes or no.", "try_again": "Yes or no, please.", "thanks": "Thank you.",
    "max_retries_message": "We will ring you.", "intro": "Hello from the nurses.", "language": "EN",
}  # fmt: skip
VISIT = {
    "event_type": "REMIND", "patient_first_name": "Sam", "provider_last_name": "Rivera", "appointment_location": "the hall",
    "provider_callback_phone": "555-0100",
}  # fmt: skip


def _read(path: Path) -> str:
    if not path.exists():
        pytest.skip(f"{path.name} lies beside the repository in shared/data/examples, which is not there")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "languages", "longest"),
    [
        (SAMPLES / "garden.rapidpro.json", ("eng", "spa"), 4),
        (SHARED / "parenttext_checkin.json", ("eng",), 4),
        (SHARED / "parenttext_family_information.json", ("eng",), 4),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_rapidpro_flows_say_what_they_said(path: Path, languages: tuple[str, ...], longest: int) -> None:
    """Each conversation of a RapidPro flow has the same texts with us, in each of its languages."""
    text = _read(path)
    export = json.loads(text)
    imported = import_flows(text, path.name, CATALOGUE)
    flows = compiled(imported)
    for language in languages:
        ours = {"eng": "en", "spa": "es"}[language]
        for answers, played in explore(lambda said, own=language: rapidpro_walker.play(export, said, own), longest):  # type: ignore[misc]
            effects = effects_of(flows, imported.files[0].name, answers, ours)
            assert told(effects) == [plain(text) for text in played.texts], answers


@pytest.mark.parametrize(
    ("path", "event", "flow", "given", "longest"),
    [
        (SAMPLES / "garden.studio.json", "incomingRequest", "garden", GIVEN, 5),
        (SAMPLES / "garden.studio.json", "incomingCall", "garden-by-call", {}, 3),
        (SHARED / "saraalert_assessment.studio.json", "incomingRequest", "saraalert-assessment", SARA, 5),
        (
            SHARED / "saraalert_assessment.studio.json",
            "incomingRequest",
            "saraalert-assessment",
            {**SARA, "medium": "VOICE"},
            5,
        ),
        (SHARED / "saraalert_assessment.studio.json", "incomingCall", "saraalert-assessment-by-call", {}, 1),
        (SHARED / "patient_appointment.studio.json", "incomingRequest", "patient-appointment", VISIT, 2),
        (
            SHARED / "patient_appointment.studio.json",
            "incomingRequest",
            "patient-appointment",
            {**VISIT, "event_type": "CONFIRMED"},
            1,
        ),
        (
            SHARED / "patient_appointment.studio.json",
            "incomingRequest",
            "patient-appointment",
            {**VISIT, "event_type": "BOOKED"},
            2,
        ),
        (SHARED / "vaccine_faq.studio.json", "incomingMessage", "vaccine-faq", {}, 3),
    ],
)
def test_studio_flows_say_what_they_said(
    path: Path, event: str, flow: str, given: Mapping[str, str], longest: int
) -> None:
    """Each conversation of a Studio flow has the same texts with us."""
    text = _read(path)
    source: Any = json.loads(text)
    flows = compiled(import_flows(text, path.name, CATALOGUE))
    takes = {"language_given" if name == "language" else name: value for name, value in given.items()}
    for answers, played in explore(lambda said: studio_walker.play(source, event, said, given), longest):
        effects = effects_of(flows, flow, answers, data=takes)
        assert told(effects) == [plain(text) for text in played.texts], answers


def test_what_nobody_understood_reaches_a_person() -> None:
    """Words that lead nowhere in the source are passed to a person; so is a ticket; so is a call put through."""
    garden = compiled(import_flows((SAMPLES / "garden.rapidpro.json").read_text(), "garden.rapidpro.json", CATALOGUE))
    assert passed(effects_of(garden, "garden-hello", ["2", "Basil", "who knows"])) == ["specialist"]
    assert passed(effects_of(garden, "garden-hello", ["2", "Basil", "yes"])) == ["specialist"]
    assert passed(effects_of(garden, "garden-hello", ["2", "Basil", "no"])) == []
    studio = compiled(import_flows((SAMPLES / "garden.studio.json").read_text(), "garden.studio.json", CATALOGUE))
    assert passed(effects_of(studio, "garden-by-call", ["2"])) == ["on duty"]
