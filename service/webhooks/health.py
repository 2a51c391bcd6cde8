"""Open pages for whoever watches over the service: is it alive, can it take a text, and its numbers for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from service.health import Health

NUMBERS = {
    "oldest_due_seconds": "How long the oldest thing due has waited.",
    "oldest_unsent_seconds": "How long the oldest message that is ready has waited to be sent.",
    "oldest_safety_seconds": "How long the oldest alert or safety text that has not left was written ago.",
    "sent_seconds": "How long ago the provider last took a message of ours.",
    "clock_seconds": "How long ago a clock process showed a sign of life.",
    "canary_seconds": "How long ago a canary came all the way through.",
    "canaries_seconds": "How long ago the first canary was sent off.",
    "unsure_seconds": "How long ago the oldest message was tried of which it is not known whether the provider has it.",
    "looked_seconds": "How long ago the provider's list of what came in was read.",
    "quiet_seconds": "For how long nothing unasked goes out, because an older database was restored.",
}
COUNTS = {
    "unsent": "Messages that are ready and not sent.",
    "stuck": "Messages that were refused for now again and again.",
    "unsure": "Messages of which it is not known yet whether the provider has them.",
    "ended_lately": "Of the last thousand messages, those of the last hour that were handed over or failed.",
    "failed_lately": "Of those, the ones that failed or did not arrive.",
    "unsettled": "Texts that came in and are not decided.",
    "aside": "Timers set aside after failing, or failing again and again.",
    "waiting": "What waits for a person.",
    "alerts": "Alerts that nobody has taken.",
    "unreached": "Open alerts older than a minute of which nobody could be told by text or call.",
}


def health_pages(look: Callable[[], Health]) -> Blueprint:
    """/health/live, /health/ready and /metrics; `look` looks once, within two seconds. Nothing of people is in them."""
    pages = Blueprint("health", __name__)

    @pages.get("/health/live")
    def live() -> Response:
        return jsonify(status="live")

    @pages.get("/health/ready")
    def ready() -> tuple[Response, int]:
        health = look()
        return jsonify(_told(health)), 503 if health.status == "down" else 200

    @pages.get("/metrics")
    def metrics() -> Response:
        registry = CollectorRegistry()
        registry.register(_Measured(look()))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return pages


def _told(health: Health) -> dict[str, object]:
    schema = {None: "unknown", True: "current", False: "behind"}[health.schema_current]
    return {
        "status": health.status,
        "database": "ok" if health.database else "away",
        "schema": schema,
        "broker": "ok" if health.broker else "away",
        **{name: getattr(health, name) for name in NUMBERS},
        **{name: health.vitals and getattr(health.vitals, name) for name in COUNTS},
        "troubles": list(health.troubles),
    }


class _Measured(Collector):
    """One look as gauges; a number that cannot be told now is left out, so that nobody takes it for 0."""

    def __init__(self, health: Health) -> None:
        self.health = health

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _gauge("database_up", "Whether the database answers.", float(self.health.database))
        yield _gauge("broker_up", "Whether the broker answers.", float(self.health.broker))
        yield _gauge("ready", "Whether a text can be taken.", float(self.health.status != "down"))
        if self.health.vitals is not None:
            held = float(self.health.vitals.held_code is not None)
            yield _gauge(
                "account_refused", "Whether the provider refuses our account, so that routine texts wait.", held
            )
        for name, about in NUMBERS.items():
            if (seconds := getattr(self.health, name)) is not None:
                yield _gauge(name, about, seconds)
        for name, about in COUNTS.items():
            if self.health.vitals is not None:
                yield _gauge(name, about, getattr(self.health.vitals, name))


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"peerline_{name}", about, value=value)
