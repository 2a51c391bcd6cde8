"""Every transcript of this folder, played on real servers: they say, we say, time passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack, running_stack
from tests.transcripts.reading import perform, read_transcript

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
