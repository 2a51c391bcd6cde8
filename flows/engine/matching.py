"""What a reply means at the step where the conversation stands.

A reply is read as a whole, never hunted for words: `not good at all, my dog died` is no `good`. In order: the words
of a choice as they are written; the same with long-drawn letters; a number; a time, date, code or phone number; a few
words that all point to one choice (`meh 2, thanks`); a slip of the finger. What points to two choices, or to a
number outside every range, is unsure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import DamerauLevenshtein

from flows.engine.clock_words import read_date, read_phone_number, read_postal_code, read_time
from flows.engine.facts import Facts
from flows.engine.flow import Ask, Flow, Matcher, Wait
from flows.engine.kinds import Value
from flows.engine.normalise import fold, plain_words, squeezed
from flows.engine.numbers import read_number, read_share
from flows.engine.session import Session

_FILLERS = (
    "please pls thanks thank you i im am feel feeling a bit very really its it is just today now my the "
    "por favor gracias estoy me siento muy un una poco hoy es mi la el and or y o u"
)
FILLERS = frozenset(_FILLERS.split())
_LONGEST_PHRASE = 4  # words in a phrase that is looked for inside a short reply
_MOST_WORDS = 8  # in a reply that is read word by word; a longer one is somebody telling something
_ANY_DAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text was taken for: a reply by name with the value it says, something unsure, or neither."""

    reply: str | None = None
    value: Value = None
    unsure: bool = False


NOTHING = Meaning()
UNSURE = Meaning(unsure=True)


def names_reply(flows: Mapping[str, Flow], session: Session, text: str, facts: Facts) -> str | None:
    """The named reply of the present step that a text surely means, else None; never `anything`.

    `facts` is taken so that a later reading may depend on the member; today's does not, as a member may mix languages.
    """
    del facts
    verb = present_verb(flows, session)
    return meaning(verb.matcher, text).reply if isinstance(verb, Ask | Wait) else None


def takes_anything(flows: Mapping[str, Flow], session: Session) -> bool:
    """Tell whether the present step can deal with any words at all.

    True at a step with `anything`, and at any other question too: the engine asks back what is unsure and passes the
    rest to a person. False while nothing is asked, or a wait does not say what a reply does.
    """
    verb = present_verb(flows, session)
    return isinstance(verb, Ask) or (isinstance(verb, Wait) and verb.anything is not None)


def present_verb(flows: Mapping[str, Flow], session: Session) -> object | None:
    """The verb at which a session stands, or None where it has ended or its flow or step is not there."""
    if session.ended or not session.frames:
        return None
    frame = session.frames[-1]
    flow = flows.get(frame.flow)
    step = flow.steps.get(frame.step) if flow else None
    return step.verbs[frame.at] if step and frame.at < len(step.verbs) else None


def meaning(matcher: Matcher, text: str, today: date = _ANY_DAY) -> Meaning:
    """What a text means to the choices of one step; `today` is the member's date, for answers such as `tomorrow`."""
    words = plain_words(text)
    name = matcher.exact.get(words)
    if name is not None:
        return Meaning(name)
    if not words:
        return NOTHING
    return (
        _stretched(matcher, words)
        or _number(matcher, words, text)
        or _typed(matcher, text, today)
        or _several(matcher, words)
        or _slip(matcher, words)
    )


def _stretched(matcher: Matcher, words: str) -> Meaning | None:
    """Letters drawn out for feeling, as in `goood`."""
    found = next((matcher.exact[form] for form in squeezed(words) if form in matcher.exact), None)
    return Meaning(found) if found is not None else None


def _number(matcher: Matcher, words: str, text: str) -> Meaning | None:
    """A number alone; one outside every range is unsure, as 6 is in 1 to 5."""
    if not matcher.ranges:
        return None
    number = read_number(words)
    if number is None and (share := read_share(fold(text))) is not None and share[1] == matcher.ranges[-1][1]:
        number = share[0]
    if number is None:
        return None
    name = _in_range(matcher, number)
    return Meaning(name, number) if name is not None else UNSURE


def _in_range(matcher: Matcher, number: int) -> str | None:
    return next((name for low, high, name in matcher.ranges if low <= number <= high), None)


def _typed(matcher: Matcher, text: str, today: date) -> Meaning | None:
    """A time, a date, a postal code or a phone number, where the step has such a reply."""
    for kind, name in matcher.kinds:
        value = _read(kind, text, today)
        if value is not None:
            return Meaning(name, value)
    return None


def _read(kind: str, text: str, today: date) -> Value:
    if kind == "time":
        return read_time(text)
    if kind == "date":
        return read_date(text, today)
    return (
        read_postal_code(text) if kind == "postal code" else read_phone_number(text) if kind == "phone number" else None
    )


def _several(matcher: Matcher, words: str) -> Meaning | None:
    """A few words that are all known: one choice is meant, or two, and then it is unsure."""
    tokens = words.split()
    if not 2 <= len(tokens) <= _MOST_WORDS:
        return None
    named: dict[str, Value] = {}
    for meant in _pieces(matcher, tokens):
        if meant is None or meant.reply is None:
            return None
        named[meant.reply] = meant.value if meant.value is not None else named.get(meant.reply)
    if not named:
        return None
    return UNSURE if len(named) > 1 else Meaning(*next(iter(named.items())))


def _pieces(matcher: Matcher, tokens: list[str]) -> Iterator[Meaning | None]:
    """Read words from left to right, the longest known phrase first; None for a word that means nothing here."""
    at = 0
    while at < len(tokens):
        size, meant = _piece(matcher, tokens, at)
        at += size
        if meant is not NOTHING:
            yield meant


def _piece(matcher: Matcher, tokens: list[str], at: int) -> tuple[int, Meaning | None]:
    for size in range(min(_LONGEST_PHRASE, len(tokens) - at), 0, -1):
        phrase = " ".join(tokens[at : at + size])
        if phrase in matcher.exact:
            return size, Meaning(matcher.exact[phrase])
        number = read_number(phrase) if matcher.ranges else None
        if number is not None and phrase not in FILLERS:
            name = _in_range(matcher, number)
            return size, Meaning(name, number) if name is not None else None
    return 1, NOTHING if tokens[at] in FILLERS else None


def _slip(matcher: Matcher, words: str) -> Meaning:
    """A slip of the finger: one letter too many, too few or swapped; two in long words.

    A wrong letter (`lonely` for `lovely`) may be another word: it is never sure. Nor is what comes as near to a word
    of the service's own, or to two choices.
    """
    if len(words) < 4 or any(char.isdigit() for char in words):
        return NOTHING
    near = {name: slip for phrase, name in matcher.loose.get(words[0], ()) if (slip := _slip_of(words, phrase))}
    if not near:
        return NOTHING
    if len(near) == 1 and "sure" in near.values():
        return Meaning(next(iter(near))) if next(iter(near)) else NOTHING
    return NOTHING if matcher.open else UNSURE


def _slip_of(words: str, phrase: str) -> str | None:
    """How sure it is that words are a slip of a phrase: `sure`, `unsure`, or None.

    In a phrase each word must be one by itself: `what is this` is as near to `who is this` as a slip, and means another thing.
    """
    said, written = words.split(), phrase.split()
    if len(said) == len(written) > 1:
        found = {_slip_of(one, other) if one != other else "sure" for one, other in zip(said, written, strict=True)}
        return None if None in found else "sure" if found == {"sure"} else "unsure"
    most = 0 if len(phrase) < 4 else 1 if len(phrase) < 8 else 2
    if words[0] != phrase[0] or abs(len(words) - len(phrase)) > most:
        return None
    if DamerauLevenshtein.distance(words, phrase, score_cutoff=most) > most:
        return None
    is_sure = len(words) != len(phrase) or sorted(words) == sorted(phrase)
    return "sure" if is_sure else "unsure"
