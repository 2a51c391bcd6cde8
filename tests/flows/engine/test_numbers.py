"""Numbers as people type them."""

import pytest

from flows.engine.numbers import NUMBER_WORDS, read_number, read_share


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("123456789", 123456789),
        ("1234567890", None),
        ("zero", 0),
        ("nineteen", 19),
        ("twenty one", 21),
        ("ninety nine", 99),
        ("one hundred", 100),
        ("fourty", 40),
        ("cero", 0),
        ("dieciseis", 16),
        ("veintidos", 22),
        ("treinta", 30),
        ("treinta y uno", 31),
        ("noventa y nueve", 99),
        ("cien", 100),
        ("una", 1),
        ("one or two", None),
        ("two point five", None),
        ("", None),
    ],
)
def test_digits_and_words_of_both_languages_are_numbers(words: str, number: int | None) -> None:
    """From zero to a hundred in words, up to nine digits, and nothing that holds more than a number."""
    assert read_number(words) == number


def test_every_number_up_to_a_hundred_has_words_in_both_languages() -> None:
    """One English and one Spanish at least, for each."""
    assert set(NUMBER_WORDS.values()) == set(range(101))
    assert all(list(NUMBER_WORDS.values()).count(number) >= 2 for number in range(101))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("2/5", (2, 5)),
        ("2 out of 5", (2, 5)),
        ("2 de 5.", (2, 5)),
        ("10 of 10", (10, 10)),
        ("2/5/7", None),
        ("2", None),
    ],
)
def test_a_number_out_of_a_number(text: str, share: tuple[int, int] | None) -> None:
    """As people answer where a range was offered."""
    assert read_share(text) == share
