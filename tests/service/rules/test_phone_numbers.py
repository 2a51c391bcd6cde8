"""Tests of reading and showing phone numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.phone_numbers import PhoneProblem, is_short_code, mask, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+15555550123", "+15555550123"),
        ("(312) 555-0155", "+13125550155"),
        ("1 312 555 0155", "+13125550155"),
        ("312.555.0155", "+13125550155"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+1 800 555 0100", "+18005550100"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: str) -> None:
    """Brackets, points, spaces and a missing country code do not matter; made-up numbers are taken."""
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("", "not a phone number"),
        ("call me", "not a phone number"),
        ("12345", "too short"),
        ("911", "too short"),
        ("555 0123", "area code"),
        ("+1 312 555 01555", "too long"),
        ("+1 312 555 0155 x5", "extension"),
        ("+1 900 555 0123", "cost extra"),
        ("+999 12345678", "not a phone number"),
    ],
)
def test_what_cannot_be_written_to_is_refused_with_the_mend(text: str, mend: str) -> None:
    """Impossible and costly numbers are refused, each in its own words."""
    with pytest.raises(PhoneProblem, match=mend):
        read_number(text)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_problem(text: str) -> None:
    """No text breaks the reading, and what is read once reads as itself."""
    try:
        number = read_number(text)
    except PhoneProblem:
        return
    assert read_number(number) == number


@pytest.mark.parametrize(
    ("sender", "expected"),
    [("72345", True), ("911", True), ("+15555550123", False), ("5555550123", False), ("Riverbend", False)],
)
def test_short_codes_are_known(sender: str, expected: bool) -> None:  # noqa: FBT001
    """Three to eight digits and nothing else are a short code."""
    assert is_short_code(sender) is expected


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_mask_shows_two_digits(number: str) -> None:
    """Of a number only the last two digits are left."""
    assert mask(number) == "..." + number[-2:]


def test_a_mask_of_something_short_shows_nothing() -> None:
    """Three digits would be half of a short code."""
    assert mask("911") == "..."
