"""What a single text of a settings file may mean: each function reads one kind, or says what is wrong and how to mend it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Word = TypeVar("Word", bound=str)

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SHORT_NUMBER = re.compile(r"\+?[0-9][0-9 -]{1,18}")
_MONEY = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ([A-Z]{3})")
_AFTER = re.compile(r"[1-9]\d? (day|week)s? after at ([01]?\d|2[0-3]):[0-5]\d")
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class NotThisKind(Exception):
    """The text is not of the kind that is wanted here."""

    what: str
    mend: str


def short_text(longest: int) -> Callable[[str], str]:
    """A reader of texts that are not longer than so many characters."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise NotThisKind(
                f"'{text}' has {len(text)} characters.", f"Use at most {longest}: it stands in many texts."
            )
        return text

    return read


def one_of(*choices: Word) -> Callable[[str], Word]:
    """A reader of one of these words."""
    known: dict[str, Word] = {choice: choice for choice in choices}

    def read(text: str) -> Word:
        if text not in known:
            raise NotThisKind(f"'{text}' is not a choice here.", f"Use one of: {', '.join(choices)}.")
        return known[text]

    return read


def yes_or_no(text: str) -> bool:
    """A yes or a no."""
    if text not in ("yes", "no"):
        raise NotThisKind(f"'{text}' is neither yes nor no.", "Write yes or no.")
    return text == "yes"


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers between these two."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise NotThisKind(f"'{text}' is not a whole number from {least} to {most}.", "Write it in digits.")
        return int(text)

    return read


def rate(text: str) -> float:
    """Segments a second: more than 0, at most 1000."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1000:
        raise NotThisKind(f"'{text}' is not a rate.", "Write segments a second, such as 1.0.")
    return value


def money(text: str) -> tuple[Decimal, str]:
    """An amount and its currency (ISO 4217), such as 0.0083 USD."""
    found = _MONEY.fullmatch(text)
    if found is None:
        raise NotThisKind(f"'{text}' is no price.", "Write the amount and the currency, such as 0.0083 USD.")
    return Decimal(found[1]), found[2]


def country(text: str) -> str:
    """A country by its two letters (ISO 3166-1)."""
    if not _COUNTRY.fullmatch(text):
        raise NotThisKind(f"'{text}' is no country.", "Write its two letters, such as US or CA.")
    return text


def phone_number(text: str) -> str:
    """A number that the world can call: + and the country first (ITU-T E.164)."""
    if not _E164.fullmatch(text):
        raise NotThisKind(
            f"'{text}' is not a whole phone number.", 'Write it in quotes, as "+15555550100": +, country, number.'
        )
    return text


def helpline_number(text: str) -> str:
    """A number as people dial it, short ones such as 988 included."""
    if not _SHORT_NUMBER.fullmatch(text):
        raise NotThisKind(f"'{text}' is not a number that people can dial.", 'Write it in quotes, as "988".')
    return text


def zone(text: str) -> str:
    """A time zone by its name in the IANA list."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NotThisKind(f"'{text}' is no time zone.", "Write region and city, such as America/New_York.") from None
    return text


def day(text: str) -> date:
    """A date as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotThisKind(f"'{text}' is no date.", "Write year, month and day, such as 2026-12-25.") from None


def time_after(text: str) -> str:
    """A length of time after a day, such as 4 weeks after at 15:30 (what service.rules.relative reads)."""
    if not _AFTER.fullmatch(text.strip().lower()):
        raise NotThisKind(f"'{text}' is no time after a day.", "Write such as '1 week after at 15:30'.")
    return text


def span(text: str) -> tuple[time, time]:
    """A span of hours, such as 09:00-17:00, or 22:00-06:00 over midnight; 00:00-24:00, the whole day, is told as two equal times."""
    found = _SPAN.fullmatch(text.replace(" ", ""))
    if not found:
        raise NotThisKind(f"'{text}' is no span of hours.", "Write it as 09:00-17:00.")
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    if (to_hour, to_minute) > (24, 0) or (from_hour, from_minute) == (to_hour, to_minute):
        raise NotThisKind(f"'{text}' is no span of hours.", "The whole day is 00:00-24:00; a day without hours is [].")
    return time(from_hour, from_minute), time(to_hour % 24, to_minute)
