"""What stands on a phone's screen, ready to be shown: texts and calls in order, with times for people."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.simulator.people import Person, zone_of
from service.simulator.records import Call, Message, Said
from service.simulator.world import World

_STATES = {
    "queued": "on its way",
    "sent": "on its way",
    "delivered": "arrived",
    "undelivered": "did not arrive",
    "failed": "not sent",
    "received": "sent",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A text or a call on the screen: `came` to this phone or went from it, `lost` if it never arrived.

    `kind` is text or call, `said` the words of a call.
    """

    sid: str
    kind: str
    came: bool
    at: datetime
    time: str
    state: str
    body: str = ""
    lost: bool = False
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """One phone: whose it is, the time there, and its lines, oldest first."""

    owner: Person
    time: str
    lines: tuple[Line, ...]


def read_screen(world: World, owner: Person) -> Screen:
    """Read what is on a person's phone, with times in that person's zone."""
    zone, number = zone_of(world, owner), owner.number
    messages = world.memory.messages(lambda message: number in (message.sender, message.recipient))
    calls = world.memory.calls(lambda call: number in (call.sender, call.recipient))
    lines = [_text_line(message, number, zone) for message in messages]
    lines += [_call_line(call, number, zone) for call in calls]
    return Screen(owner, show_time(world.clock.now(), zone), tuple(sorted(lines, key=lambda line: line.at)))


def show_time(instant: datetime, zone: ZoneInfo) -> str:
    """Write a moment for people: Fri 6 Mar, 9:05 am."""
    local = instant.astimezone(zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{local:%a} {local.day} {local:%b}, {local.hour % 12 or 12}:{local:%M} {half}"


def _text_line(message: Message, number: str, zone: ZoneInfo) -> Line:
    segments = "1 segment" if message.segments == 1 else f"{message.segments} segments"
    error = f", error {message.error_code}" if message.error_code else ""
    state = f"{_STATES.get(message.status, message.status)}, {segments}{error}"
    time = show_time(message.at, zone)
    lost = message.status in {"undelivered", "failed", "canceled"}
    return Line(message.sid, "text", message.sender != number, message.at, time, state, message.body, lost)


def _call_line(call: Call, number: str, zone: ZoneInfo) -> Line:
    time = show_time(call.at, zone)
    return Line(call.sid, "call", call.sender != number, call.at, time, call.status, said=call.said)
