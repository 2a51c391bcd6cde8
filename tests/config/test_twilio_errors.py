from pathlib import Path

import pytest

from config.twilio_errors import FILE, TwilioErrorsProblem, load_twilio_errors

SHIPPED = Path(__file__).parents[2] / "config"


def test_the_shipped_file_knows_the_codes_that_matter_most() -> None:
    """Stop at the provider, a dead number, too fast, and an account that cannot send at all."""
    errors = load_twilio_errors(SHIPPED)
    assert [errors.class_of(code) for code in (21610, 21211, 20429, 20003, 30007)] == [
        "opted_out", "bad_number", "temporary", "account", "content",
    ]  # fmt: skip


@pytest.mark.parametrize("code", [20010, 21601, 21609, 30033, 30037])
def test_what_keeps_every_text_back_is_the_accounts(code: int) -> None:
    """Were it nobody's, each check-in would fail by itself, and nobody would be told."""
    assert load_twilio_errors(SHIPPED).class_of(code) == "account"


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """Words for numbers, unknown classes and a code in two classes are all named."""
    (tmp_path / FILE).write_text("temporary: [many, 1]\nloop: [1]\nlater: [2]\ncontent: 3\n")
    with pytest.raises(TwilioErrorsProblem) as problem:
        load_twilio_errors(tmp_path)
    told = str(problem.value)
    assert all(words in told for words in ("'many'", "code 1 stands", "'later'", "'content'"))


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "\xff"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    """A list, broken YAML and broken letters get one line each."""
    (tmp_path / FILE).write_bytes(text.encode("latin-1"))
    with pytest.raises(TwilioErrorsProblem, match=FILE):
        load_twilio_errors(tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """Without the file nothing starts."""
    with pytest.raises(TwilioErrorsProblem, match="missing"):
        load_twilio_errors(tmp_path)
