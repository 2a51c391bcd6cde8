"""The pages about flows say what is so."""

import re
from pathlib import Path

from config.lexicons import load_words
from flows.engine.check import check_flows
from flows.engine.normalise import plain_words
from service.rules.catalogue import CATALOGUE
from tests.flows.engine.flow_files import FLOWS, shipped_flows

ROOT = FLOWS.parent
LANGUAGE = (ROOT / "docs" / "flow-language.md").read_text()


def test_the_first_flow_of_the_page_is_free_of_mistakes() -> None:
    """Whoever copies it has something that works."""
    example = re.findall(r"```yaml\n(flow: .*?)```", LANGUAGE, re.DOTALL)[0]
    findings = check_flows({"example.yaml": example}, CATALOGUE)

    assert [finding for finding in findings if finding.code != "tests.gap"] == []


def test_every_fact_slot_and_key_is_told() -> None:
    """What may be named in a flow stands on the page."""
    slots = {f"`{{{slot}}}`" for slot in CATALOGUE.slots}
    facts = {f"`{fact}`" for fact in CATALOGUE.facts}

    assert [name for name in sorted(slots | facts) if name not in LANGUAGE] == []


def test_every_shipped_flow_stands_in_the_table() -> None:
    """A coordinator finds what each is for."""
    page = (FLOWS / "README.md").read_text()

    assert [name for name in shipped_flows() if f"| {name} |" not in page and f"[{name}](" not in page] == []


def test_no_reply_may_use_a_word_that_the_service_reads_first() -> None:
    """The catalogue knows every word of consent and every door that the shipped lists of words have."""
    words = load_words(ROOT / "config")
    consent = {
        word
        for language in words.consent.values()
        for listed in (language.stop, language.start, language.help)
        for word in listed
    }
    doors = {
        word
        for language in words.service.values()
        for door in ("talk", "now", "pause")
        for word in language.words[door]
    }

    assert {plain_words(word) for word in consent} <= CATALOGUE.consent_words
    assert {plain_words(word) for word in doors} <= CATALOGUE.door_words


def test_nothing_of_the_engine_reads_a_clock_or_a_file() -> None:
    """The core takes time, words and files as arguments, and gives data back."""
    forbidden = re.compile(
        r"\bdatetime\.now|\btime\.time|\bopen\(|\brandom\b|\bPath\b|\bos\.|\bprint\(|\brequests\b|\bsocket\b"
    )
    modules = sorted((ROOT / "flows" / "engine").rglob("*.py"))

    assert modules
    assert [path.name for path in modules if forbidden.search(_code(path))] == []


def _code(path: Path) -> str:
    """A module without its texts and comments."""
    return re.sub(r'""".*?"""|"[^"\n]*"|#.*', "", path.read_text(), flags=re.DOTALL)
