"""What is looked at when a process starts: whether the database keeps what it was given, and the broker throws nothing away.

A server that is away at start is no reason to stop: processes wait for it. A server that would lose what was answered is.
"""

from __future__ import annotations

import structlog

from config.settings import Settings
from service.gateways.broker import eviction_policy
from service.store.database import AWAY, Pool, weak_settings

log = structlog.get_logger()


class Unsound(RuntimeError):
    """The servers would lose accepted work; each line of the message says what to set."""


def demand_soundness(settings: Settings, pool: Pool) -> None:
    """Raise Unsound where the database or the broker is set up to forget; say so in the log in the demo and in tests."""
    found = (*_database(pool), *_broker(settings))
    if not found:
        return
    if settings.mode == "live":
        raise Unsound("\n".join(found))
    for weakness in found:
        log.warning("set up to forget", what=weakness)


def _database(pool: Pool) -> tuple[str, ...]:
    try:
        with pool.connection() as connection:
            return weak_settings(connection)
    except AWAY:
        return ()


def _broker(settings: Settings) -> tuple[str, ...]:
    policy = eviction_policy(settings.redis_url)
    if policy in (None, "noeviction"):
        return ()
    return (f"Redis has maxmemory-policy {policy}: set it to noeviction, or hints to the workers are thrown away",)
