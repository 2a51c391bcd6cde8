"""What happens when the service calls a phone: who or what picks up, and which keys are pressed."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What never gets as far as a conversation, by the provider's own words.
UNANSWERED = frozenset({"busy", "no-answer", "failed"})
# What picks up. Only `keys` ever presses any; an echo says back what it hears, as some mailboxes and faulty lines do.
PICKED_UP = frozenset({"keys", "silence", "voicemail", "echo", "hang-up"})


@dataclass(frozen=True, slots=True)
class Pickup:
    """How a phone answers, and the keys that are pressed, one entry for each time that some are asked for."""

    how: str = "silence"
    keys: tuple[str, ...] = ()


class UnknownPickup(ValueError):
    """A way of answering that this simulator does not know; says what to write instead."""


class Pickups:
    """How each phone answers; one of which nothing was said picks up and presses nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Pickup] = {}

    def set(self, number: str, pickup: Pickup) -> None:
        """Let a phone answer so from now on."""
        with self._lock:
            self._known[number] = pickup

    def of(self, number: str) -> Pickup:
        """How a phone answers."""
        return self._known.get(number, Pickup())

    def clear(self) -> None:
        """Forget what was said of phones."""
        with self._lock:
            self._known.clear()


def read_pickup(wish: Mapping[str, Any]) -> Pickup:
    """Read what was posted: `how`, and `digits` once or several times. Raises UnknownPickup."""
    digits = wish.get("digits", [])
    keys = tuple(str(key) for key in digits) if isinstance(digits, list) else (str(digits),)
    how = str(wish.get("how") or ("keys" if keys else ""))
    if how not in UNANSWERED | PICKED_UP:
        msg = f"no phone answers like {how!r}; choose one of {', '.join(sorted(UNANSWERED | PICKED_UP))}"
        raise UnknownPickup(msg)
    return Pickup(how, keys)
