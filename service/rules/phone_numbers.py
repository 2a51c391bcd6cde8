"""Phone numbers: read as people write them, kept as E.164, shown masked."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

HOME_REGION = "US"
# Numbers that cost the sender extra. Everything else that can be a number is taken: made-up ones such as 555-0100 are
# assigned to nobody but possible, so they work in a demo and do no harm elsewhere.
COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
MENDS = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the area code is missing; write such as +1 555 555 0123",
    ValidationResult.TOO_SHORT: "it is too short; write such as +1 555 555 0123",
    ValidationResult.TOO_LONG: "it is too long; write such as +1 555 555 0123",
    ValidationResult.INVALID_LENGTH: "it has the wrong length; write such as +1 555 555 0123",
    ValidationResult.INVALID_COUNTRY_CODE: "its country code is not known; write such as +1 555 555 0123",
}


class PhoneProblem(ValueError):
    """A text that is no number to write to; its words are the mend."""


def read_number(text: str, region: str = HOME_REGION) -> str:
    """Give the number in E.164, such as +15555550123; without a country code it is one of `region`.

    Raises PhoneProblem for what is no number, has an extension, cannot exist, or costs extra.
    """
    number = _parsed(text, region)
    if number.extension:
        raise PhoneProblem("it has an extension, which a text cannot reach; write the number alone")
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE:
        raise PhoneProblem(MENDS.get(possible, "it cannot be a phone number; write such as +1 555 555 0123"))
    if phonenumbers.number_type(number) in COSTLY:
        raise PhoneProblem("calls and texts to it cost extra; write an ordinary number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_short_code(text: str) -> bool:
    """Tell whether a sender is a short code: three to eight digits with nothing before them. Nobody can be answered there."""
    return text.isascii() and text.isdecimal() and 3 <= len(text) <= 8


def mask(number: str) -> str:
    """Give a number as logs and lists may show it: its last two digits, such as ...23."""
    digits = [sign for sign in number if sign.isdecimal()]
    return "..." + "".join(digits[-2:]) if len(digits) > 4 else "..."


def _parsed(text: str, region: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException as problem:
        raise PhoneProblem("it is not a phone number; write such as +1 555 555 0123") from problem
