"""A recurrence rule as it is written (RFC 5545, section 3.3.10), read into a value, with every mistake in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
# Walking to the last of so many moments takes a second at most; as a daily rule it is 270 years.
MOST_COUNTED = 100_000

# The smallest and greatest number of each list, and whether it may count from the end (RFC 5545, section 3.3.10).
LISTS = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}
NUMBERS = {"INTERVAL": 10_000, "COUNT": MOST_COUNTED}
NAMES = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *LISTS)
UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
NUMBERED_DAY = re.compile(rf"([+-]?\d{{1,2}})?({'|'.join(WEEKDAYS)})")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as written; a day of `byday` is (which one of the month or year, 0 for each; weekday, 0 for Monday)."""

    freq: str
    interval: int
    count: int | None
    until: datetime | None
    until_is_utc: bool
    wkst: int
    bymonth: tuple[int, ...]
    bymonthday: tuple[int, ...]
    byyearday: tuple[int, ...]
    byweekno: tuple[int, ...]
    byday: tuple[tuple[int, int], ...]
    byhour: tuple[int, ...]
    byminute: tuple[int, ...]
    bysecond: tuple[int, ...]
    bysetpos: tuple[int, ...]


class RuleProblem(ValueError):
    """A rule that cannot be read or never happens; `mistakes` has each in words, with its mend."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@lru_cache(maxsize=4096)
def read_rule(text: str) -> Rule:
    """Read one RRULE, with or without the word RRULE: before it, in any case. Raises RuleProblem with every mistake."""
    parts, mistakes = _parts(text)
    mistakes = (*mistakes, *(found for name, value in parts.items() for found in _mistakes_of(name, value)))
    mistakes = mistakes or tuple(_mistakes_between(parts))
    if mistakes:
        raise RuleProblem(mistakes)
    until = UNTIL.fullmatch(parts.get("UNTIL", ""))
    lists = {name.lower(): _numbers(parts.get(name, "")) for name in LISTS}
    return Rule(
        freq=parts["FREQ"],
        interval=int(parts.get("INTERVAL", "1")),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=_moment(until) if until else None,
        until_is_utc=bool(until and until[3]),
        wkst=WEEKDAYS.index(parts.get("WKST", "MO")),
        byday=tuple(sorted({_day(word) for word in parts["BYDAY"].split(",")})) if "BYDAY" in parts else (),
        **lists,
    )


def _parts(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    rule = text.strip().upper().removeprefix("RRULE:")
    pairs = [pair.partition("=") for pair in rule.split(";")]
    names = [name for name, _, _ in pairs]
    mistakes = [f"{''.join(pair)!r} is not NAME=VALUE" for pair in pairs if not pair[0] or not pair[2]]
    mistakes += [
        f"{name} is not known; write one of {', '.join(NAMES)}" for name in names if name and name not in NAMES
    ]
    mistakes += [f"{name} stands twice; write it once" for name in sorted(set(names)) if names.count(name) > 1]
    return {name: value for name, _, value in pairs if name in NAMES and value}, tuple(mistakes)


def _mistakes_of(name: str, value: str) -> Iterator[str]:
    if name in LISTS:
        yield from _mistakes_of_list(name, value)
    elif name in NUMBERS and not (_is_number(value) and 1 <= int(value) <= NUMBERS[name]):
        yield f"{name}={value}: write a number from 1 to {NUMBERS[name]}"
    elif name == "FREQ" and value not in FREQUENCIES:
        yield f"FREQ={value}: write one of {', '.join(FREQUENCIES)}" + _too_often(value)
    elif name == "WKST" and value not in WEEKDAYS:
        yield f"WKST={value}: write one of {', '.join(WEEKDAYS)}"
    elif name == "UNTIL" and _moment(UNTIL.fullmatch(value)) is None:
        yield f"UNTIL={value}: write a date and time such as 20261231T235959, with Z at its end if it is in UTC"
    elif name == "BYDAY":
        yield from (f"BYDAY={word}: write {', '.join(WEEKDAYS)}, or such as 1MO or -1FR" for word in _bad_days(value))


def _mistakes_between(parts: Mapping[str, str]) -> Iterator[str]:
    days = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    numbered = [word for word in days if word not in WEEKDAYS]
    if "FREQ" not in parts:
        yield "FREQ is missing; write such as FREQ=DAILY"
    if "COUNT" in parts and "UNTIL" in parts:
        yield "COUNT and UNTIL cannot stand together; write one of them"
    if numbered and (parts.get("FREQ") not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in parts):
        yield f"BYDAY={numbered[0]}: a numbered day needs FREQ=MONTHLY or FREQ=YEARLY, and no BYWEEKNO"
    elif 0 < len(numbered) < len(days) and (parts.get("FREQ") != "MONTHLY" or {"BYSETPOS", "BYYEARDAY"} & parts.keys()):
        yield "BYDAY has days with a number and days without; write two rules"


def _mistakes_of_list(name: str, value: str) -> Iterator[str]:
    low, high, from_end = LISTS[name]
    for word in value.split(","):
        number = int(word) if _is_number(word[1:] if word[:1] in ("-", "+") else word) else None
        if number is None or not (low <= number <= high or (from_end and low <= -number <= high)):
            yield f"{name}={word}: write numbers from {low} to {high}" + (", or with - before them" if from_end else "")


def _too_often(value: str) -> str:
    return "; more than once an hour is too often for anybody" if value in ("MINUTELY", "SECONDLY") else ""


def _bad_days(value: str) -> list[str]:
    return [word for word in value.split(",") if not (found := NUMBERED_DAY.fullmatch(word)) or not _is_day(found[1])]


def _is_day(number: str | None) -> bool:
    return number is None or 1 <= abs(int(number)) <= 53


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 6


def _numbers(value: str) -> tuple[int, ...]:
    return tuple(sorted({int(word) for word in value.split(",") if word}))


def _day(word: str) -> tuple[int, int]:
    return int(word[:-2] or "0"), WEEKDAYS.index(word[-2:])


def _moment(found: re.Match[str] | None) -> datetime | None:
    if found is None:
        return None
    try:
        return datetime.strptime(found[1] + (found[2] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - local by design
    except ValueError:
        return None
