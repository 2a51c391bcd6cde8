"""Tags: read as people type them, chosen so that two on one phone are hard to mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tags import DIGITS, LETTERS, Tagged, choose_tag, read_tag

TAGS = st.builds(lambda letter, digit: letter + digit, st.sampled_from(LETTERS), st.sampled_from(DIGITS))


@pytest.mark.parametrize(
    "text",
    [
        "B2 how are you", "b2 how are you", "[B2] how are you", "[b2]how are you", "(B2) how are you", "b2: how are you",
        "B2, how are you", "B2 - how are you", " <b2>  how are you", "B2\nhow are you", "［Ｂ２］ how are you", "B2. how are you",
    ],
)  # fmt: skip
def test_a_tag_is_read_in_any_case_and_bracket(text: str) -> None:
    """However a basic phone types it, a tag in front is a tag and the words stay as they were."""
    assert read_tag(text) == Tagged("B2", "how are you")


@pytest.mark.parametrize("text", ["B2", "[b2]", " (B2). ", "b2:"])
def test_a_tag_alone_has_no_words(text: str) -> None:
    """A tag with nothing after it is still a tag."""
    assert read_tag(text) == Tagged("B2", "")


@pytest.mark.parametrize(
    "text", ["b2b sales meeting", "be too kind", "hello B2", "2B or not 2B", "B 2 go", "Bb2 hi", "B234 hi", ""]
)
def test_other_words_are_no_tag(text: str) -> None:
    """Only one letter with one digit or two, in front and standing alone, is a tag."""
    assert read_tag(text) is None


@pytest.mark.parametrize("text", ["B0 hello", "I1 hello"])
def test_a_slip_is_read_as_a_tag_so_that_it_can_be_asked_back(text: str) -> None:
    """What has the shape of a tag but can be none is not taken for words to somebody."""
    assert read_tag(text) is not None


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No text breaks the reading, and the words after a tag are the text's own."""
    found = read_tag(text)
    assert found is None or found.words.strip() == found.words


@given(st.sets(TAGS, max_size=40))
def test_a_new_tag_is_never_one_in_use(in_use: set[str]) -> None:
    """A tag is free, has no letter or digit that looks like another, and is the same for the same tags."""
    tag = choose_tag(in_use)
    assert tag not in in_use
    assert not set("IO01") & set(tag)
    assert tag == choose_tag(in_use)


def test_the_first_tags_of_a_phone_share_no_letter_and_no_digit() -> None:
    """As long as there are digits left, no two tags have a letter or a digit in common."""
    tags: list[str] = []
    for _ in DIGITS:
        tags.append(choose_tag(tags))
    assert len({tag[0] for tag in tags}) == len({tag[1] for tag in tags}) == len(DIGITS)


def test_a_phone_with_every_tag_resting_gets_longer_ones() -> None:
    """No tag is used again within its seven days, however busy the phone."""
    every = {letter + digit for letter in LETTERS for digit in DIGITS}
    first = choose_tag(every)
    second = choose_tag(every | {first})
    assert len({first, second}) == 2
    assert {read_tag(f"{first} hi"), read_tag(f"{second} hi")} == {Tagged(first, "hi"), Tagged(second, "hi")}
