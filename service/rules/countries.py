"""To which numbers no automatic text goes: those of countries that are not served, and those that cost their sender extra."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

from service.rules.phone_numbers import COSTLY

COSTLY_NUMBER = "texts to this number cost extra"
FOREIGN = "this number is of a country that is not served"


def why_refused(number: str, countries: Sequence[str]) -> str | None:
    """Why nothing automatic goes to an E.164 number where these countries (ISO 3166, such as US) are served; None if it may.

    A number that no country has given out, such as those kept for made-up people, counts for every country of its code.
    """
    return _why_refused(number, frozenset(countries))


@lru_cache(maxsize=16384)  # a third of a millisecond each, and the same people are written to again and again
def _why_refused(number: str, countries: frozenset[str]) -> str | None:
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return None  # a short code or a name: the provider says what it is
    if phonenumbers.number_type(parsed) in COSTLY:
        return COSTLY_NUMBER
    region = phonenumbers.region_code_for_number(parsed)
    of_code = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    found = {region} if region is not None else set(of_code)
    return None if not countries or found & countries else FOREIGN
