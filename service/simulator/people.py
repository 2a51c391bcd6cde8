"""Whose phones there are: the people whom the service names, and other numbers that were seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.simulator.travel import read_state
from service.simulator.world import World

# Somebody whom the service does not know, so that a text from a stranger can be tried; a number kept for fiction.
STRANGER = "+12025550199"
ROLES = ("member", "specialist", "coordinator", "supervisor", "unknown")


@dataclass(frozen=True, slots=True)
class Person:
    """Whose phone it is. `zone` is theirs where the service tells it; a number it does not know is its own name."""

    number: str
    name: str
    role: str = "unknown"
    language: str = "en"
    zone: str | None = None


def find_people(world: World) -> list[Person]:
    """List the people whom the service names, in its order, then numbers that were seen, as unknown."""
    state = read_state(world)
    named = [_read_person(told) for told in (state.people if state else ())]
    known = {person.number for person in named}
    return named + [Person(number, number) for number in _seen_numbers(world) if number not in known]


def find_choices(world: World) -> list[Person]:
    """List the phones to choose from: everybody by role, and a stranger."""
    people = find_people(world)
    if all(person.number != STRANGER for person in people):
        people.append(Person(STRANGER, "A stranger"))
    return sorted(people, key=lambda person: ROLES.index(person.role))


def choose(people: Iterable[Person], number: str | None, role: str) -> Person:
    """Choose the phone that was asked for, else the first of that role, else the first of all."""
    everybody = list(people)
    named = [person for person in everybody if person.number == number]
    return (named or [person for person in everybody if person.role == role] or everybody)[0]


def zone_of(world: World, person: Person) -> ZoneInfo:
    """The person's zone, or the organisation's where theirs is not known."""
    try:
        return ZoneInfo(person.zone) if person.zone else world.options.zone
    except (ZoneInfoNotFoundError, ValueError):
        return world.options.zone


def _read_person(told: dict[str, str]) -> Person:
    role = told.get("role", "")
    number = told["number"]
    return Person(
        number=number,
        name=told.get("name") or number,
        role=role if role in ROLES else "unknown",
        language=told.get("language") or "en",
        zone=told.get("zone"),
    )


def _seen_numbers(world: World) -> list[str]:
    ours = set(world.options.numbers)
    ends = [(message.sender, message.recipient) for message in world.memory.messages()]
    ends += [(call.sender, call.recipient) for call in world.memory.calls()]
    return [number for number in dict.fromkeys(end for pair in ends for end in pair) if number not in ours]
