"""What the provider remembers: every message and call, in the order in which they came."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.simulator.records import Call, Message


class Memory:
    """Messages, calls, and what went wrong; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._messages: dict[str, Message] = {}
        self._calls: dict[str, Call] = {}
        self._problems: list[dict[str, str]] = []
        self._stopped: set[tuple[str, str]] = set()

    def keep_message(self, message: Message) -> None:
        """Add a message, or put a later state in its place."""
        with self._lock:
            self._messages[message.sid] = message

    def keep_call(self, call: Call) -> None:
        """Add a call, or put a later state in its place."""
        with self._lock:
            self._calls[call.sid] = call

    def message(self, sid: str) -> Message | None:
        """Find a message by its sid."""
        return self._messages.get(sid)

    def call(self, sid: str) -> Call | None:
        """Find a call by its sid."""
        return self._calls.get(sid)

    def change_message(self, sid: str, **changes: Any) -> Message | None:  # noqa: ANN401 - fields of Message
        """Change fields of a message in one step; None when it was deleted meanwhile."""
        with self._lock:
            found = self._messages.get(sid)
            if found is None:
                return None
            self._messages[sid] = replace(found, **changes)
            return self._messages[sid]

    def delete_message(self, sid: str) -> None:
        """Forget a message."""
        with self._lock:
            self._messages.pop(sid, None)

    def messages(self, wanted: Callable[[Message], bool] = lambda _: True) -> list[Message]:
        """List messages, oldest first."""
        with self._lock:
            return [message for message in self._messages.values() if wanted(message)]

    def calls(self, wanted: Callable[[Call], bool] = lambda _: True) -> list[Call]:
        """List calls, oldest first."""
        with self._lock:
            return [call for call in self._calls.values() if wanted(call)]

    def add_problem(self, at: datetime, what: str, detail: str) -> None:
        """Note something that the service got wrong, for the page and GET /problems."""
        with self._lock:
            self._problems.append({"at": at.isoformat(), "what": what, "detail": detail})

    def problems(self) -> list[dict[str, str]]:
        """List what went wrong, oldest first."""
        with self._lock:
            return list(self._problems)

    def set_stopped(self, number: str, phone: str, *, stopped: bool) -> None:
        """Remember that a phone said stop (or start) to a number of ours; provider opt-out alone uses it."""
        with self._lock:
            (self._stopped.add if stopped else self._stopped.discard)((number, phone))

    def is_stopped(self, number: str, phone: str) -> bool:
        """Tell whether the provider refuses texts from this number of ours to this phone."""
        return (number, phone) in self._stopped

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for kept in (self._messages, self._calls, self._problems, self._stopped):
                kept.clear()
