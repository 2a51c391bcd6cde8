"""What `flows diff` and `flows publish` tell of two versions of a flow."""

from pathlib import Path

import pytest

from flows.engine.changes import changes
from flows.engine.compile import compile_flow
from flows.engine.flow import Flow
from service.rules.catalogue import CATALOGUE

FLOWS = Path(__file__).parents[3] / "flows"
BASE = """\
flow: hello
title: A hello
purpose: A small flow for tests.
languages: [en, es]
keeps:
  feeling: number 1 to 5
silence:
  - {after: 24 hours, go: quietly}
steps:
  first:
    ask:
      en: "How is today, {me}?"
      es: "¿Qué tal hoy, {me}?"
    keep: feeling
    replies:
      low: {number: 1 to 2, words: {en: [bad, rough], es: [mal]}, go: rough}
      anything: {go: quietly}
  rough:
    pass: {to: specialist, promise: same shift}
    say:
      en: "Thank you."
      es: "Gracias."
    then: quietly
  quietly:
    end: yes
"""


def flow(source: str = BASE) -> Flow:
    """A compiled flow."""
    return compile_flow(source, "hello.yaml", CATALOGUE)


def told(old: str, new: str, base: str = BASE) -> list[str]:
    """What is told when one passage of the flow is written anew."""
    assert old in base
    return [str(change) for change in changes(flow(base), flow(base.replace(old, new)))]


def test_the_same_words_are_no_change() -> None:
    """Comments, spacing and another order of writing change nothing that anybody would notice."""
    assert changes(flow(), flow("# A remark\n" + BASE.replace("  quietly:\n", "\n  quietly:  # the end\n"))) == ()


def test_a_text_is_told_with_its_language_old_and_new() -> None:
    """A coordinator reads what members read before, and what they read now."""
    (line,) = told('"Gracias."', '"Mil gracias."')
    assert line == 'In the step "rough", the text in Spanish was: Gracias.\n    It is now: Mil gracias.'


def test_words_of_a_reply_are_told_one_by_one() -> None:
    """Of a list, only what came and what went."""
    assert told("en: [bad, rough]", "en: [bad, meh, sad]") == [
        'In the step "first", the reply "low" in English now also takes meh, sad and no longer takes rough.'
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("{go: quietly}\n  rough", "{go: rough}\n  rough", 'the way of the reply "anything" was: to quietly'),
        (
            "{after: 24 hours, go: quietly}",
            "{after: 48 hours, go: quietly}",
            "In the flow, the answer 1 to silence was",
        ),
        ("to: specialist, promise: same shift", "to: coordinator", "was: to specialist, promised: same shift"),
        ("    then: quietly", "    end: yes", 'In the step "rough", the way on was: to quietly'),
        ("number 1 to 5", "number 1 to 3", "the kept value feeling was: number 1 to 5"),
        ("number: 1 to 2", "number: 1", 'the answers that the reply "low" takes now also takes 1'),
        ("    keep: feeling\n", "", "the answer is gone. It was: kept as feeling"),
        ("title: A hello", "title: Hello", "In the flow, the title was: A hello"),
    ],
)
def test_ways_silence_and_deeds_are_told(old: str, new: str, line: str) -> None:
    """Whatever a step does differently has its line, and only that."""
    lines = told(old, new)
    assert len(lines) == 1
    assert line in lines[0]


def test_a_step_that_comes_and_one_that_goes() -> None:
    """Both are named, and the new one's texts are shown."""
    new = BASE.replace("rough}", "hard}").replace("  rough:", "  hard:")
    lines = [str(change) for change in changes(flow(), flow(new))]
    assert 'The step "hard" is new.' in lines
    assert 'In the step "hard", the text in English is new: Thank you.' in lines
    assert lines[-1] == 'The step "rough" is gone.'


def test_a_renamed_step_is_the_same_step() -> None:
    """With `renamed:`, only the name is told; that the ways to it use it goes without saying."""
    new = BASE.replace("go: rough}", "go: hard}").replace("  rough:", "  hard:") + "renamed: {rough: hard}\n"
    assert [str(change) for change in changes(flow(), flow(new))] == [
        'The step "rough" is now called "hard".',
    ]


@pytest.mark.parametrize("file", sorted(FLOWS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_line_of_words_in_a_shipped_flow_is_seen(file: Path) -> None:
    """Whichever text of a shipped flow is changed, there is a line about it."""
    source = file.read_text()
    before = compile_flow(source, file.name, CATALOGUE)
    body = source.partition("\ntests:")[0]
    lines = [line for line in body.splitlines() if line.strip().startswith(('en: "', 'es: "'))]
    for line in lines:
        after = compile_flow(source.replace(line, line.rstrip('"') + ' Yes."', 1), file.name, CATALOGUE)
        assert any(change.code == "text" and "Yes." in (change.new or "") for change in changes(before, after)), line
