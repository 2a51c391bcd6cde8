"""Expressions of RapidPro in texts and values: `@contact.name`, `@results.age`, `@(…)`.

Those that name one value become placeholders; all others are lost, and said so. As there, an `@` before any other word
(an address, say) is just an `@`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.importing.names import value_name
from flows.importing.texts import closed, literal

_ROOT_WORDS = (
    "contact fields results input parent child run urns globals trigger webhook ticket resume node legacy_extra"
)
_ROOTS = frozenset(_ROOT_WORDS.split())
_PATH = re.compile(r"[a-zA-Z_]\w*(?:\.\w+)*", re.ASCII)
_WRAPPED = re.compile(
    r"(?:title|proper|trim|upper|lower|clean|text)\(\s*([\w.]+)\s*\)|default\(\s*([\w.]+)\s*,[^()]*\)", re.ASCII
)
_COUNTED = re.compile(r"@\(\s*(?:results|fields)\.(\w+?)(?:\.value)?\s*\+\s*1\s*\)", re.ASCII)
_LONGEST = 2000  # characters of one expression
_MOST = 1000  # expressions in one text; what comes after them is told as it stands
_RESULT_PARTS = ("value", "input", "text", "category", "category_localized", "name")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with placeholders of ours, and the expressions that none stands for."""

    text: str
    lost: tuple[str, ...]


class Names:
    """What the paths of one flow are called with us; a field that shares the name of a result gets `_field` after it.

    `by_category` gathers the results that the flow asks for by their category rather than by what was said.
    """

    def __init__(self, results: frozenset[str], slots: frozenset[str]) -> None:
        self._results, self._slots = results, slots
        self.by_category: set[str] = set()

    def result(self, name: str) -> str:
        """The name of a value that stands for a result."""
        return value_name(name, self._slots)

    def field(self, key: str) -> str:
        """The name of a value that stands for a field of a contact."""
        name = value_name(key, self._slots)
        return f"{name}_field" if name in self._results else name

    def placeholder(self, path: str) -> str | None:
        """What stands for a path such as `contact.name`, or None; a sum or anything else that is more than a path has none."""
        if not _PATH.fullmatch(path):
            return None
        parts = path.lower().split(".")
        if path.lower() in ("contact", "contact.name", "contact.first_name"):
            return "me"
        if parts[0] == "results" and (len(parts) == 2 or (len(parts) == 3 and parts[2] in _RESULT_PARTS)):
            self.by_category |= {self.result(parts[1])} if parts[-1].startswith("category") else set()
            return self.result(parts[1])
        if parts[0] == "fields" and len(parts) == 2:
            return self.field(parts[1])
        return self.field(parts[2]) if parts[:2] == ["contact", "fields"] and len(parts) == 3 else None


def fill(text: str, names: Names) -> Filled:
    """A text of RapidPro in our notation."""
    told, lost = [], []
    for is_expression, piece in _pieces(text):
        slot = names.placeholder(_path(piece)) if is_expression else None
        told.append(literal(piece) if not is_expression else f"{{{slot}}}" if slot else "")
        lost += [f"@{piece}"] if is_expression and slot is None else []
    return Filled(closed("".join(told)) if lost else "".join(told).strip(), tuple(lost))


def single_path(text: str) -> str | None:
    """The path of a text that is one expression and nothing else, such as `@results.age`; else None."""
    pieces = [piece for piece in _pieces(text.strip()) if piece[0] or piece[1]]
    return _path(pieces[0][1]) if len(pieces) == 1 and pieces[0][0] else None


def counted(text: str) -> str | None:
    """The name in `@(results.NAME + 1)`, or None."""
    found = _COUNTED.fullmatch(text.strip())
    return found[1] if found else None


def without_expressions(text: str) -> str:
    """The words of a text alone."""
    return "".join(piece for is_expression, piece in _pieces(text) if not is_expression).strip()


def has_expression(text: str) -> bool:
    """Tell whether anything in a text would be evaluated."""
    return any(is_expression for is_expression, _ in _pieces(text))


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """A text as words and expressions, in order; `@@` is an `@`."""
    at = 0
    for _ in range(_MOST):
        mark = text.find("@", at)
        if mark < 0:
            break
        yield False, text[at:mark]
        size, piece = _expression(text, mark)
        yield (True, piece) if piece else (False, text[mark : mark + 1])
        at = mark + size
    yield False, text[at:]


def _expression(text: str, mark: int) -> tuple[int, str]:
    """The length of what an `@` begins, and the expression without it; empty where it is just an `@`."""
    if text.startswith("@@", mark):
        return 2, ""
    if text.startswith("@(", mark):
        end = _closing(text, mark + 1)
        return (end - mark + 1, text[mark + 1 : end + 1]) if end else (1, "")
    found = _PATH.match(text, mark + 1)
    if found is None or found[0].split(".")[0].lower() not in _ROOTS:
        return 1, ""
    return 1 + len(found[0]), found[0]


def _closing(text: str, opened: int) -> int | None:
    """Where the bracket closes that opens here; brackets inside quotes do not count."""
    depth, quoted = 0, False
    for at in range(opened, min(len(text), opened + _LONGEST)):
        char = text[at]
        quoted = quoted is not (char == '"')
        depth += 0 if quoted else (char == "(") - (char == ")")
        if depth == 0 and not quoted:
            return at
    return None


def _path(expression: str) -> str:
    """The one path that an expression is about, without brackets and functions that only dress it; else as it is."""
    inner = expression[1:-1].strip() if expression.startswith("(") else expression
    found = _WRAPPED.fullmatch(inner)
    return (found[1] or found[2]) if found else inner
