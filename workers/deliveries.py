"""The task that looks for what is to be sent, and for whom is to be called."""

from __future__ import annotations

import threading

import structlog
from celery.signals import worker_init

from workers.app import app
from workers.process import peerline

log = structlog.get_logger()


@app.task(name="look_deliveries")
def look_deliveries() -> None:
    """Place the calls, hand over everything that is ready, and settle what is uncertain. Safe to run twice, and at the same time."""
    peerline().dialing.run()
    peerline().deliveries.run()


@worker_init.connect
def _begin(**_: object) -> None:
    """A worker that starts may find alerts that have waited for it: it looks once without being told, while Celery comes up."""
    threading.Thread(target=_first_look, name="first look", daemon=True).start()


def _first_look() -> None:
    try:
        look_deliveries()
    except Exception as problem:  # noqa: BLE001 - as for a task: the next look finds what is left
        log.warning("the first look failed", kind=type(problem).__name__)
