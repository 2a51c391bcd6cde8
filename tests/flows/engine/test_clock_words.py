"""Times and dates as people type them, and what is not guessed."""

from datetime import date

import pytest

from flows.engine.clock_words import read_date, read_phone_number, read_postal_code, read_time

TUESDAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9am", "09:00"),
        ("9 a.m.", "09:00"),
        ("12 pm", "12:00"),
        ("12:30 am", "00:30"),
        ("11:59 p.m.", "23:59"),
        ("at 5 in the afternoon", "17:00"),
        ("a las 8 de la noche", "20:00"),
        ("a las nueve de la mañana", "09:00"),
        ("around noon", "12:00"),
        ("mediodía", "12:00"),
        ("midnight", "00:00"),
        ("13:00", "13:00"),
        ("0:15", "00:15"),
        ("1300", "13:00"),
        ("9", None),
        ("9:30", None),
        ("12:00", None),
        ("13 pm", None),
        ("0 am", None),
        ("24:00", None),
        ("10:60", None),
        ("later", None),
        ("", None),
    ],
)
def test_a_time_is_read_where_it_can_mean_one_thing(text: str, said: str | None) -> None:
    """An hour up to twelve needs its half of the day."""
    assert read_time(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("today", "2026-03-03"),
        ("tomorrow", "2026-03-04"),
        ("mañana", "2026-03-04"),
        ("pasado mañana", "2026-03-05"),
        ("Tuesday", "2026-03-10"),
        ("on wednesday", "2026-03-04"),
        ("el próximo lunes", "2026-03-09"),
        ("the 3rd of march", "2026-03-03"),
        ("march 2", "2027-03-02"),
        ("2 de marzo", "2027-03-02"),
        ("feb 29", "2028-02-29"),
        ("May 3, 2027", "2027-05-03"),
        ("13/4", "2026-04-13"),
        ("4/13/2027", "2027-04-13"),
        ("5/5", "2026-05-05"),
        ("2026-3-9", "2026-03-09"),
        ("3/4", None),
        ("13/13", None),
        ("february 30", None),
        ("2026-02-30", None),
        ("someday", None),
        ("", None),
    ],
)
def test_a_date_is_read_where_it_can_mean_one_thing(text: str, said: str | None) -> None:
    """Weekdays are the next after today, days without a year the next from today on; March 4 and 3 April are told apart by nobody."""
    assert read_date(text, TUESDAY) == said


def test_codes_and_numbers_are_read_in_their_usual_forms() -> None:
    """Five digits or nine; ten digits are North American, a plus makes any country plain."""
    assert [read_postal_code(text) for text in ("60611", " zip 60611-1234.", "6061", "606111")] == [
        "60611",
        "60611-1234",
        None,
        None,
    ]
    assert read_phone_number("312.555.0142") == "+13125550142"
    assert read_phone_number("1 (312) 555-0142") == "+13125550142"
    assert read_phone_number("+52 55 5555 0142") == "+525555550142"
    assert [read_phone_number(text) for text in ("555-0142", "112 555 0142", "call me")] == [None, None, None]
