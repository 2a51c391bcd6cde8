"""Splits of Studio: what they make of an answer, and of values that are known."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.importing.answers import MOST, MOST_CASES, Heard, words_of_pattern
from flows.importing.draft import Act, Decide, Go, Leave, Pass, Sign, Span, Way
from flows.importing.notes import Margin
from flows.importing.source import items, tables, words
from flows.importing.studio.context import Context, Row, properties, transition_of
from flows.importing.studio.liquid import has_liquid, paths_in, single_path
from flows.importing.texts import one_line

_AUTOMATIC = re.compile(r"if value |\{\{", re.IGNORECASE)
_LISTS = ("matches_any_of", "does_not_match_any_of")
_WORDS = ("equal_to", "matches_any_of", "contains", "starts_with", "regex")
_OTHERS = ("not_equal_to", "does_not_match_any_of", "does_not_contain", "does_not_start_with")
LOOSENED = {
    "contains": "words inside a longer reply",
    "starts_with": "words that begin a longer reply",
    "regex": "a pattern",
}
CONSENT = ("STOP and START are read by the service before any flow.", "The way for all other words is taken.")
_COMPARED: Mapping[str, Sign] = {
    "equal_to": "in",
    "matches_any_of": "in",
    "not_equal_to": "not in",
    "does_not_match_any_of": "not in",
    "less_than": "<",
    "greater_than": ">",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One way of a split: its condition, what it is about (a path), what it is compared with, and where it leads."""

    kind: str
    about: str | None
    values: tuple[str, ...]
    name: str
    to: str | None


def cases_of(context: Context, state: Row, margin: Margin) -> tuple[Case, ...]:
    """The ways of a split, in order; a way with several conditions is one that we have no counterpart for."""
    found = [row for row in tables(state.get("transitions")) if words(row.get("event")) == "match"]
    if len(found) > MOST_CASES:
        margin.note(f"There are more than {MOST_CASES} ways here.", "Those that come after them are left out.")
    return tuple(_case(context, state, row, margin) for row in found[:MOST_CASES])


def otherwise(context: Context, state: Row, margin: Margin) -> str | None:
    """Where a split leads when none of its conditions holds."""
    return context.goal(transition_of(state, ("noMatch",)), margin)


def about(state: Row) -> frozenset[str]:
    """Every path that a split looks at."""
    looked = [words(properties(state).get("input"))]
    for transition in tables(state.get("transitions")):
        looked += [words(item) for row in tables(transition.get("conditions")) for item in items(row.get("arguments"))]
    return frozenset(path for text in looked for path in paths_in(text))


def heard(case: Case, language: str) -> Heard | None:
    """What a way listens for in an answer; None where we have no counterpart."""
    if case.kind in ("is_not_blank", *_OTHERS):
        return Heard(case.name, case.to, open=True)
    if case.kind == "is_blank":
        return Heard(case.name, case.to)
    if any(map(has_liquid, case.values)) or not case.values:
        return None
    if case.kind in _WORDS:
        found = words_of_pattern(case.values[0]) if case.kind == "regex" else case.values
        return Heard(case.name, case.to, {language: found}) if found else None
    span = _span(case)
    return Heard(case.name, case.to, spans=(span,)) if span else None


def excepted(case: Case, language: str, to: str | None) -> Heard | None:
    """The words that a way with `not` excepts, which lead where nothing matches."""
    return Heard(f"not {case.name}", to, {language: case.values}) if case.kind in _OTHERS and case.values else None


def decide(context: Context, state: Row, margin: Margin) -> tuple[list[Act], Leave]:
    """A split on values: decided where all of them can be known, else the default way with a person told."""
    goal = otherwise(context, state, margin)
    found = cases_of(context, state, margin)
    if looks_at_consent(state):
        margin.note(*CONSENT)
        return [], Go(goal)
    if any(path.endswith(".AnsweredBy") for path in about(state)):
        return [], Go(next((case.to for case in found if "human" in case.values), goal))
    ways = [way for case in found if (way := _way(context, case)) is not None]
    if len(ways) == len(found):
        return [], Decide(tuple(ways), goal)
    looked = one_line(", ".join(sorted(about(state))) or "something", 80)
    margin.note(
        f"The way depends on {looked} here, which is not known to us.",
        "A person is told, and the default way is taken.",
    )
    return [Pass()], Go(goal)


def looks_at_consent(state: Row) -> bool:
    """Tell whether a split looks for STOP or START as Twilio reports them."""
    return any(path.endswith(".OptOutType") for path in about(state))


def _case(context: Context, state: Row, transition: Row, margin: Margin) -> Case:
    rows = tables(transition.get("conditions"))
    row: Row = rows[0] if len(rows) == 1 else {}
    kind, value = words(row.get("type")), words(row.get("value"))
    values = tuple(part.strip() for part in (value.split(",") if kind in _LISTS else [value]) if part.strip())
    looked = [words(item) for item in items(row.get("arguments"))] or [words(properties(state).get("input"))]
    shown = words(row.get("friendly_name"))
    name = shown if shown.strip() and not _AUTOMATIC.match(shown) else next(iter(values), "") or kind or "choice"
    return Case(kind, single_path(looked[0]), values, name, context.goal(transition, margin))


def _span(case: Case) -> Span | None:
    try:
        number = float(case.values[0])
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    spans = {"less_than": (0, math.ceil(number) - 1), "greater_than": (max(0, math.floor(number) + 1), MOST)}
    return spans.get(case.kind)


def _way(context: Context, case: Case) -> Way | None:
    name = context.names.placeholder(case.about) if case.about else None
    if (
        name is None
        or name == "me"
        or case.kind not in _COMPARED
        or not case.values
        or any(map(has_liquid, case.values))
    ):
        return None
    return Way(name, _COMPARED[case.kind], case.values, case.to)
