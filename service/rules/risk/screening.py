"""Asks the lexicon about one message."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.rules.normalise import fold
from service.rules.risk.lexicon import CompiledRule, LanguageLexicon, Lexicon, Trigger
from service.rules.risk.reading import SENTENCE_END, read_plainly

_REPLACEMENT = "\ufffd"
# With this share of letters from a script that the lexicons do not know, the words were not read at all.
_FOREIGN_SHARE = 0.5
_LATIN_END = "\u024f"
# People write without full stops, so a sentence may be a whole message; an idiom is looked for this many words around a match.
_NEAR = 5


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
    for rule, pattern in _candidates(lexicon, set(plain.split())):
        tier = max((_tier(lexicon, rule, plain, *match.span()) for match in pattern.finditer(plain)), default=0)
        if tier and (rule.requires is None or rule.requires.search(plain)):
            yield _Hit(rule, tier)


def _candidates(lexicon: LanguageLexicon, words: set[str]) -> dict[Trigger, None]:
    """Return the patterns whose words occur, in a stable order and each once."""
    found = dict.fromkeys(lexicon.always)
    for word in sorted(words):
        found.update(dict.fromkeys(lexicon.by_word.get(word, ())))
        for beginning, triggers in lexicon.by_beginning.items():
            if word.startswith(beginning):
                found.update(dict.fromkeys(triggers))
    return found


def _tier(lexicon: LanguageLexicon, rule: CompiledRule, plain: str, start: int, end: int) -> int:
    """Return the tier of one match: 0 when an idiom explains it, at most 1 when negated, long past or from a song."""
    first, last = _sentence(plain, start, end)
    sentence = plain[first:last]
    if rule.blocks and rule.blocks.search(_around(plain, first, start, end, last)):
        return 0
    calm = (
        ("negation" in rule.heeds and lexicon.contexts["negation"].search(plain[first:start]))
        or (
            "past" in rule.heeds
            and lexicon.contexts["past"].search(sentence)
            and not lexicon.contexts["present"].search(sentence)
        )
        or ("fiction" in rule.heeds and lexicon.contexts["fiction"].search(plain))
    )
    return min(rule.tier, 1) if calm else rule.tier


def _around(plain: str, first: int, start: int, end: int, last: int) -> str:
    """Return a match with a few words of its sentence on both sides; an idiom further off explains nothing."""
    before = plain[first:start].split(" ")[-_NEAR - 1 :]
    after = plain[end:last].split(" ")[:_NEAR]
    return f"{' '.join(before)}{plain[start:end]}{' '.join(after)} "


def _sentence(plain: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around a match begins and ends."""
    mark = f" {SENTENCE_END} "
    before = plain.rfind(mark, 0, start)
    after = plain.find(mark, max(end - 1, 0))
    return (before + len(mark) if before >= 0 else 0), (after + 1 if after >= 0 else len(plain))


def _is_unreadable(text: str) -> bool:
    """Whether the text is damaged, or mostly in a script that no lexicon reads."""
    letters = [sign for sign in fold(text) if sign.isalpha()]
    foreign = sum(sign > _LATIN_END for sign in letters)
    return _REPLACEMENT in text or (bool(letters) and foreign > _FOREIGN_SHARE * len(letters))
