"""Liquid in texts and values of Studio: `{{flow.data.name}}`, `{{widgets.ask.inbound.Body}}`, `{% if … %}`.

What names one value becomes a placeholder; all else is lost, and said so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.importing.names import value_name
from flows.importing.texts import closed, literal

_MARK = re.compile(r"\{\{(.{0,500}?)\}\}|\{%(.{0,500}?)%\}", re.DOTALL)
_FILTER = re.compile(r"\|\s*(?:strip|capitalize|upcase|downcase|escape|strip_newlines|default:[^|]*)\s*")
_PART = re.compile(r"[\w-]+")
_ANSWERS = ("inbound.Body", "Digits", "SpeechResult")
_GIVEN = ("flow.data.", "trigger.parent.parameters.", "trigger.request.parameters.")
_COUNTED = re.compile(
    r"(?:\{%-?\s*if\s+[\w.]+\s*-?%\})?\s*\{\{-?\s*flow\.variables\.([\w-]+)\s*\|\s*plus:\s*1\s*-?\}\}.{0,80}", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with placeholders of ours, and the marks that none stands for."""

    text: str
    lost: tuple[str, ...]


class Names:
    """What the variables, given data and answers of one flow are called with us."""

    def __init__(self, variables: frozenset[str], slots: frozenset[str]) -> None:
        self._slots = slots
        self._variables = frozenset(value_name(name, slots) for name in variables)

    def variable(self, key: str) -> str:
        """The name of a flow variable."""
        return value_name(key, self._slots)

    def given(self, key: str) -> str:
        """The name of a value that the flow is given when it starts."""
        name = value_name(key, self._slots)
        return f"{name}_given" if name in self._variables else name

    def answer(self, widget: str) -> str:
        """The name under which the answer to a widget is kept."""
        name = value_name(f"reply to {widget}", self._slots)
        return f"{name}_text" if name in self._variables else name

    def placeholder(self, path: str) -> str | None:
        """What stands for a path, or None."""
        if path in ("contact.name", "contact.first_name"):
            return "me"
        for prefix in _GIVEN:
            if path.startswith(prefix) and _are_parts(path.removeprefix(prefix)):
                return self.given(path.removeprefix(prefix))
        variable = path.removeprefix("flow.variables.")
        if variable != path and _PART.fullmatch(variable):
            return self.variable(variable)
        widget = answered_widget(path)
        return self.answer(widget) if widget is not None else None


def answered_widget(path: str) -> str | None:
    """The widget in `widgets.NAME.inbound.Body` and its like, or None."""
    for ending in _ANSWERS:
        if path.startswith("widgets.") and path.endswith(f".{ending}"):
            return path.removeprefix("widgets.").removesuffix(f".{ending}")
    return None


def given_names(text: str, names: Names) -> frozenset[str]:
    """The names of all values that a text needs to be given."""
    paths = (path for path in paths_in(text) if path.startswith(_GIVEN))
    return frozenset(name for path in paths if (name := names.placeholder(path)) is not None)


def paths_in(text: str) -> tuple[str, ...]:
    """The paths that a text shows, in order, without the filters that only dress them."""
    return tuple(path for is_shown, path in _pieces(text) if is_shown)


def fill(text: str, names: Names) -> Filled:
    """A text of Studio in our notation."""
    told: list[str] = []
    lost: list[str] = []
    for is_mark, piece in _pieces(text):
        slot = names.placeholder(piece) if is_mark else None
        told.append(literal(piece) if not is_mark else f"{{{slot}}}" if slot else "")
        lost += [piece] if is_mark and slot is None else []
    return Filled(closed("".join(told)) if lost else "".join(told).strip(), tuple(lost))


def single_path(text: str) -> str | None:
    """The path of a text that is one mark and nothing else, or None."""
    pieces = [piece for piece in _pieces(text.strip()) if piece[0] or piece[1].strip()]
    return pieces[0][1] if len(pieces) == 1 and pieces[0][0] else None


def counted(text: str) -> str | None:
    """The variable in `{{flow.variables.NAME | plus: 1}}`, with or without a first value for it; else None."""
    found = _COUNTED.fullmatch(text.strip())
    return found[1] if found else None


def has_liquid(text: str) -> bool:
    """Tell whether anything in a text would be evaluated."""
    return _MARK.search(text) is not None


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """A text as words and marks, in order; a mark is given as its path, a tag as it is written."""
    at = 0
    for found in _MARK.finditer(text):
        yield False, text[at : found.start()]
        yield True, _FILTER.sub("", found[1].strip("- \n\t")).strip() if found[1] is not None else found[0]
        at = found.end()
    yield False, text[at:]


def _are_parts(path: str) -> bool:
    return bool(path) and all(_PART.fullmatch(part) for part in path.split("."))
