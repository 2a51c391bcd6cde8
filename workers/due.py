"""The task that looks for what is due."""

from __future__ import annotations

from workers.app import app
from workers.process import peerline


@app.task(name="look_due")
def look_due() -> None:
    """Carry out everything that is due now. Safe to run twice, and at the same time."""
    peerline().due.run()
