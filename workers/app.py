"""The Celery application: `celery -A workers.app:app worker`."""

from __future__ import annotations

import logging
import os
from typing import Any

from celery.signals import setup_logging

from config.logging import configure_logging
from config.settings import read_settings
from service.gateways.jobs import worker_app

app = worker_app(read_settings(os.environ).broker_url)
app.conf.imports = ("workers.due", "workers.deliveries")


@setup_logging.connect
def _log(**_: Any) -> None:  # noqa: ANN401 - what a signal hands in
    """Our own logging in place of Celery's: ids only, and no line for each hint that comes and goes."""
    configure_logging()
    for name in ("celery.worker.strategy", "celery.worker.request", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)
