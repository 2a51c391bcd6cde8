"""Transcripts as people write them: a title, when it is, and then what is said, heard and how time passes.

# A comment
on 2027-03-02 at 09:55
Sam hears: *how is today going?*
Sam says: mal
later: 2 hours
until: 2027-03-03 09:00
next
Sam calls
Rosa is out of reach
Rosa has a landline
Rosa presses 1 when called
Rosa has busy when called
Rosa is told by phone: *press 1* [keys 1] *is yours*
no texts go out
texts go out again
nobody hears anything
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import requests

from service.gateways.keys import read_keys
from tests.cast import NUMBERS, write_cast
from tests.phone import Phone, Room
from tests.stack import ZONE, Stack

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class Transcript:
    """One transcript: its title, when it begins, and its lines with their numbers in the file."""

    title: str
    begins: datetime
    lines: tuple[tuple[int, str], ...]


def read_transcript(path: Path) -> Transcript:
    """The transcript of a file; its first line is the title."""
    numbered = [(number, line.strip()) for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)]
    lines = [(number, line) for number, line in numbered if line and not line.startswith("#")]
    (_, title), (_, begin), *rest = lines
    return Transcript(title, _moment(begin.removeprefix("on ").replace(" at ", " ")), tuple(rest))


def perform(transcript: Transcript, stack: Stack) -> None:
    """Play a transcript against a running stack, which is emptied first. Raises AssertionError with the line's number."""
    stack.begin_again(transcript.begins)
    write_cast(stack.settings.database_url, read_keys(stack.settings.keys), transcript.begins)
    stack.rest()
    room = Room(stack, {name: Phone(stack, name, number) for name, number in NUMBERS.items()})
    for number, line in transcript.lines:
        try:
            _perform(line, room)
        except AssertionError as problem:
            raise AssertionError(f"line {number}: {line}\n{problem}\n{_heard(room)}") from None
    room.nothing_unread("the end")
    problems = requests.get(f"{stack.simulator}/problems", timeout=10).json()
    assert problems == [], problems


def _perform(line: str, room: Room) -> None:
    for pattern, act in ACTS:
        found = re.fullmatch(pattern, line)
        if found:
            act(room, *found.groups())
            return
    raise AssertionError("this line means nothing; see tests/transcripts/reading.py")


def _says(room: Room, name: str, words: str) -> None:
    room.nothing_unread(f"{name} says")
    room.phones[name].says(words.format_map(_Known(room.known)))


def _hears(room: Room, name: str, pattern: str) -> None:
    room.phones[name].hears(pattern, room.known)


def _later(room: Room, many: str, unit: str) -> None:
    room.nothing_unread("time passes")
    room.stack.move(advance=str(int(many) * _SECONDS[unit]))


def _until(room: Room, moment: str) -> None:
    room.nothing_unread("time passes")
    room.stack.move(to=_moment(moment).isoformat())


def _next(room: Room) -> None:
    room.nothing_unread("time passes")
    room.stack.move(to="next")


def _calls(room: Room, name: str) -> None:
    room.nothing_unread(f"{name} calls")
    room.phones[name].calls()


def _out_of_reach(room: Room, name: str) -> None:
    _fault(room, kind="undelivered", count=1, to=room.phones[name].number)


def _fault(room: Room, **fault: str | int) -> None:
    assert requests.post(f"{room.stack.simulator}/faults", json=fault, timeout=10).status_code == 201


def _landline(room: Room, name: str) -> None:
    _fault(room, kind="undelivered", code=30006, count=1000, to=room.phones[name].number)


def _no_texts(room: Room) -> None:
    _fault(room, kind="undelivered", code=30034, count=1000)


def _texts_again(room: Room) -> None:
    requests.delete(f"{room.stack.simulator}/faults", timeout=10).raise_for_status()


def _presses(room: Room, name: str, keys: str) -> None:
    room.phones[name].answers("keys", *keys.split(", "))


def _answers(room: Room, name: str, how: str) -> None:
    room.phones[name].answers(how)


def _is_told(room: Room, name: str, pattern: str) -> None:
    room.phones[name].is_told(pattern, room.known)


def _nothing(room: Room) -> None:
    room.nothing_unread("here")


class _Known(dict[str, str]):
    """Leaves braces that nobody learnt as they are."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.strip()).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def _heard(room: Room) -> str:
    lines = []
    for phone in room.phones.values():
        lines += [f"  {phone.name}: {message['body']}" for message in phone.received()]
    with psycopg.connect(room.stack.settings.database_url) as connection:
        held = connection.execute(
            "select state, kind, reason::text from outbound where state not in ('sent', 'delivered')"
        ).fetchall()
        timers = connection.execute(
            "select kind, due_at, failures, aside from timers order by due_at limit 12"
        ).fetchall()
    lines += [f"  not sent: {' '.join(map(str, row))}" for row in held]
    lines += [f"  timer: {' '.join(map(str, row))}" for row in timers]
    lines += [f"  {log.name}: {log.read_text()[-1500:]}" for log in sorted(room.stack.folder.glob("*.log"))]
    return "heard so far:\n" + "\n".join(lines)


ACTS: tuple[tuple[str, Callable[..., None]], ...] = (
    (r"(\w+) says: ?(.*)", _says),
    (r"(\w+) hears: (.+)", _hears),
    (r"later: (\d+) (second|minute|hour|day)s?", _later),
    (r"until: (.+)", _until),
    (r"next", _next),
    (r"(\w+) calls", _calls),
    (r"(\w+) is out of reach", _out_of_reach),
    (r"(\w+) has a landline", _landline),
    (r"(\w+) presses (.+) when called", _presses),
    (r"(\w+) has (busy|no-answer|failed|silence|voicemail|echo|hang-up) when called", _answers),
    (r"(\w+) is told by phone: (.+)", _is_told),
    (r"no texts go out", _no_texts),
    (r"texts go out again", _texts_again),
    (r"nobody hears anything", _nothing),
)
