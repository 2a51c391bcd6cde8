"""Every transcript of this folder, played on real servers: they say, we say, time passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.stack import Stack, running_stack
from tests.transcripts.reading import perform, read_transcript
from tests.twilio_description import MESSAGES, form_of, form_schema, needs_description, problems

FILES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.fixture(scope="module")
def stack(database_url: str, redis_url: str) -> Iterator[Stack]:
    """One Peerline in processes for all transcripts of this test process."""
    with running_stack(database_url, redis_url) as running:
        yield running


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_transcript(file: Path, stack: Stack) -> None:
    """What the transcript says is what the phones say, word for word and in order."""
    perform(read_transcript(file), stack)


@needs_description
def test_what_we_ask_of_the_provider_is_as_it_describes(stack: Stack) -> None:
    """Every request of a whole conversation is one that Twilio's own description allows."""
    perform(read_transcript(Path(__file__).with_name("danger-by-day.txt")), stack)
    asked = requests.get(f"{stack.simulator}/requests", timeout=10).json()
    created = [one for one in asked if one["method"] == "POST"]
    assert len(created) >= 10
    assert [found for one in created for found in problems(form_schema(MESSAGES), form_of(one))] == []
