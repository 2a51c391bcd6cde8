"""Deliveries against a real database and a real provider, both on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.twilio_errors import load_twilio_errors
from service.deliveries.choosing import Limits
from service.deliveries.runner import Deliveries
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.gateways.twilio import open_provider
from service.store.database import open_pool
from tests.service.deliveries.office import Office
from tests.service.settings import ROOT, made_up_settings
from tests.service.simulator.conftest import simulator, start
from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import ACCOUNT, OURS, Simulator
from tests.stored import KEYS

__all__ = ["simulator", "start"]


@pytest.fixture
def office(database: str, simulator: Simulator, tmp_path: Path) -> Iterator[Office]:
    """A sender's office with nothing in it yet; half a second is long for this provider."""
    clock_file = tmp_path / "clock.json"
    settings = made_up_settings(
        TWILIO_API_URL=simulator.url, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN,
        PUBLIC_URL=simulator.service.public_url, PEERLINE_CLOCK=str(clock_file),
    )  # fmt: skip
    provider = open_provider(settings, OURS, load_twilio_errors(ROOT / "config"), read=0.5)
    pool = open_pool(database)
    deliveries = Deliveries(
        pool,
        KEYS,
        provider,
        Clock(clock_file),
        Limits(1000.0),
        settings.public_url,
        new_id,
        lambda: None,
        lambda _: None,
        concurrency=16,  # more at once would keep this provider busy for longer than that
    )
    made = Office(database, simulator, deliveries, clock_file, provider)
    made.set_clock(datetime(2026, 3, 6, 15, 0, tzinfo=UTC))
    yield made
    deliveries.close()
    pool.close()
