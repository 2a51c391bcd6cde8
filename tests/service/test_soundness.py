"""A process does not start on servers that forget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.settings import Settings
from service.soundness import Unsound, demand_soundness
from service.store.database import open_pool
from tests.service.settings import made_up_settings


@pytest.fixture
def live(database_url: str, redis_url: str) -> Settings:
    """Settings in earnest over the tests' servers, which keep what they are given."""
    return replace(made_up_settings(), database_url=database_url, redis_url=redis_url, mode="live")


def test_durable_servers_are_taken(live: Settings) -> None:
    """Everything as it should be: the process starts."""
    with open_pool(live.database_url) as pool:
        demand_soundness(live, pool)


def test_a_database_that_answers_before_it_keeps_is_refused(live: Settings) -> None:
    """synchronous_commit off: an answered text could be lost, so the start fails with the setting to change."""
    weak = live.database_url + ("&" if "?" in live.database_url else "?") + "options=-c%20synchronous_commit%3Doff"
    with open_pool(weak) as pool:
        with pytest.raises(Unsound, match="synchronous_commit"):
            demand_soundness(live, pool)
        demand_soundness(replace(live, mode="test"), pool)


def test_a_database_that_is_away_is_waited_for(live: Settings) -> None:
    """No answer is no weakness: the process starts and waits."""
    with open_pool("postgresql://nobody@127.0.0.1:1/none") as pool:
        demand_soundness(live, pool)
