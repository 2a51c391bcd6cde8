"""Names of ours for what other systems call otherwise: flows, steps, replies and values, readable and each used once."""

import keyword
import re
import unicodedata
from collections.abc import Collection

_PART = re.compile(r"[a-z0-9]+")
_LONGEST = 40


def plain_parts(text: str) -> list[str]:
    """The words of a text in small Latin letters and digits; `SendWaitReply` is three."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).replace("'", "").replace("’", "")
    folded = unicodedata.normalize("NFKD", apart).lower()
    return _PART.findall("".join(char for char in folded if not unicodedata.combining(char)))


def flow_name(text: str) -> str:
    """A name for a flow: small letters, digits and hyphens, beginning with a letter."""
    return _joined(plain_parts(text), "-", "flow", 60)


def step_name(text: str, otherwise: str = "step") -> str:
    """A name for a step or a reply: the first words of a text, with underscores."""
    return _joined(plain_parts(text)[:5], "_", otherwise, _LONGEST)


def value_name(text: str, taken: Collection[str] = ()) -> str:
    """A name for a value; one that means something else already, or is a word of conditions, gets `_value` after it."""
    name = _joined(plain_parts(text), "_", "value", _LONGEST)
    return f"{name}_value" if keyword.iskeyword(name) or name in taken or name in ("turn", "cps") else name


class UniqueNames:
    """Gives each name once: the second one of its kind is `name_2`."""

    def __init__(self, joint: str = "_", taken: Collection[str] = ()) -> None:
        self._joint = joint
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def take(self, name: str) -> str:
        """Take this name, or the next free one after it."""
        free = name
        while free in self._taken:
            self._last[name] = self._last.get(name, 1) + 1
            free = f"{name}{self._joint}{self._last[name]}"
        self._taken.add(free)
        return free


def _joined(parts: list[str], joint: str, otherwise: str, longest: int) -> str:
    name = joint.join(parts)[:longest].rstrip(joint)
    if not name:
        return otherwise
    return name if name[0].isalpha() else f"{otherwise}{joint}{name}"
