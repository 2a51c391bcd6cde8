"""What to do about each of Twilio's error codes: config/twilio_errors.yaml, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

FILE = "twilio_errors.yaml"
ErrorClass = Literal[
    "opted_out", "bad_number", "landline", "route", "temporary", "content", "account", "loop", "expired", "other"
]
_LISTED = tuple(name for name in get_args(ErrorClass) if name != "other")


class TwilioErrorsProblem(ValueError):
    """The file has mistakes; each line of the message is one, with its place and mend."""


@dataclass(frozen=True, slots=True)
class TwilioErrors:
    """The class of each code that the file names."""

    by_code: Mapping[int, ErrorClass] = field(default_factory=dict)

    def class_of(self, code: int) -> ErrorClass:
        """The class of a code; `other`, which is not tried again, for one that nobody wrote down."""
        return self.by_code.get(code, "other")


def load_twilio_errors(config_dir: Path) -> TwilioErrors:
    """The classes of the file in this folder. Raises TwilioErrorsProblem with every mistake at once."""
    path = config_dir / FILE
    try:
        found = YAML(typ="safe", pure=True).load(path.read_text("utf-8")) or {}
    except FileNotFoundError:
        raise TwilioErrorsProblem(f"{FILE} is missing; copy it from the release") from None
    except (YAMLError, UnicodeDecodeError) as problem:
        raise TwilioErrorsProblem(f"{FILE} cannot be read as YAML in UTF-8: {str(problem).splitlines()[0]}") from None
    return _checked(found)


def _checked(found: Any) -> TwilioErrors:  # noqa: ANN401 - whatever a YAML file may hold
    if not isinstance(found, dict):
        raise TwilioErrorsProblem(f"{FILE} must hold classes with lists of codes, such as `opted_out: [21610]`")
    by_code: dict[int, ErrorClass] = {}
    mistakes: list[str] = []
    for name, codes in found.items():
        if name in _LISTED and isinstance(codes, list):
            mistakes += _take(by_code, name, codes)
        else:
            mistakes.append(f"{FILE}: {name!r} must be one of {', '.join(_LISTED)} with a list of codes")
    if mistakes:
        raise TwilioErrorsProblem("\n".join(mistakes))
    return TwilioErrors(by_code)


def _take(by_code: dict[int, ErrorClass], name: ErrorClass, codes: list[Any]) -> list[str]:
    """Add the codes of one class and tell which of them are no codes or stand in two classes."""
    mistakes = []
    for code in codes:
        if type(code) is not int:
            mistakes.append(f"{FILE}: {code!r} in {name!r} is no code; write it as a number")
        elif by_code.setdefault(code, name) != name:
            mistakes.append(f"{FILE}: the code {code} stands in {by_code[code]!r} and in {name!r}; keep one")
    return mistakes
