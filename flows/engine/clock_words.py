"""Times, dates, postal codes and phone numbers as people type them, in English and Spanish.

What can be meant in two ways is not guessed: `9` is no time until someone says which half of the day, and `3/4` is
no date where it could be March or April. Such an answer is None here and asked back by the engine.
"""

import re
from datetime import date, timedelta

from flows.engine.normalise import fold, plain_words
from flows.engine.numbers import NUMBER_WORDS

_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "lunes martes miercoles jueves viernes sabado domingo",
)
_MONTH_NAMES = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
WEEKDAYS = {name: day for names in _DAYS for day, name in enumerate(names.split())}
_MONTHS = {name: month for names in _MONTH_NAMES for month, name in enumerate(names.split(), 1)}
_NAMED_TIMES = {"noon": "12:00", "midday": "12:00", "mediodia": "12:00", "midnight": "00:00", "medianoche": "00:00"}
_MORNING = "am|in the morning|de la manana|de la madrugada"
_LATER = "pm|in the afternoon|in the evening|at night|tonight|de la tarde|de la noche"
_CLOCK = re.compile(rf"(\d{{1,2}})(?::?(\d{{2}}))? ?(?:({_MORNING})|({_LATER}))?")
_LEAD = re.compile(r"^(?:(?:at|around|about|by|a|sobre|como|el|la|las|los|on|para|next|proximo|this|este) )+")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?")
_POSTAL = re.compile(r"\d{5}(?:-\d{4})?")


def read_time(text: str) -> str | None:
    """The time of day that a text says, as `HH:MM`, or None where it says none or could mean two.

    `9:30 pm`, `a las 3 de la tarde`, `nine am`, `21:00`, `noon`. An hour up to twelve needs its half of the day.
    """
    said = _in_digits(_LEAD.sub("", " ".join(fold(text).replace(".", "").replace(" :", ":").strip(" !?¡¿").split())))
    if said in _NAMED_TIMES:
        return _NAMED_TIMES[said]
    found = _CLOCK.fullmatch(said)
    return _clock(int(found[1]), int(found[2] or 0), "am" if found[3] else "pm" if found[4] else "") if found else None


def read_date(text: str, today: date) -> str | None:
    """The date that a text says, as `YYYY-MM-DD`, or None where it says none or could mean two.

    `tomorrow`, `el viernes`, `May 3`, `3 de mayo`, `12/25`. A weekday is the next one after today; a date without a
    year is the next one from today on.
    """
    folded = _LEAD.sub("", " ".join(fold(text).strip(" .!?¡¿").split()))
    if found := _ISO.fullmatch(folded):
        return _exact(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(folded):
        return _slashed(int(found[1]), int(found[2]), found[3], today)
    words = _LEAD.sub("", plain_words(text))
    return _near(words, today) or _named_month(words.split(), today)


def read_postal_code(text: str) -> str | None:
    """A United States postal code of five or nine digits, or None."""
    said = fold(text).strip(" .!").removeprefix("zip ")
    return said if _POSTAL.fullmatch(said) else None


def read_phone_number(text: str) -> str | None:
    """A phone number as `+` and digits, or None; ten digits are taken as North American."""
    said = fold(text).strip()
    digits = re.sub(r"[ ().\-/]", "", said)
    if re.fullmatch(r"\+\d{8,15}", digits):
        return digits
    if re.fullmatch(r"1?[2-9]\d{9}", digits):
        return "+1" + digits[-10:]
    return None


def _in_digits(words: str) -> str:
    """Turn number words at the start of a time into digits: `nine am` is `9 am`."""
    first, _, rest = words.partition(" ")
    return f"{NUMBER_WORDS[first]} {rest}".strip() if first in NUMBER_WORDS else words


def _clock(hour: int, minute: int, half: str) -> str | None:
    """A time from its parts; `half` is am, pm or empty, and an hour up to twelve needs it."""
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    if half:
        return f"{hour % 12 + (12 if half == 'pm' else 0):02d}:{minute:02d}"
    return f"{hour:02d}:{minute:02d}" if hour > 12 or hour == 0 else None


def _near(words: str, today: date) -> str | None:
    """Days that are named by their distance or by their weekday."""
    days = {"today": 0, "hoy": 0, "tonight": 0, "tomorrow": 1, "manana": 1, "pasado manana": 2}
    if words in days:
        return (today + timedelta(days=days[words])).isoformat()
    if words in WEEKDAYS:
        return (today + timedelta(days=(WEEKDAYS[words] - today.weekday() - 1) % 7 + 1)).isoformat()
    return None


def _named_month(words: list[str], today: date) -> str | None:
    """`may 3`, `3 may`, `3 de mayo`, `may 3rd`, with or without a year."""
    parts = [
        re.sub(r"^(\d{1,2})(st|nd|rd|th)$", r"\1", word) for word in words if word not in {"de", "of", "the", "del"}
    ]
    year = int(parts.pop()) if len(parts) == 3 and re.fullmatch(r"\d{4}", parts[2]) else None
    if len(parts) != 2:
        return None
    month, day = parts if parts[0] in _MONTHS else parts[::-1]
    if month not in _MONTHS or not re.fullmatch(r"\d{1,2}", day):
        return None
    return _exact(year, _MONTHS[month], int(day)) if year else _next(_MONTHS[month], int(day), today)


def _slashed(first: int, second: int, year: str | None, today: date) -> str | None:
    if first <= 12 and second <= 12 and first != second:
        return None  # March 4 or 3 April: members from different countries mean different days
    month, day = (first, second) if first <= 12 else (second, first)
    return _exact(int(year), month, day) if year else _next(month, day, today)


def _next(month: int, day: int, today: date) -> str | None:
    """The first such day from today on; up to eight years ahead, for the 29th of February."""
    days = (_exact(year, month, day) for year in range(today.year, min(today.year + 9, 9999)))
    return next((day for day in days if day is not None and day >= today.isoformat()), None)


def _exact(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
