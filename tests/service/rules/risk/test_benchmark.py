"""The words of danger against a benchmark of messages, by language and family; the figures are printed.

`*_held_out.txt` was written before any rule was tuned and is never used to change one; `*_tuning.txt` grew with the rules, so its
figures flatter them. Both were written by the same hand as the rules and show no more than that the rules do what was meant.

More honest is how each batch was read when it was new, before any rule was changed for it (tier 2 and 3 found, English and
Spanish): held out 95 % and 94 %, a harder second batch 78 % and 83 %, a third 79 % and 67 %; a fourth and a fifth, mostly hints
and no plain words, 68 % and 65 %, then 65 % and 54 %; a sixth of plain words 97 %. Members' own words will do no better: people
read everything, and every miss that a person finds becomes a line of the tuning file.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.rules.risk import Lexicon, screen

HERE = Path(__file__).parent / "benchmark"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the benchmark: its family, the tier that people gave it, and the words."""

    family: str
    tier: int
    text: str


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("part", ["tuning", "held_out"])
def test_danger_is_found_and_ordinary_words_are_left_alone(lexicon: Lexicon, language: str, part: str) -> None:
    """At least 95 of 100 messages of tier 2 or 3 are found as such; under 2 of 100 ordinary ones raise an alarm."""
    messages = read(f"{language}_{part}.txt")
    found = {message: screen(lexicon, message.text).tier for message in messages}
    print(report(f"{language} {part}", found))  # noqa: T201 - the figures are the point
    assert share(found, {2, 3}, at_least=2) >= 0.95
    assert share(found, {0}, at_least=2) < 0.02
    assert share(found, {1}, at_least=1) >= 0.9


def test_neither_language_is_served_worse(lexicon: Lexicon) -> None:
    """Danger is found in Spanish within three points of English."""
    recall = {}
    for language in ("en", "es"):
        messages = [message for part in ("tuning", "held_out") for message in read(f"{language}_{part}.txt")]
        found = {message: screen(lexicon, message.text).tier for message in messages}
        recall[language] = share(found, {2, 3}, at_least=2)
    assert abs(recall["en"] - recall["es"]) <= 0.03


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_benchmark_is_large_enough_to_mean_something(language: str) -> None:
    """Each language has at least 400 messages, and at least 150 that no rule was made for."""
    held_out = len(read(f"{language}_held_out.txt"))
    assert held_out >= 150
    assert held_out + len(read(f"{language}_tuning.txt")) >= 400


def read(name: str) -> list[Message]:
    """The messages of a benchmark file: `## family`, then lines of a tier and a text."""
    family = ""
    messages = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            family = line.removeprefix("## ")
        elif line and not line.startswith("#"):
            messages.append(Message(family, int(line[0]), line[2:]))
    return messages


def share(found: dict[Message, int], tiers: set[int], *, at_least: int) -> float:
    """The share of messages of these tiers that were read at `at_least` or above."""
    read_as = [tier for message, tier in found.items() if message.tier in tiers]
    return sum(tier >= at_least for tier in read_as) / len(read_as)


def report(title: str, found: dict[Message, int]) -> str:
    """The figures in words, and every miss and false alarm."""
    missed = [message for message, tier in found.items() if message.tier >= 2 > tier]
    alarms = [message for message, tier in found.items() if message.tier == 0 and tier >= 2]
    lines = [
        f"{title}: {len(found)} messages",
        f"  tier 2 and 3 found: {share(found, {2, 3}, at_least=2):.1%}; tier 3 found as tier 3: {share(found, {3}, at_least=3):.1%}",
        f"  ordinary words that raise an alarm: {share(found, {0}, at_least=2):.1%}; concerns seen: {share(found, {1}, at_least=1):.1%}",
        *(f"  missed {count} in {family}" for family, count in Counter(message.family for message in missed).items()),
        *(f"  false alarm in {message.family}: {message.text}" for message in alarms if "held" not in title),
    ]
    return "\n".join(lines)
