"""Tests in flow files: what holds, what does not, and what nothing walks."""

import pytest

from flows.engine.compile import compile_flow
from flows.engine.report import Report, lines_of, report
from flows.engine.trials import fits_pattern
from service.rules.catalogue import CATALOGUE
from tests.flows.engine.flow_files import shipped_flows, written

STEPS = """
    first:
      ask: {en: "Hi {me}?"}
      keep: feeling
      replies:
        low: {number: 1 to 2, go: low}
        anything: {go: done}
      silence: [{after: 24 hours, go: done}]
      skip: low
    low:
      pass: {to: specialist, promise: same shift}
      do: {action: set_rhythm, with: {rhythm: ask}}
      alert: {tier: 2, reason: low}
      say: {en: "Low."}
      end: yes
    done: {end: yes}
"""


def reported(script: str) -> Report:
    """What comes of a flow with one test."""
    lines = "\n".join(f"      {line.strip()}" for line in script.strip().splitlines())
    source = written(STEPS, "keeps: {feeling: number 1 to 5}") + f"tests:\n  - name: made up\n    script:\n{lines}\n"
    flow = compile_flow(source, "made-up.yaml", CATALOGUE)
    return report(flow, {flow.name: flow}, CATALOGUE)


def test_a_script_that_holds() -> None:
    """Texts, values, people, alerts and actions can all be expected."""
    good = reported(
        """
        - we: "Hi *?"
        - expect: {flow: made-up, step: first, ended: no, texts: 1, feeling: none, passed: none}
        - they: two
        - expect: {feeling: 2, passed: specialist, promise: same shift, alert: 2, did: set_rhythm, rhythm: ask}
        - we: Low.
        - expect: {ended: yes, texts: 2}
        """
    )
    assert good.failures == ()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('- we: "Hello*"', 'Here we say: "Hi Sam?"'),
        ('- we: "*"\n- we: "*"', "Here we say nothing."),
        ("- they: 2", 'Before this, we also said: "Hi Sam?"'),
        ('- we: "*"\n- expect: {ended: yes}', "ended is no or false, not yes."),
        ('- we: "*"\n- they: "2"\n- expect: {passed: supervisor}', "passed is specialist, not supervisor."),
        ('- we: "*"\n- they: "2"\n- expect: {passed: none}', "passed is specialist, not none."),
        ('- we: "*"\n- they: "2"\n- expect: {did: pause}', "did is set_rhythm, not pause."),
        ('- we: "*"\n- they: "2"\n- expect: {did: set_rhythm, rhythm: morning}', "rhythm is ask, not morning."),
        ('- we: "*"\n- they: "2"\n- expect: {feeling: 3}', "feeling is 2, not 3."),
        ('- we: "*"\n- later: 23 hours\n- expect: {ended: yes}', "ended is no or false, not yes."),
        ('- we: "*"\n- done: {found: yes}', "No action is waited for here."),
    ],
)
def test_a_line_that_does_not_hold_is_told_with_its_place(script: str, told: str) -> None:
    """The first line that is not so is named, in words that say what is so instead."""
    failed = reported(script)

    assert [failure.message for failure in failed.failures] == [told]
    assert failed.failures[0].place.line > 24


def test_words_that_the_service_reads_first_never_reach_the_flow() -> None:
    """TALK goes to a person and the question stays, in a test as in life."""
    held = reported('- we: "*"\n- they: Talk!\n- expect: {passed: specialist, step: first, texts: 1}\n- they: STOP')

    assert held.failures == ()
    assert 'the reply "anything" of the step "first"' in [gap.what for gap in held.coverage.gaps]


def test_what_no_test_walks_is_named() -> None:
    """Steps, replies, silences and skips each count."""
    gaps = [gap.what for gap in reported('- we: "*"\n- they: "1"').coverage.gaps]

    assert gaps == [
        'the reply "anything" of the step "first"',
        'silence 1 of the step "first"',
        'skipping of the step "first"',
        'the step "done"',
    ]


def test_every_shipped_flow_holds_and_is_walked_everywhere() -> None:
    """The library has tests for all it does."""
    reports = [report(flow, shipped_flows(), CATALOGUE) for flow in shipped_flows().values()]

    assert len(reports) == 18
    assert [line for line in lines_of(reports) if not line.endswith("ways are walked")] == []


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("Hi *", "Hi Sam", True),
        ("*Sam", "Hi Sam", True),
        ("Hi * you *", "Hi Sam, you there", True),
        ("Hi", "Hi Sam", False),
        ("Hi*Sam", "Hi", False),
        ("a*a", "a", False),
        ("*a" * 40 + "b", "a" * 2000, False),
    ],
)
def test_a_star_stands_for_any_words(pattern: str, text: str, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    """However many stars there are, the answer comes at once."""
    assert fits_pattern(pattern, text) is fits
