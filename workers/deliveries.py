"""The task that looks for what is to be sent."""

from __future__ import annotations

from workers.app import app
from workers.process import peerline


@app.task(name="look_deliveries")
def look_deliveries() -> None:
    """Hand over everything that is ready, and settle what is uncertain. Safe to run twice, and at the same time."""
    peerline().deliveries.run()
