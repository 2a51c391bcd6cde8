"""Conditions: what they say, and what they refuse."""

import pytest

from flows.engine.conditions import ConditionProblem, Names, compile_condition
from flows.engine.kinds import Kind, Value
from flows.engine.problems import Place

NAMES = Names(
    {"feeling": Kind("number", 1, 5), "rhythm": Kind("one of", options=("morning", "ask")), "told": Kind("yes or no")},
    {
        "member.language": Kind("one of", options=("en", "es")),
        "local_time": Kind("time"),
        "specialist.on_duty": Kind("yes or no"),
    },
)


def holds(source: str, turn: int = 0, **kept: Value) -> bool:
    """Decide a condition for a member whose language is es, at nine, with a specialist on duty."""
    facts: dict[str, Value] = {"member.language": "es", "local_time": "09:00", "specialist.on_duty": True}
    return compile_condition(source, NAMES, Place(1, 1)).test(kept, facts, turn)


@pytest.mark.parametrize(
    "source",
    [
        "feeling <= 2",
        "1 <= feeling < 3",
        "not feeling > 2",
        "rhythm == 'ask'",
        "rhythm == ask",
        "rhythm in ['morning', ask]",
        "rhythm not in [morning]",
        "not (told and feeling == 2)",
        "member.language == es and specialist.on_duty",
        "local_time >= '8:30'",
        "specialist.on_duty == yes",
        "turn == 0 or feeling == 5",
    ],
)
def test_conditions_compare_kept_values_and_facts(source: str) -> None:
    """Each of these holds for a member who kept 2, ask and a no."""
    assert holds(source, feeling=2, rhythm="ask", told=False)


@pytest.mark.parametrize(
    "source",
    [
        "feeling <= 2",
        "not feeling <= 2",
        "feeling != 2",
        "told",
        "not told",
        "rhythm not in [ask]",
        "not (told or feeling == 1)",
    ],
)
def test_a_condition_on_a_value_that_was_not_kept_is_false(source: str) -> None:
    """What is unknown is neither so nor not so."""
    assert not holds(source)


def test_what_is_known_decides_where_it_can() -> None:
    """One unknown part does not hide a known one."""
    assert holds("feeling == 2 or turn == 0")
    assert holds("not (feeling == 2 and turn == 1)")


@pytest.mark.parametrize(
    ("source", "code", "offset", "mend"),
    [
        ("feling == 2", "names.value", 0, '"feeling"'),
        ("feeling == 'two'", "kinds.comparison", 11, "number 1 to 5"),
        ("turn == 'two'", "kinds.comparison", 8, "whole number"),
        ("feeling == 9", "kinds.comparison", 11, "number 1 to 5"),
        ("rhythm == mornin", "kinds.comparison", 10, '"morning"'),
        ("rhythm < 'ask'", "kinds.comparison", 0, "=="),
        ("feeling == rhythm", "kinds.comparison", 0, "one kind"),
        ("feeling in 3", "kinds.comparison", 0, "in ["),
        ("feeling", "kinds.comparison", 0, "=="),
        ("local_time > 8", "kinds.comparison", 13, "'18:30'"),
        ("feeling = 2", "form.condition", 8, "=="),
        ("len(rhythm) == 2", "form.condition", 0, "functions"),
        ("feeling + 1 == 2", "form.condition", 0, "sums"),
        ("().__class__.__mro__", "form.condition", 0, ""),
        ("member.language.x == 'en'", "form.condition", 0, ""),
        ("lambda: 1", "form.condition", 0, ""),
        ("1 == 1", "kinds.comparison", 0, "Name"),
        ("feeling ==", "form.condition", None, ""),
        ("(" * 300 + "told" + ")" * 300, "form.condition", None, ""),
        ("not " * 60 + "told", "form.condition", None, ""),
        ("told and " * 60 + "told", "form.condition", None, ""),
    ],
)
def test_a_wrong_condition_is_refused_with_its_place_and_a_mend(
    source: str, code: str, offset: int | None, mend: str
) -> None:
    """Names, kinds and anything beyond comparisons are judged before anything runs."""
    with pytest.raises(ConditionProblem) as caught:
        compile_condition(source, NAMES, Place(1, 1))

    assert caught.value.code == code
    assert offset is None or caught.value.offset == offset
    assert mend in caught.value.mend
