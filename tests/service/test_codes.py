"""Codes as staff type them, and what five wrong ones do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.codes import Spoken, read_code, read_free
from service.store.rows import Audit, Escalation, Number
from tests.house import DAN, ROSA, SAM, SUE
from tests.scenes import World, heard


@pytest.mark.parametrize("text", ["1234567", " 1234567 ", "123 4567", "123-4567", "1234567.", "«1234567»"])
def test_a_code_alone_takes(text: str) -> None:
    """Seven digits and nothing else are a code, however they are grouped."""
    assert read_code(text) == Spoken("take", "1234567")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("PASS 1234567", Spoken("pass", "1234567")),
        ("paso 123 4567", Spoken("pass", "1234567")),
        ("Number: 1234567", Spoken("number", "1234567")),
        ("NÚMERO 1234567", Spoken("number", "1234567")),
        ("done 1234567", Spoken("done", "1234567")),
        ("LISTO 1234567 hablamos, está bien", Spoken("done", "1234567", "hablamos, está bien")),
        ("Done 1234567: Talked. Safe tonight", Spoken("done", "1234567", "Talked. Safe tonight")),
    ],
)
def test_a_verb_with_a_code_is_read_in_both_languages(text: str, spoken: Spoken) -> None:
    """PASS, DONE and NUMBER go with a code; the outcome stays as it was typed."""
    assert read_code(text) == spoken


@pytest.mark.parametrize(
    "text",
    ["123456", "12345678", "call 1234567", "1234567 is my code", "5555550123", "pass it on", "PASS 12345678", "done"],
)
def test_other_texts_are_no_code(text: str) -> None:
    """A telephone number, a shorter number or a number within words is nobody's code."""
    assert read_code(text) is None


@given(st.text())
def test_any_text_can_be_read_for_codes(text: str) -> None:
    """No text breaks the reading; a code is always seven digits."""
    spoken = read_code(text)
    assert spoken is None or (len(spoken.code) == 7 and spoken.code.isascii() and spoken.code.isdigit())


@pytest.mark.parametrize(
    ("text", "name"), [("FREE Rosa", "rosa"), ("libre: Dan.", "dan"), ("free", None), ("freedom now", None)]
)
def test_free_names_somebody(text: str, name: str | None) -> None:
    """FREE and LIBRE are read with a name only."""
    assert read_free(text) == name


def wrong(world: World, times: int) -> list[str]:
    """What Rosa hears after so many wrong codes."""
    return [body for _ in range(times) for body in heard(world.says(ROSA.number_id, "9999999"), ROSA.number_id)]


def test_a_wrong_code_says_so_and_does_nothing_else() -> None:
    """A code that is none of this phone's takes nothing."""
    world = World()
    assert "not one of yours" in wrong(world, 1)[0]


def test_five_wrong_codes_block_the_phone_and_tell_the_supervisor_once() -> None:
    """After the fifth in ten minutes codes are not read, not even the right one; the supervisor is told at once, once."""
    world = World()
    world.says(SAM.number_id, "i want to kill myself")
    code = world.code(ROSA)
    wrong(world, 4)
    fifth = world.says(ROSA.number_id, "9999999")
    assert len(heard(fifth, SUE.number_id)) == 1
    assert "FREE Rosa" in heard(fifth, SUE.number_id)[0]
    right = world.says(ROSA.number_id, code)
    assert heard(right, SUE.number_id) == []
    assert "Too many" in heard(right, ROSA.number_id)[0]
    assert world.all(Escalation)[0].state == "open"


def test_an_alert_goes_on_climbing_from_a_blocked_phone() -> None:
    """What a blocked phone cannot take reaches the backup in its time."""
    world = World()
    world.says(SAM.number_id, "i want to kill myself")
    wrong(world, 5)
    assert any("urgent alert" in body for body in heard(world.later(5), DAN.number_id))


def test_wrong_codes_far_apart_block_nothing() -> None:
    """Five wrong codes count only within ten minutes."""
    world = World()
    for _ in range(8):
        wrong(world, 1)
        world.later(3)
    assert "codes_blocked_at" not in world.one(Number, ROSA.number_id).memory


def test_a_supervisor_frees_a_phone_and_nobody_else_does() -> None:
    """FREE with the name makes codes count again; from a colleague it is an ordinary text."""
    world = World()
    world.says(SAM.number_id, "i want to kill myself")
    wrong(world, 5)
    world.says(DAN.number_id, "FREE Rosa")
    assert "codes_blocked_at" in world.one(Number, ROSA.number_id).memory
    freed = world.says(SUE.number_id, "free rosa")
    assert "read again" in heard(freed, ROSA.number_id)[0]
    assert [entry.what for entry in world.all(Audit) if "codes" in entry.what] == ["codes blocked", "codes freed"]
    code = world.code(ROSA)
    world.says(ROSA.number_id, code)
    assert world.all(Escalation)[0].taken_by == ROSA.id
