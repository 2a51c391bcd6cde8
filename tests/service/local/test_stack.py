from collections.abc import Iterator
from pathlib import Path

import pytest

from service.local.problems import LocalProblem
from service.local.stack import Stack
from tests.service.local.dummies import dummy, read


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack that is stopped at the end whatever the test did."""
    made = Stack(lambda _line: None)
    yield made
    made.stop(["a", "b", "c"])


def test_programs_start_in_order_and_stop_in_theirs(stack: Stack, tmp_path: Path) -> None:
    """Each program has ended before the next one is told to, so that what the last ones need is there to the last."""
    for name in ("a", "b", "c"):
        stack.start(dummy(name, tmp_path))
    stack.stop(["b", "c", "a"])
    assert read(tmp_path / "diary") == ["a up", "b up", "c up", "b down", "c down", "a down"]


def test_steps_are_said_in_words(tmp_path: Path) -> None:
    """Whoever waits sees what is started and stopped."""
    said: list[str] = []
    stack = Stack(said.append)
    stack.start(dummy("a", tmp_path))
    stack.stop(["a"])
    assert said == ["Starting a ...", "Stopping a ..."]


def test_a_program_that_ends_while_starting_is_quoted(stack: Stack, tmp_path: Path) -> None:
    """What it wrote last says why, so it is shown and not only kept in a log."""
    with pytest.raises(LocalProblem, match="no room for me"):
        stack.start(dummy("a", tmp_path, "import sys; sys.exit('no room for me')"))


def test_a_killed_program_can_be_started_again(stack: Stack, tmp_path: Path) -> None:
    """Fault tests kill a part and bring it back; it had no time to say goodbye."""
    stack.start(dummy("a", tmp_path))
    before = stack.pid("a")
    stack.kill("a")
    stack.restart("a")
    assert stack.pid("a") != before
    assert read(tmp_path / "diary") == ["a up"]


def test_a_program_that_ends_by_itself_is_noticed(stack: Stack, tmp_path: Path) -> None:
    """The demo does not go on as if nothing were missing."""
    stack.start(dummy("a", tmp_path))
    stack.check()
    stack.kill("a")
    with pytest.raises(LocalProblem, match="a ended by itself"):
        stack.check()


def test_what_ended_is_named_and_launched_again(stack: Stack, tmp_path: Path) -> None:
    """Whoever keeps programs running sees which one ended, and does not wait for the new one to answer."""
    part = dummy("a", tmp_path)
    stack.start(part)
    assert stack.ended() == ()
    stack.kill("a")
    assert stack.ended() == ("a",)
    stack.launch(part)
    assert stack.ended() == ()
