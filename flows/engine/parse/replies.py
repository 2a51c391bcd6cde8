"""Reading replies and silence ladders, and making replies ready to be matched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.answers import ANSWERS
from flows.engine.document import Items, Node, Scalar, Table
from flows.engine.flow import Matcher, Reply, Rung
from flows.engine.kinds import Kind, Value, read_literal
from flows.engine.moments import ClockTime, Length, read_clock_time, read_length
from flows.engine.normalise import plain_words
from flows.engine.parse.reading import Reading, read_flag, read_goal, read_items, read_one_of, read_table, read_words
from flows.engine.parse.texts import read_text
from flows.engine.problems import Place

ANYTHING = "anything"
REPLY_KEYS = ("words", "number", "is", "value", "go")
RUNG_KEYS = ("after", "at", "say", "repeat", "go")
READ_KINDS = ("time", "date", "postal code", "phone number", "recording")
MOST_REPLIES = 100
ANY_NUMBER = (0, 999_999_999)
_RANGE = re.compile(r"(\d{1,9})(?: to (\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Replies:
    """The replies of one step: those with names, the one for all other words, and both made ready."""

    named: Mapping[str, Reply]
    anything: Reply | None
    matcher: Matcher


def read_replies(reading: Reading, node: Node | None, keep: Kind | None) -> Replies:
    """The replies of a step whose answer is kept as this kind (None: not kept)."""
    found: dict[str, Reply] = {}
    if node is not None and not isinstance(node, Table):
        reading.error(
            "form.kind", node.place, "replies: holds a name for each reply.", "Write NAME: {words: …, go: …}."
        )
    elif node is not None:
        found = {key.text: _reply(reading, key, value, keep) for key, value in node.entries}
    if len(found) > MOST_REPLIES and node is not None:
        message = f"This question has {len(found)} replies; {MOST_REPLIES} is the most."
        reading.error("form.too-many", node.place, message, "Ask in two steps, or let anything: take the rest.")
        found = {}
    anything = found.pop(ANYTHING, None)
    return Replies(
        found, anything, build_matcher(found, reading.catalogue.reserved, takes_anything=anything is not None)
    )


def read_silence(reading: Reading, node: Node | None) -> tuple[Rung, ...]:
    """A silence ladder: rungs in order, each counted from the one before."""
    return tuple(rung for item in read_items(reading, node, "silence:") if (rung := _rung(reading, item)) is not None)


def build_matcher(replies: Mapping[str, Reply], reserved: frozenset[str], *, takes_anything: bool) -> Matcher:
    """Make replies ready to be matched; where two share a word, the first in the file has it (and the check says so)."""
    exact: dict[str, str] = {}
    for name, reply in replies.items():
        for phrase in phrases(reply):
            exact.setdefault(phrase, name)
    ranges = sorted((low, high, name) for name, reply in replies.items() for low, high in reply.ranges)
    kinds = tuple((reply.kind, name) for name, reply in replies.items() if reply.kind and reply.kind not in ANSWERS)
    loose = [(phrase, name) for phrase, name in exact.items() if len(phrase) >= 4]
    loose += [(word, "") for word in sorted(reserved) if len(word) >= 4 and word not in exact]
    letters = sorted({phrase[0] for phrase, _ in loose})
    by_letter = {letter: tuple(pair for pair in loose if pair[0][0] == letter) for letter in letters}
    return Matcher(exact, tuple(ranges), kinds, by_letter, takes_anything)


def phrases(reply: Reply) -> tuple[str, ...]:
    """Every phrase of a reply in plain words, all languages together, the words of its yes or no among them."""
    written = [plain_words(word) for words in reply.words.values() for word in words]
    return tuple(dict.fromkeys([*written, *ANSWERS.get(reply.kind or "", ())]))


def _reply(reading: Reading, key: Scalar, node: Node, keep: Kind | None) -> Reply:
    keys = REPLY_KEYS if key.text != ANYTHING else ("value", "go")
    table = read_table(reading, node, f'the reply "{key.text}"', keys)
    kind = read_one_of(reading, table.get("is"), "is:", (*ANSWERS, *READ_KINDS))
    reply = Reply(
        key.text,
        _words(reading, table.get("words")),
        _ranges(reading, table.get("number")),
        kind,
        _value(reading, table.get("value"), keep),
        read_goal(reading, table.get("go")),
        key.place,
    )
    if not any(table.get(name) for name in ("words", "number", "is")) and key.text != ANYTHING:
        mend = "Add words:, number: or is:."
        reading.error("form.missing-key", key.place, f'Nothing can be the reply "{key.text}".', mend)
    _check_range(reading, reply, keep)
    return reply


def _check_range(reading: Reading, reply: Reply, keep: Kind | None) -> None:
    """Refuse a reply that takes numbers which its kept value cannot hold."""
    if keep is None or keep.name != "number" or keep.low is None or keep.high is None:
        return
    if any(low < keep.low or high > keep.high for low, high in reply.ranges):
        reading.error(
            "kinds.range",
            reply.place,
            f'The reply "{reply.name}" takes numbers outside {keep}.',
            "Let the numbers agree.",
        )


def _words(reading: Reading, node: Node | None) -> Mapping[str, tuple[str, ...]]:
    """Words by language; a plain list counts for every language."""
    if isinstance(node, Items | Scalar):
        return dict.fromkeys(reading.languages, _phrases(reading, node))
    if node is None:
        return {}
    table = read_table(reading, node, "words:", reading.languages)
    return {key.text: _phrases(reading, words) for key, words in table.entries if key.text in reading.languages}


def _phrases(reading: Reading, node: Node) -> tuple[str, ...]:
    found = []
    for item in read_items(reading, node, "words:"):
        words = read_words(reading, item, "a word")
        if words is not None and not plain_words(words):
            reading.error(
                "form.kind", item.place, f'"{words}" has no letters, digits or emoji to match.', "Write a word."
            )
        elif words is not None:
            found.append(words)
    return tuple(found)


def _ranges(reading: Reading, node: Node | None) -> tuple[tuple[int, int], ...]:
    return tuple(span for item in read_items(reading, node, "number:") if (span := _range(reading, item)) is not None)


def _range(reading: Reading, node: Node) -> tuple[int, int] | None:
    words = read_words(reading, node, "a number")
    if words is None or words.strip() == "any":
        return ANY_NUMBER if words else None
    found = _RANGE.fullmatch(words.strip())
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if low <= high:
        return low, high
    reading.error(
        "form.number", node.place, f'"{words}" is no number and no range of numbers.', "Write 3, 1 to 5, or any."
    )
    return None


def _value(reading: Reading, node: Node | None, keep: Kind | None) -> Value:
    """The value that a reply keeps, of the kind that the step keeps."""
    words = read_words(reading, node, "value:")
    if words is None or node is None:
        return None
    if keep is None:
        reading.error(
            "kinds.value", node.place, "This step keeps nothing, so a value: has no use.", "Add keep: NAME to the step."
        )
        return None
    value = read_literal(keep, words)
    if value is None:
        reading.error("kinds.value", node.place, f'The step keeps {keep}, and "{words}" is not that.', f"Write {keep}.")
    return value


def _rung(reading: Reading, node: Node) -> Rung | None:
    table = read_table(reading, node, "a rung of silence", RUNG_KEYS)
    when = _when(reading, table)
    text = read_text(reading, table.get("say"), "say:") if table.get("say") is not None else None
    repeat = read_flag(reading, table.get("repeat"), "repeat:", otherwise=False)
    return Rung(when, text, repeat, read_goal(reading, table.get("go")), table.place) if when is not None else None


def _when(reading: Reading, table: Table) -> Length | ClockTime | None:
    """When a rung comes: `after:` a length of time or `at:` a time of the clock, one of the two."""
    after, at = table.get("after"), table.get("at")
    if (after is None) == (at is None):
        reading.error(
            "form.missing-key",
            table.place,
            "A rung of silence needs after: or at:, one of them.",
            "Write after: 24 hours.",
        )
        return None
    return read_when(reading, after or at, is_length=after is not None)


def read_when(reading: Reading, node: Node | None, *, is_length: bool) -> Length | ClockTime | None:
    """A length of time or a time of the clock, with a note where it is neither."""
    words = read_words(reading, node, "a length of time" if is_length else "a time")
    if words is None or node is None:
        return None
    when: Length | ClockTime | None = read_length(words) if is_length else read_clock_time(words)
    if when is None:
        _note_time(reading, words, node.place, is_length=is_length)
    return when


def _note_time(reading: Reading, words: str, place: Place, *, is_length: bool) -> None:
    if is_length:
        reading.error(
            "form.length",
            place,
            f'"{words}" is no length of time up to a year.',
            "Write 30 minutes, 24 hours or 2 days.",
        )
    else:
        reading.error(
            "form.time", place, f'"{words}" is no time of the clock.', "Write 9:00, monday 9:00 or tomorrow 9:00."
        )
