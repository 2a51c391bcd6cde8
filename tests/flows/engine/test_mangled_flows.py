"""Flow files that somebody, or something, has mangled: a finding or a flow, never a crash and never a hang.

2,000 by default; `PEERLINE_FUZZ=100000` tries more by hand.
"""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime

from flows.engine.catalogue import Catalogue
from flows.engine.check import check_flows
from flows.engine.compile import compile_flow
from flows.engine.events import Event, Replied, Silent, Started
from flows.engine.facts import Facts
from flows.engine.problems import FlowProblems
from flows.engine.session import new_session
from flows.engine.step import advance
from service.rules.catalogue import CATALOGUE

ROUNDS = int(os.environ.get("PEERLINE_FUZZ", "2000"))
SOUND = """flow: sound
title: Sound
purpose: To be mangled.
languages: [en, es]
keeps: {feeling: number 1 to 5, day: date}
unsure: {en: "Again?", es: "¿Otra vez?"}
silence:
  - {after: 24 hours, go: quietly}
steps:
  first:
    choose:
      - {when: feeling <= 2 and not specialist.on_duty, go: rough}
      - {otherwise: hello}
  hello:
    ask: {en: "{me}, 1 to 5?", es: "{me}, ¿del 1 al 5?", spoken: {en: "One to five?", es: "¿Del uno al cinco?"}}
    keep: feeling
    replies:
      low: {number: 1 to 2, words: {en: [bad, rough], es: [mal]}, go: rough}
      fine: {number: 3 to 5, words: {en: [good], es: [bien]}, value: 4}
      anything: {go: quietly}
    say: {en: "Kept {feeling}.", es: "Guardado {feeling}."}
    then: quietly
  rough:
    pass: {to: specialist, promise: same shift}
    do: {action: set_rhythm, with: {rhythm: ask}}
    alert: {tier: 2, reason: low}
    wait: {until: monday 9:00}
  quietly:
    end: yes
tests:
  - name: low
    member: {language: es}
    script:
      - we: "*1*"
      - they: mal
      - later: 7 days
      - expect: {ended: yes}
"""
SNIPPETS = [
    "&a ", "*a ", "!x ", "{", "}", "[", "]", ": ", "- ", "\n", "\t", "  ", '"', "'", "#", "|\n", ">-\n", "? ", "yes", "no",
    "1 to 5", "go: first", "go: nowhere", "then: hello", "run: sound", "wait: 0 days", "after: 1 minute", "number: any",
    "{feeling}", "kept day", "when: feeling <= 'x'", "in turn: [hello, hello]", "\x07", "é", "👍", "9" * 30, "-1", "~", "%",
]  # fmt: skip


def _cut(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at + chance.randrange(1, 30) :]


def _put(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(SNIPPETS) + text[at:]


def _swap(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _double(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    return "\n".join([*lines[:at], lines[at], *lines[at:]])


def _indent(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = chance.choice(["  ", " ", ""]) + lines[at].strip() if chance.random() < 0.5 else "  " + lines[at]
    return "\n".join(lines)


def _word(chance: random.Random, text: str) -> str:
    words = text.split(" ")
    words[chance.randrange(len(words))] = chance.choice([*SNIPPETS, chance.choice(words)])
    return " ".join(words)


MANGLERS: list[Callable[[random.Random, str], str]] = [_cut, _put, _swap, _double, _indent, _word]


def mangled(seed: int) -> str:
    """The sound flow after one to four accidents."""
    chance, text = random.Random(seed), SOUND  # noqa: S311 - accidents, not secrets
    for _ in range(chance.randrange(1, 5)):
        text = chance.choice(MANGLERS)(chance, text or " ")
    return text


def walk(source: str, catalogue: Catalogue) -> None:
    """Walk a flow that compiles through some events; whatever the check says of it, the engine must bear it."""
    try:
        flow = compile_flow(source, "mangled.yaml", catalogue)
    except FlowProblems:
        return
    now, facts = datetime(2026, 3, 6, 20, tzinfo=UTC), Facts("es", "America/Chicago", {"me": "Sam"})
    session = new_session(flow.name)
    events: list[Event] = [Started(), Replied("mal"), Replied("9"), Silent(1), Silent(2), Replied("")]
    for event in events:
        session, _ = advance({flow.name: flow}, session, event, facts, now)


def test_a_mangled_flow_is_a_finding_or_a_flow() -> None:
    """Whatever is done to a file, the check answers with findings in the file, and a flow that compiles can be walked."""
    for seed in range(ROUNDS):
        source = mangled(seed)
        findings = check_flows({"mangled.yaml": source}, CATALOGUE)
        lines = source.count("\n") + 2
        assert all(finding.file == "mangled.yaml" and 1 <= finding.line <= lines for finding in findings), seed
        assert all(finding.message and finding.mend for finding in findings), seed
        walk(source, CATALOGUE)


def test_the_flow_that_is_mangled_is_sound() -> None:
    """Otherwise the accidents would prove little."""
    findings = check_flows({"sound.yaml": SOUND}, CATALOGUE)

    assert [finding for finding in findings if finding.severity == "error"] == []
