"""Proof 8, clashes: two replies of one step that share a word or a number, in one language or across languages."""

from collections.abc import Mapping
from itertools import combinations

from flows.engine.catalogue import Catalogue
from flows.engine.flow import Ask, Flow, Reply, Wait
from flows.engine.numbers import read_number
from flows.engine.outline import verbs_of
from flows.engine.parse.replies import ANY_NUMBER, phrases
from flows.engine.problems import Problems


def check_clashes(flow: Flow, catalogue: Catalogue, problems: Problems) -> None:
    """Note every word and number that two replies of one step share; a member may mix languages, so all are compared.

    A reply that uses one of the service's own words (SKIP, CALL) is only warned of: the step's meaning goes first.
    """
    for verb in verbs_of(flow):
        if isinstance(verb, Ask | Wait):
            _check_words(verb.replies, problems)
            _check_numbers(verb.replies, problems)
            _check_kinds(verb.replies, problems)
            _check_service_words(verb.replies, catalogue, problems)


def _check_words(replies: Mapping[str, Reply], problems: Problems) -> None:
    owners: dict[str, Reply] = {}
    for reply in replies.values():
        for phrase in phrases(reply):
            owner = owners.setdefault(phrase, reply)
            if owner is not reply:
                message = f'"{phrase}" is a word of the reply "{owner.name}" and of "{reply.name}".'
                problems.error("clash.word", reply.place, message, "Take it out of one of them.")


def _check_numbers(replies: Mapping[str, Reply], problems: Problems) -> None:
    for one, other in combinations(replies.values(), 2):
        shared = _shared(one, other)
        if shared is not None:
            message = f'The number {shared} is a reply "{one.name}" and a reply "{other.name}".'
            problems.error("clash.number", other.place, message, "Let the ranges stop before each other.")


def _shared(one: Reply, other: Reply) -> int | None:
    """A number that two replies share, by their ranges or by number words among their words."""
    for low, high in one.ranges:
        for other_low, other_high in other.ranges:
            if max(low, other_low) <= min(high, other_high):
                return max(low, other_low)
    return _spoken(one, other) if _spoken(one, other) is not None else _spoken(other, one)


def _spoken(one: Reply, other: Reply) -> int | None:
    """A number that one reply takes by its range and the other by a word, such as `two`."""
    numbers = (read_number(phrase) for phrase in phrases(other))
    ranges = [span for span in one.ranges if span != ANY_NUMBER]
    return next((n for n in numbers if n is not None and any(low <= n <= high for low, high in ranges)), None)


def _check_kinds(replies: Mapping[str, Reply], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for reply in replies.values():
        if reply.kind and seen.setdefault(reply.kind, reply.name) != reply.name:
            message = f'Both "{seen[reply.kind]}" and "{reply.name}" are {reply.kind}.'
            problems.error("clash.word", reply.place, message, "Keep one of them.")


def _check_service_words(replies: Mapping[str, Reply], catalogue: Catalogue, problems: Problems) -> None:
    for reply in replies.values():
        taken = [phrase for phrase in phrases(reply) if phrase in catalogue.service_words]
        if taken:
            message = f'"{taken[0]}" is a word of the service; at this step it means "{reply.name}" instead.'
            problems.warning("clash.service-word", reply.place, message, "Leave it if that is what you mean.")
