"""Conversations that move to another version of their flow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.engine import effects as follow
from flows.engine.compile import compile_flow
from flows.engine.events import Replied, Silent, Started
from flows.engine.facts import Facts
from flows.engine.flow import Flow
from flows.engine.session import Session, new_session
from flows.engine.step import advance
from flows.engine.taking_over import is_called_over, steps_of, take_over
from service.rules.catalogue import CATALOGUE

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
FACTS = Facts("en", "America/New_York", {"me": "Sam"}, {})
OLD = """\
flow: hello
title: A hello
purpose: A small flow for tests.
languages: [en]
keeps: {feeling: number 1 to 5, word: words}
steps:
  first:
    say: {en: "A hello."}
    ask: {en: "How is today?"}
    keep: feeling
    replies:
      low: {number: 1 to 2, go: second}
      anything: {go: quietly}
    silence:
      - {after: 24 hours, say: {en: "Still here."}}
      - {after: 24 hours, go: later}
  second:
    ask: {en: "What would help?"}
    keep: word
    replies: {anything: {go: later}}
    silence: [{after: 24 hours, go: quietly}]
  later:
    run: rest
    then: quietly
  quietly:
    end: yes
"""
REST = """\
flow: rest
title: A rest
purpose: A small flow for tests.
languages: [en]
steps:
  one:
    wait: {for: 3 hours}
  two:
    say: {en: "A rest is over."}
    end: yes
"""
NEW = (
    OLD.replace('  first:\n    say: {en: "A hello."}\n', "  greeting:\n")
    .replace("How is today?", "How is it today?")
    .replace("go: second", "go: help")
    .replace("  second:", "  help:")
    .replace("go: later", "go: afterwards")
    .replace("  later:", "  afterwards:")
    + "renamed: {first: greeting, second: help, later: afterwards}\n"
)


def flow(source: str) -> Flow:
    """A compiled flow."""
    return compile_flow(source, "hello.yaml", CATALOGUE)


def walked(*events: object) -> Session:
    """A conversation with the old version after these replies and silences."""
    flows = {"hello": flow(OLD), "rest": flow(REST)}
    session, _ = advance(flows, new_session("hello"), Started(), FACTS, NOW)
    for event in events:
        happened = Replied(event) if isinstance(event, str) else Silent(session.fence)
        session, _ = advance(flows, session, happened, FACTS, NOW)
    return session


def taken(session: Session, new: str = NEW) -> Session | None:
    """The session in the new version."""
    return take_over(session, flow(OLD), flow(new))


def then(session: Session, event: object, new: str = NEW) -> tuple[Session, tuple[follow.Effect, ...]]:
    """What the new version does with an event."""
    happened = Replied(event) if isinstance(event, str) else Silent(session.fence)
    return advance({"hello": flow(new), "rest": flow(REST)}, session, happened, FACTS, NOW + timedelta(hours=1))


def test_an_open_question_is_answered_in_the_new_version() -> None:
    """Someone who was asked under the old name answers under the new, at the verb that asks, with nothing said twice."""
    old = walked()
    new = taken(old)
    assert new is not None
    assert (new.running, new.fence) == (("hello", "greeting"), old.fence)
    after, effects = then(new, "2")
    assert after.running == ("hello", "help")
    assert [effect.text for effect in effects if isinstance(effect, follow.Say)] == ["What would help?"]


def test_the_timer_that_was_set_still_fits() -> None:
    """The fence stays, so the silence that was set under the old version is heard under the new one."""
    new = taken(walked())
    assert new is not None
    after, effects = then(new, None)
    assert after.frames[-1].rung == 1
    assert [effect.text for effect in effects if isinstance(effect, follow.Say)] == ["Still here."]


def test_a_shorter_ladder_of_silence_still_leads_on() -> None:
    """Where the rung that was waited for is gone, the last one is taken, because that one leads on."""
    short = NEW.replace('      - {after: 24 hours, say: {en: "Still here."}}\n', "")
    new = taken(walked(None), short)
    assert new is not None
    after, _ = then(new, None, short)
    assert after.running == ("rest", "one")


def test_a_flow_that_is_run_comes_back_to_the_new_version() -> None:
    """The step beneath is rewritten too: after the rest, the conversation ends where the new version says."""
    new = taken(walked("2", "a walk"))
    assert new is not None
    assert [(frame.flow, frame.step) for frame in new.frames] == [("hello", "afterwards"), ("rest", "one")]
    after, effects = then(new, None)
    assert after.ended
    assert isinstance(effects[-1], follow.Finished)


def test_kept_answers_go_along_where_the_new_version_holds_them() -> None:
    """An answer of a kind that the new version does not keep is left behind; the others stay."""
    narrower = NEW.replace("number 1 to 5", "number 3 to 5").replace("number: 1 to 2", "number: 3")
    new = taken(walked("2", "a walk"), narrower)
    assert new is not None
    assert new.frames[0].values == {"word": "a walk"}


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("renamed: {first: greeting,", "renamed: {first: quietly,"),
        ("renamed: {first: greeting, ", "renamed: {"),
    ],
    ids=["a step that asks nothing", "a step that is gone"],
)
def test_there_is_no_place_without_a_question(was: str, now: str) -> None:
    """Nobody is put where no answer of theirs would be read."""
    assert taken(walked(), NEW.replace(was, now)) is None


def test_there_is_no_place_where_another_flow_is_run() -> None:
    """A rest cannot come back to a step that ran something else."""
    assert taken(walked("2", "a walk"), NEW.replace("run: rest", "run: other")) is None


def test_only_named_steps_are_called_over() -> None:
    """Without their step in `renamed:`, people finish on the version they began with."""
    session = walked()
    assert is_called_over(session, flow(NEW))
    assert not is_called_over(session, flow(NEW.replace("first: greeting, ", "")))
    assert not is_called_over(replace(session, ended=True), flow(NEW))


def test_the_steps_on_which_somebody_stands() -> None:
    """Beneath a flow that is run, the step that runs it counts too."""
    session = walked("2", "a walk")
    assert steps_of(session, "hello") == ("later",)
    assert steps_of(session, "rest") == ("one",)
    assert steps_of(session, "other") == ()
