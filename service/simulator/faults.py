"""Faults on request: what the provider is to do wrong, how often, and to whom."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

# Before the message is accepted: nothing is kept, nothing reaches a phone.
REFUSALS = frozenset({"refuse", "error", "429", "500-before", "drop"})
# After it is accepted: it reaches the phone, but the answer does not reach the service.
LOST_ANSWERS = frozenset({"500-after", "hang", "reset"})
REQUESTS = REFUSALS | LOST_ANSWERS
OUTCOMES = frozenset({"undelivered", "failed"})
CALLBACKS = frozenset({"lost-callback", "late-callback", "duplicate-callback", "reordered", "early-callback"})
# A text from a phone that is accepted, and of which the service is never told; `to` is the phone.
WEBHOOKS = frozenset({"lost-webhook"})
KINDS = REQUESTS | OUTCOMES | CALLBACKS | WEBHOOKS


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault, the number of messages it still strikes, and the one recipient it is for, if any.

    `code` is the provider's error code of an error or an outcome; `seconds` is the delay of a late callback or a hang.
    """

    kind: str
    count: int = 1
    to: str | None = None
    code: int = 30003
    seconds: float = 30.0


class UnknownFault(ValueError):
    """A fault that this simulator does not know, or whose numbers make no sense; says what to write instead."""


class Faults:
    """The faults still to come, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Ask for a fault."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, kinds: frozenset[str], to: str) -> Fault | None:
        """Take the oldest fault among `kinds` that strikes a request to this recipient, and count it."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.kind in kinds and fault.to in (None, to):
                    self._count_down(index)
                    return fault
            return None

    def waiting(self) -> list[dict[str, Any]]:
        """List what is still to come."""
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._waiting.clear()

    def _count_down(self, index: int) -> None:
        fault = self._waiting[index]
        if fault.count > 1:
            self._waiting[index] = replace(fault, count=fault.count - 1)
        else:
            del self._waiting[index]


def read_fault(wish: Mapping[str, Any]) -> Fault:
    """Read what was posted to /faults: kind, and if wanted count, to, code, seconds. Raises UnknownFault."""
    kind = str(wish.get("kind", ""))
    if kind not in KINDS:
        msg = f"no fault is called {kind!r}; choose one of {', '.join(sorted(KINDS))}"
        raise UnknownFault(msg)
    try:
        count, code = int(wish.get("count", 1)), int(wish.get("code", 30003))
        seconds = float(wish.get("seconds", 30.0))
    except (TypeError, ValueError):
        msg = "count, code and seconds are numbers"
        raise UnknownFault(msg) from None
    if count < 1:
        msg = "count is 1 or more; DELETE /faults ends all faults"
        raise UnknownFault(msg)
    return Fault(kind, count, wish.get("to") or None, code, seconds)
