"""Reading the tests that stand in a flow file."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flows.engine.document import Node, Table
from flows.engine.kinds import Kind, Value, read_literal
from flows.engine.moments import read_length
from flows.engine.parse.reading import Reading, read_items, read_one_of, read_table, read_words
from flows.engine.problems import suggest
from flows.engine.script import Done, Expect, Later, Line, They, Trial, We

MEMBER_KEYS = ("language", "zone")
TRIAL_KEYS = ("name", "member", "facts", "takes", "turn", "now", "script")
EXPECTED = ("flow", "step", "ended", "texts", "passed", "promise", "alert", "did", "text")
ZONE = "America/Chicago"
NOW = "2026-03-03 15:00"  # a Tuesday, in the hours of most organisations


def read_tests(reading: Reading, node: Node | None) -> tuple[Trial, ...]:
    """Every test of a flow file, mistakes of form noted."""
    return tuple(_trial(reading, item) for item in read_items(reading, node, "tests:"))


def _trial(reading: Reading, node: Node) -> Trial:
    table = read_table(reading, node, "a test", TRIAL_KEYS, ("name", "script"))
    member = _member(reading, table.get("member"))
    return Trial(
        name=read_words(reading, table.get("name"), "name:") or "",
        slots={name: words for name, words in member.items() if name not in MEMBER_KEYS},
        language=member.get("language", reading.languages[0]),
        zone=member.get("zone", ZONE),
        facts=_values(reading, table.get("facts"), "facts:", reading.catalogue.facts),
        takes=_values(reading, table.get("takes"), "takes:", reading.takes),
        turn=_number(reading, table.get("turn")),
        now=_now(reading, table.get("now")),
        lines=tuple(
            line for item in read_items(reading, table.get("script"), "script:") if (line := _line(reading, item))
        ),
        place=table.place,
    )


def _member(reading: Reading, node: Node | None) -> Mapping[str, str]:
    """Who the member is: a language, a zone, and what the slots hold."""
    if node is None:
        return {}
    table = read_table(reading, node, "member:", (*MEMBER_KEYS, *reading.catalogue.slots, "cps"))
    read_one_of(reading, table.get("language"), "language:", reading.languages)
    found = {key.text: read_words(reading, value, key.text) for key, value in table.entries}
    return {"specialist" if name == "cps" else name: words for name, words in found.items() if words}


def _values(reading: Reading, node: Node | None, what: str, known: Mapping[str, Kind]) -> Mapping[str, Value]:
    if node is None:
        return {}
    table = read_table(reading, node, what, tuple(known))
    found = {}
    for key, value in table.entries:
        words, kind = read_words(reading, value, key.text), known.get(key.text)
        literal = read_literal(kind, words) if kind and words else None
        if literal is None and kind and words:
            reading.error("kinds.value", value.place, f'{key.text} is {kind}, and "{words}" is not.', f"Write {kind}.")
        found[key.text] = literal
    return found


def _number(reading: Reading, node: Node | None) -> int:
    words = read_words(reading, node, "turn:")
    if words is None or node is None:
        return 0
    if not words.isascii() or not words.isdigit() or len(words) > 6:
        reading.error(
            "form.number", node.place, f'"{words}" is no number.', "Write turn: 0 for the first conversation."
        )
        return 0
    return int(words)


def _now(reading: Reading, node: Node | None) -> datetime:
    words = read_words(reading, node, "now:") or NOW
    try:
        return datetime.strptime(words, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the member's own local time
    except ValueError:
        if node is not None:
            reading.error("form.time", node.place, f'"{words}" is no date with a time.', f"Write now: {NOW}.")
        return _now(reading, None)


def _line(reading: Reading, node: Node) -> Line | None:
    """One line of a script: a single key that says what happens."""
    if isinstance(node, Table) and len(node.entries) == 1 and node.entries[0][0].text in _LINES:
        key, value = node.entries[0]
        return _LINES[key.text](reading, value)
    reading.error("form.kind", node.place, "A line of a script has one key.", f"Use one of: {', '.join(_LINES)}.")
    return None


def _we(reading: Reading, node: Node) -> Line | None:
    words = read_words(reading, node, "we:")
    return We(words, node.place) if words else None


def _they(reading: Reading, node: Node) -> Line | None:
    words = read_words(reading, node, "they:")
    return They(words, node.place) if words else None


def _later(reading: Reading, node: Node) -> Line | None:
    words = read_words(reading, node, "later:")
    length = read_length(words) if words else None
    if words and length is None:
        reading.error(
            "form.length", node.place, f'"{words}" is no length of time.', "Write 30 minutes, 24 hours or 2 days."
        )
    return Later(length, node.place) if length else None


def _done(reading: Reading, node: Node) -> Line | None:
    """`done: failed`, or `done: {result: value}`."""
    if not isinstance(node, Table):
        failed = read_one_of(reading, node, "done:", ("failed",))
        return Done({}, failed=True, place=node.place) if failed else None
    found = {key.text: read_words(reading, value, key.text) for key, value in node.entries}
    return Done({name: words for name, words in found.items() if words}, failed=False, place=node.place)


def _expect(reading: Reading, node: Node) -> Line | None:
    arguments = {name for action in reading.catalogue.actions.values() for name in action.arguments}
    known = (*EXPECTED, *reading.values, *arguments)
    if not isinstance(node, Table):
        reading.error("form.kind", node.place, "expect: holds what should be so.", "Write expect: {ended: yes}.")
        return None
    wanted = {}
    for key, value in node.entries:
        if key.text not in known:
            reading.error("form.unknown-key", key.place, f'expect: knows no "{key.text}".', suggest(key.text, known))
        wanted[key.text] = read_words(reading, value, key.text) or ""
    return Expect(wanted, node.place)


_LINES: Mapping[str, Callable[[Reading, Node], Line | None]] = {
    "we": _we,
    "they": _they,
    "later": _later,
    "done": _done,
    "expect": _expect,
}
