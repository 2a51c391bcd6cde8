"""Celery over Redis: tasks that say "look now". They carry no data and may get lost; the database knows what is due.

Publishing to a Redis that hangs blocks for tens of seconds by default, so it has a second here, and only the clock
process publishes, never the request path.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Any

from celery import Celery

LOOKS = ("look_deliveries", "look_due")  # the names of the tasks; what is ready to be sent is not kept waiting
EXPIRES = 10  # seconds after which a hint is worth nothing: the clock gives new ones
_PUBLISH = 1.0  # seconds
_QUICKLY = 0.5  # seconds within which a connection that was kept may fail, so that a new one is worth a try
_REDELIVERY = 60  # seconds; what a killed worker had taken is only a hint, and the clock has given others by then


def worker_app(broker_url: str) -> Celery:
    """The application that workers run: no results, tasks acknowledged late, one taken at a time."""
    app = Celery("peerline", broker=broker_url)
    app.conf.update(
        task_ignore_result=True, task_store_errors_even_if_ignored=False, task_acks_late=True,
        task_reject_on_worker_lost=True, worker_prefetch_multiplier=1, worker_hijack_root_logger=False,
        worker_send_task_events=False, worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True, broker_connection_max_retries=None, task_default_queue="looks",
        broker_transport_options={
            "visibility_timeout": _REDELIVERY, "unacked_restore_interval": 5, "unacked_restore_throttle": 1,
            "socket_connect_timeout": 2, "socket_timeout": 10, "socket_keepalive": True, "health_check_interval": 5,
        },
    )  # fmt: skip
    return app


class Hints:
    """Publishes "look now" soon or not at all, on a connection that is kept: making one takes longer than all the rest.

    For one thread.
    """

    def __init__(self, broker_url: str) -> None:
        self._app = Celery("peerline", broker=broker_url)
        self._app.conf.update(
            task_ignore_result=True, task_default_queue="looks", broker_connection_timeout=_PUBLISH,
            broker_transport_options={
                "socket_timeout": _PUBLISH, "socket_connect_timeout": _PUBLISH, "retry_on_timeout": False, "max_retries": 0,
            },
        )  # fmt: skip
        self._producer: Any = None  # the library has no types

    def publish(self, *names: str) -> bool:
        """Publish these tasks; returns whether the broker took them all."""
        kept, began = self._producer is not None, time.monotonic()
        if self._took(names):
            return True
        # The broker may have been started anew since the last hint; one that hangs is not asked twice.
        return kept and time.monotonic() - began < _QUICKLY and self._took(names)

    def close(self) -> None:
        """Let go of the connection."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                producer.connection.close()

    def _took(self, names: Sequence[str]) -> bool:
        try:
            self._producer = self._producer or self._open()
            for name in names:
                self._app.send_task(name, producer=self._producer, expires=EXPIRES, ignore_result=True, retry=False)
        except Exception:  # noqa: BLE001 - a hint that cannot be given is given up, whatever the library raises
            self.close()
            return False
        return True

    def _open(self) -> Any:  # noqa: ANN401 - the library has no types
        connection = self._app.connection_for_write()
        connection.ensure_connection(max_retries=1, timeout=_PUBLISH)
        return self._app.amqp.Producer(connection)
