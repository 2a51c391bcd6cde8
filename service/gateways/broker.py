"""Asking the broker how it is, with short time-outs: it holds hints alone, so nothing may wait for it."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

WAIT = 0.8  # seconds to connect, and for each answer


def answers(redis_url: str) -> bool:
    """Whether the broker says PONG within a moment."""
    try:
        with _client(redis_url) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def eviction_policy(redis_url: str) -> str | None:
    """What the broker throws away when its memory is full (`noeviction` is right), or None where it does not tell."""
    try:
        with _client(redis_url) as client:
            return str(client.config_get("maxmemory-policy").get("maxmemory-policy")) or None
    except (RedisError, OSError):
        return None


def _client(redis_url: str) -> Redis:
    once = Retry(NoBackoff(), 0)
    return Redis.from_url(
        redis_url, socket_timeout=WAIT, socket_connect_timeout=WAIT, retry=once, decode_responses=True
    )
