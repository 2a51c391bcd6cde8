"""Proof 14, people inside: who would have nowhere to go when a new version takes a flow's place."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.flow import Flow
from flows.engine.problems import Problems


@dataclass(frozen=True, slots=True)
class Standing:
    """How many people stand on a step, and where they would be in the new version (None: nowhere)."""

    step: str
    people: int
    goes_to: str | None


def standings(new: Flow, people: Mapping[str, int]) -> tuple[Standing, ...]:
    """Where people who stand on steps of the old version would stand in a new one.

    A step keeps its people by its name, or by `renamed:`. Everyone else finishes on the version they began with.
    """
    return tuple(Standing(step, count, _place(new, step)) for step, count in sorted(people.items()) if count)


def check_people(new: Flow, people: Mapping[str, int], problems: Problems) -> None:
    """Note every step that goes away while somebody stands on it."""
    for standing in standings(new, people):
        if standing.goes_to is None:
            message = f'{standing.people} people stand on the step "{standing.step}", which this version does not have.'
            mend = f"They finish on their version; to take them over, add renamed: {{{standing.step}: STEP}}."
            problems.warning("people.stranded", new.place, message, mend)


def _place(new: Flow, step: str) -> str | None:
    goal = new.renamed.get(step, step)
    return goal if goal in new.steps else None
