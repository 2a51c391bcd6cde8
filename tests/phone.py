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
    """One person's phone at the simulator; `read` counts the texts and `answered` the calls that they have heard so far."""

    stack: Stack
    name: str
    number: str
    read: int = 0
    answered: int = 0

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

    def answers(self, how: str, *digits: str) -> None:
        """When it is called from now on, answer so, pressing these keys one after the other."""
        answer = requests.post(self._url("answering"), data={"how": how, "digits": digits}, timeout=10)
        assert answer.status_code == 204, answer.text

    def is_told(self, pattern: str, known: dict[str, str]) -> None:
        """Listen to the next call to this phone, from its first word to its last, keys in brackets."""
        calls = self.unheard()
        assert calls, f"{self.name} was not called, expected: {pattern}"
        found = as_pattern(pattern, known).fullmatch(calls[0])
        assert found, f"{self.name} was told:\n  {calls[0]}\nexpected:\n  {pattern}"
        known.update(found.groupdict())
        self.answered += 1

    def unheard(self) -> list[str]:
        """The calls to this phone that were not listened to yet, as what was said in them, or how they ended without a word."""
        calls = [call for call in self._shown()["calls"] if call["direction"] == "in"][self.answered :]
        return [" ".join(said["text"] for said in call["said"]) or call["status"] for call in calls]

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
        return [
            m
            for m in self._shown()["messages"]
            if m["direction"] == "in" and m["status"] not in ("failed", "undelivered")
        ]

    def _shown(self) -> dict[str, Any]:
        found = requests.get(self.stack.simulator + f"/phones/{phone_path(self.number)}", timeout=10)
        return {"messages": [], "calls": []} if found.status_code == 404 else dict(found.json())

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
        """Fail where somebody had a text or a call that the transcript does not mention."""
        left = {phone.name: new for phone in self.phones.values() if (new := [*phone.unread(), *phone.unheard()])}
        assert not left, f"unread before {before!r}: {left}"
