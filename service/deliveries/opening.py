"""One process's deliveries, put together from its settings and files."""

from __future__ import annotations

import os
from collections.abc import Callable

from config.settings import Settings
from config.twilio_errors import load_twilio_errors
from service.deliveries.choosing import Limits
from service.deliveries.dialing import Dialing
from service.deliveries.runner import Deliveries
from service.gateways.clock import Clock
from service.gateways.crashing import crash_points
from service.gateways.ids import new_id
from service.gateways.keys import KeyRing
from service.gateways.twilio import open_provider
from service.rules.setting import Setting
from service.store.database import Pool


def open_deliveries(
    settings: Settings, setting: Setting, pool: Pool, keys: KeyRing, clock: Clock, poke: Callable[[], None]
) -> Deliveries:
    """Deliveries from the organisation's main number. Raises TwilioErrorsProblem where the data file has mistakes."""
    organisation = setting.organisation
    provider = open_provider(settings, organisation.main_number, load_twilio_errors(settings.config_dir))
    limits = Limits(organisation.sender_rate, organisation.spend_cap, organisation.countries, organisation.zone)
    return Deliveries(
        pool, keys, provider, clock, limits, settings.public_url, new_id, poke,
        crash_points(settings, os.environ),
    )  # fmt: skip


def open_dialing(settings: Settings, deliveries: Deliveries) -> Dialing:
    """The calls of the process whose texts these are."""
    return Dialing(
        deliveries.pool, deliveries.keys, deliveries.provider, deliveries.clock, settings.public_url, new_id,
        deliveries.poke, deliveries.crash,
    )  # fmt: skip
