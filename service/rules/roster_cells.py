"""The cells of members.csv and staff.csv, one kind after the other, each with the mend for what it cannot be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Literal, TypeVar

from service.rules.csv_table import Line, RowMistake
from service.rules.local_time import is_zone
from service.rules.phone_numbers import read_number
from service.rules.schedule import check_rule

CHECK_IN = "check-in"
LONGEST_NAME = 60

Language = Literal["en", "es"]
Role = Literal["specialist", "coordinator", "supervisor"]
Value = TypeVar("Value")

LANGUAGES: dict[str, Language] = {"en": "en", "es": "es"}
ROLES: dict[str, Role] = {"specialist": "specialist", "coordinator": "coordinator", "supervisor": "supervisor"}
FLOW_NAME = re.compile(r"[a-z][a-z0-9-]*")


class Cells:
    """The cells of one line while they are read, and the mistakes found so far."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.mistakes: list[RowMistake] = []

    def read(self, column: str, reader: Callable[[str], Value], instead: Value) -> Value:
        """Give what the cell says; where it is a mistake, keep that and give `instead`."""
        try:
            return reader(self.line.cells[column])
        except ValueError as problem:
            self.refuse(column, str(problem))
            return instead

    def refuse(self, column: str, mend: str) -> None:
        """Keep a mistake of this line."""
        self.mistakes.append(RowMistake(self.line.number, column, self.line.cells[column], mend))


def read_name(text: str) -> str:
    """Read a name of up to LONGEST_NAME signs. Raises ValueError with the mend, as all readers here do."""
    if not text:
        raise ValueError("the name is missing; a first name is enough")
    if len(text) > LONGEST_NAME:
        raise ValueError(f"it is longer than {LONGEST_NAME} letters; a first name is enough")
    if any(unicodedata.category(sign) == "Cc" for sign in text):
        raise ValueError("it has a line break or a sign that cannot be seen; write it again")
    return text


def read_phone(text: str) -> str:
    """Read a number that must be there, to E.164."""
    if not text:
        raise ValueError("the number is missing; write such as +1 555 555 0123")
    return read_number(text)


def read_phone_or_none(text: str) -> str | None:
    """Read a number that may be left away."""
    return read_number(text) if text else None


def read_language(text: str) -> Language:
    """Read a language's code, in any case."""
    if text.lower() not in LANGUAGES:
        raise ValueError("write en or es")
    return LANGUAGES[text.lower()]


def read_role(text: str) -> Role:
    """Read a role of staff, in any case."""
    if text.lower() not in ROLES:
        raise ValueError(f"write one of {', '.join(ROLES)}")
    return ROLES[text.lower()]


def read_zone(text: str) -> str:
    """Read a zone with a place in its name: short names such as EST stay in winter time all year."""
    if text != "UTC" and ("/" not in text or not is_zone(text)):
        raise ValueError("write a time zone with its place, such as America/New_York")
    return text


def read_channel(text: str) -> str:
    """Read a channel; there are only texts so far, and an empty cell means them."""
    if text.lower() == "voice":
        raise ValueError("calls are not possible yet; write text")
    if text.lower() not in ("", "text", "sms"):
        raise ValueError("write text")
    return "text"


def read_rule_or_none(text: str) -> str:
    """Read a rule of recurrence, or nothing where no check-ins are wanted."""
    mistakes = check_rule(text) if text else ()
    if mistakes:
        raise ValueError("; ".join(mistakes))
    return text


def read_flow(text: str) -> str:
    """Read a flow's name; an empty cell means the check-in."""
    if text and not FLOW_NAME.fullmatch(text):
        raise ValueError(f"write a flow's name in small letters, such as {CHECK_IN}")
    return text or CHECK_IN


def read_date(text: str) -> date | None:
    """Read a day, or nothing."""
    if text and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError("write the day as year-month-day, such as 2026-03-01")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise ValueError("there is no such day; write such as 2026-03-01") from problem
