"""Phones as transcripts use them: they say, they hear, time passes; nothing that arrives may be left unread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.stack import PATIENCE, Stack, phone_path

_CAPTURE = re.compile(r"\\\{([a-z]+)\\\}")


@dataclass
class Phone:
    """One person's phone at the simulator; `read` counts what they have heard so far."""

    stack: Stack
    name: str
    number: str
    read: int = 0

    def says(self, text: str) -> None:
        """Text the organisation, and wait until everything that follows has happened."""
        answer = requests.post(self._url("texts"), data={"text": text}, timeout=PATIENCE)
        assert answer.status_code == 201, answer.text
        assert answer.json()["webhook_status"] == 200, answer.text
        self.stack.rest()

    def calls(self) -> None:
        """Call the organisation."""
        answer = requests.post(self._url("calls"), timeout=PATIENCE)
        assert answer.status_code == 201, answer.text
        self.stack.rest()

    def hears(self, pattern: str, known: dict[str, str]) -> None:
        """Read the next text, which must be as the pattern says: `*` is any words, `{name}` is kept or must be as kept."""
        unread = self.unread()
        assert unread, f"{self.name} heard nothing, expected: {pattern}"
        found = as_pattern(pattern, known).fullmatch(unread[0])
        assert found, f"{self.name} heard:\n  {unread[0]}\nexpected:\n  {pattern}"
        known.update(found.groupdict())
        self.read += 1

    def unread(self) -> list[str]:
        """What has arrived and was not heard yet."""
        return [message["body"] for message in self.received()][self.read :]

    def received(self) -> list[dict[str, Any]]:
        """Every text that reached this phone, in order."""
        found = requests.get(self.stack.simulator + f"/phones/{phone_path(self.number)}", timeout=10)
        if found.status_code == 404:
            return []
        return [
            m
            for m in found.json()["messages"]
            if m["direction"] == "in" and m["status"] not in ("failed", "undelivered")
        ]

    def _url(self, what: str) -> str:
        return self.stack.simulator + f"/phones/{phone_path(self.number)}/{what}"


def as_pattern(pattern: str, known: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern of a transcript as a regular expression."""
    plain, new = re.escape(pattern).replace(r"\*", ".*"), set[str]()
    return re.compile(_CAPTURE.sub(lambda found: _slot(found[1], known, new), plain), re.DOTALL)


def _slot(name: str, known: Mapping[str, str], new: set[str]) -> str:
    if name in known:
        return re.escape(known[name])
    if name in new:
        return f"(?P={name})"
    new.add(name)
    return f"(?P<{name}>[^\\s\\[\\],.]+)"


@dataclass
class Room:
    """Everybody of one transcript, and what they learnt from their phones (tags, codes)."""

    stack: Stack
    phones: dict[str, Phone] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def nothing_unread(self, before: str) -> None:
        """Fail where somebody has a text that the transcript does not mention."""
        left = {phone.name: unread for phone in self.phones.values() if (unread := phone.unread())}
        assert not left, f"unread before {before!r}: {left}"
