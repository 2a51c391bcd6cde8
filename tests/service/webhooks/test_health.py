"""The open pages for whoever watches over the service."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from service.health import Health, health_of
from service.store.vitals import Vitals, expected_revision
from service.webhooks.health import health_pages

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
WELL = Vitals(
    expected_revision(),
    due_since=NOW - timedelta(seconds=7),
    clock_at=NOW,
    sent_at=NOW - timedelta(hours=2),
    waiting=3,
    alerts=1,
)


def phone_home(health: Health) -> FlaskClient:
    """A page that tells this health."""
    app = Flask(__name__)
    app.register_blueprint(health_pages(lambda: health))
    return app.test_client()


def healthy(*, broker: bool = True) -> Health:
    """A service with everything there."""
    return health_of(WELL, broker=broker, now=NOW, machine=NOW)


AWAY = health_of(None, broker=False, now=NOW, machine=NOW)


def test_live_is_200_whatever_is_away() -> None:
    """A process that answers is alive; starting it again would not bring a database back."""
    assert phone_home(AWAY).get("/health/live").status_code == 200


def test_ready_tells_the_numbers() -> None:
    """Whoever watches sees what waits, since when."""
    answer = phone_home(healthy()).get("/health/ready")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "ready"
    assert answer.json["schema"] == "current"
    assert (answer.json["oldest_due_seconds"], answer.json["oldest_unsent_seconds"]) == (7, 0)
    assert answer.json["waiting"] == 3


def test_ready_is_503_without_a_database() -> None:
    """A balancer must send texts elsewhere, or the provider must try again."""
    answer = phone_home(AWAY).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["database"], answer.json["schema"]) == ("away", "unknown")


def test_ready_is_200_without_a_broker() -> None:
    """Texts are taken without it, so it is no reason to send them elsewhere."""
    answer = phone_home(healthy(broker=False)).get("/health/ready")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["status"], answer.json["broker"]) == ("degraded", "away")


def test_metrics_have_the_same_numbers() -> None:
    """Prometheus reads what the page tells."""
    text = phone_home(healthy()).get("/metrics").text
    assert "peerline_oldest_due_seconds 7.0" in text
    assert "peerline_sent_seconds 7200.0" in text
    assert "peerline_waiting 3.0" in text
    assert "peerline_ready 1.0" in text


def test_metrics_leave_out_what_is_not_known() -> None:
    """A number that cannot be told must not be read as nothing waiting."""
    text = phone_home(AWAY).get("/metrics").text
    assert "peerline_database_up 0.0" in text
    assert "oldest_due" not in text
    assert "waiting" not in text
