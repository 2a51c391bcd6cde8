"""Asks the lexicon about one message."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from service.rules.normalise import fold
from service.rules.risk.lexicon import CompiledRule, LanguageLexicon, Lexicon, Trigger
from service.rules.risk.reading import SENTENCE_END, read_plainly

_REPLACEMENT = "\ufffd"
# With this share of letters from a script that the lexicons do not know, the words were not read at all.
_FOREIGN_SHARE = 0.5
_LATIN_END = "\u024f"
# People write without full stops, so a sentence may be a whole message; an idiom is looked for this many words around a match.
_NEAR = 5
# Characters of a sentence that are looked at on each side, and matches of one pattern: bounds for very long messages.
_REACH = 400
_MOST_MATCHES = 50


@dataclass(frozen=True, slots=True)
class Risk:
    """What the lexicon found: the highest tier (0 to 3), the categories and the ids of the rules that matched.

    `about_other` is true when a rule of that tier speaks of somebody other than the writer.
    """

    tier: int
    categories: tuple[str, ...]
    matched: tuple[str, ...]
    about_other: bool = False


NO_RISK = Risk(0, (), ())
# For words that could not be read (an error, another script, a damaged text): a person looks at once, as for tier 2.
UNSCREENED = Risk(2, ("unscreened",), ())


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: CompiledRule
    tier: int


def screen(lexicon: Lexicon, text: str) -> Risk:
    """Return what `lexicon` finds in `text`, read in every language. Never raises: what cannot be read is `UNSCREENED`."""
    try:
        return _screen(lexicon, text)
    except Exception:  # noqa: BLE001 - whatever goes wrong here must bring a person, never be silent
        return UNSCREENED


def _screen(lexicon: Lexicon, text: str) -> Risk:
    hits = [hit for language in lexicon.languages for hit in _hits(language, text)]
    if not hits:
        return UNSCREENED if _is_unreadable(text) else NO_RISK
    hits.sort(key=lambda hit: -hit.tier)
    found = _risk(hits)
    return UNSCREENED if found.tier < UNSCREENED.tier and _is_unreadable(text) else found


def _risk(hits: list[_Hit]) -> Risk:
    return Risk(
        tier=hits[0].tier,
        categories=tuple(dict.fromkeys(hit.rule.category for hit in hits)),
        matched=tuple(dict.fromkeys(hit.rule.id for hit in hits)),
        about_other=any(hit.rule.about == "other" for hit in hits if hit.tier == hits[0].tier),
    )


def _hits(lexicon: LanguageLexicon, text: str) -> Iterator[_Hit]:
    plain = read_plainly(text, lexicon)
    candidates = _candidates(lexicon, set(plain.split()))
    fiction = bool(candidates) and lexicon.contexts["fiction"].search(plain) is not None
    for rule, pattern in candidates:
        matches = islice(pattern.finditer(plain), _MOST_MATCHES)
        tier = _highest(rule.tier, (_tier(lexicon, rule, plain, match, fiction=fiction) for match in matches))
        if tier and (rule.requires is None or rule.requires.search(plain)):
            yield _Hit(rule, tier)


def _highest(most: int, tiers: Iterable[int]) -> int:
    """Return the highest of `tiers`, looking no further once it is `most`."""
    highest = 0
    for tier in tiers:
        highest = max(highest, tier)
        if highest == most:
            break
    return highest


def _candidates(lexicon: LanguageLexicon, words: set[str]) -> dict[Trigger, None]:
    """Return the patterns whose words occur, in a stable order and each once."""
    found = dict.fromkeys(lexicon.always)
    for word in sorted(words):
        found.update(dict.fromkeys(lexicon.by_word.get(word, ())))
        for beginning, triggers in lexicon.by_beginning.items():
            if word.startswith(beginning):
                found.update(dict.fromkeys(triggers))
    return found


def _tier(lexicon: LanguageLexicon, rule: CompiledRule, plain: str, match: re.Match[str], *, fiction: bool) -> int:
    """Return the tier of one match: 0 when an idiom explains it, at most 1 when negated, long past or from a song."""
    before, after = _sentence(plain, *match.span())
    sentence = before + match[0] + after
    if rule.blocks and rule.blocks.search(_near(before, match[0], after)):
        return 0
    calm = (
        ("negation" in rule.heeds and lexicon.contexts["negation"].search(before))
        or (
            "past" in rule.heeds
            and lexicon.contexts["past"].search(sentence)
            and not lexicon.contexts["present"].search(sentence)
        )
        or ("fiction" in rule.heeds and fiction)
    )
    return min(rule.tier, 1) if calm else rule.tier


def _sentence(plain: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a match in its sentence, a few lines at most on each side."""
    before = plain[max(0, start - _REACH) : start]
    after = plain[end : end + _REACH]
    return before.rpartition(f"{SENTENCE_END} ")[2], after.partition(f"{SENTENCE_END} ")[0]


def _near(before: str, matched: str, after: str) -> str:
    """Return a match with a few words on both sides; an idiom further off explains nothing."""
    return f"{' '.join(before.split(' ')[-_NEAR - 1 :])}{matched}{' '.join(after.split(' ')[:_NEAR])} "


def _is_unreadable(text: str) -> bool:
    """Whether the text is damaged, or mostly in a script that no lexicon reads."""
    letters = [sign for sign in fold(text) if sign.isalpha()]
    foreign = sum(sign > _LATIN_END for sign in letters)
    return _REPLACEMENT in text or (bool(letters) and foreign > _FOREIGN_SHARE * len(letters))
