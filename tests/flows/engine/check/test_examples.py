"""Every proof, shown by a flow that it refuses: each example marks the lines at which it is found, and nothing else is."""

import re
from pathlib import Path

import pytest

from flows.engine.check import check_flows
from flows.engine.problems import Finding
from service.rules.catalogue import CATALOGUE

EXAMPLES = Path(__file__).parent / "examples"
FILES = sorted(path.name for path in EXAMPLES.glob("*.yaml"))
DOCUMENTS = Path(__file__).parents[4] / "docs" / "flow-language.md"
CODE = re.compile(
    r'"((?:form|names|kinds|ways|rest|silence|person|clash|language|length|words|voice|cost|people|tests)\.[a-z-]+)"'
)
ELSEWHERE = {"form.too-large", "form.too-deep", "form.too-many", "people.stranded"}  # tests of their own show these


def marked(source: str) -> set[tuple[int, str]]:
    """The findings that an example announces, by line."""
    lines = enumerate(source.split("\n"), start=1)
    return {(number, found[1]) for number, line in lines if (found := re.search(r"<- ([a-z.-]+)", line))}


def found_in(file: str) -> list[Finding]:
    """What the check finds in one example; gaps of tests count only where the example is about them."""
    sources = {name: (EXAMPLES / name).read_text() for name in (file, "companion.yaml")}
    findings = [finding for finding in check_flows(sources, CATALOGUE) if finding.file == file]
    return [finding for finding in findings if finding.code != "tests.gap" or file == "tests-gap.yaml"]


@pytest.mark.parametrize("file", FILES)
def test_an_example_is_found_at_its_marked_lines_and_nowhere_else(file: str) -> None:
    """Each finding stands at its line, says what is wrong and how to mend it."""
    findings = found_in(file)

    assert {(finding.line, finding.code) for finding in findings} == marked((EXAMPLES / file).read_text())
    assert all(finding.message and finding.mend for finding in findings)


def codes() -> set[str]:
    """Every code that the engine can give a finding."""
    engine = Path(__file__).parents[4] / "flows" / "engine"
    return {code for path in engine.rglob("*.py") for code in CODE.findall(path.read_text())}


def test_every_code_has_an_example() -> None:
    """A proof that nothing shows could be switched off unseen."""
    shown = {code for file in FILES for _, code in marked((EXAMPLES / file).read_text())}

    assert codes() - ELSEWHERE == shown


def test_every_code_has_a_place_in_the_documentation() -> None:
    """Whoever sees a code can look it up."""
    told = set(re.findall(r"^### `([a-z.-]+)`", DOCUMENTS.read_text(), re.MULTILINE))

    assert told == codes()
