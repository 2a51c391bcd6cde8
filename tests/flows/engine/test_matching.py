"""What a reply is taken for."""

import pytest

from flows.engine.flow import Ask, Matcher
from flows.engine.matching import meaning
from tests.flows.engine.flow_files import compiled, shipped_flows

DAY = """
    day:
      ask: {en: How is today?}
      keep: feeling
      replies:
        low: {number: 1 to 2, words: {en: [bad, rough, "don't know"]}, go: done}
        fine: {number: 3 to 5, words: {en: [good, great, lovely, "mañana"]}, go: done}
      silence: [{after: 24 hours, go: done}]
    done: {end: yes}
"""


def matcher_of(steps: str, header: str = "keeps: {feeling: number 1 to 5}") -> Matcher:
    """The matcher of the first question of some steps."""
    verb = next(iter(compiled(steps, header).steps.values())).verbs[0]
    assert isinstance(verb, Ask)
    return verb.matcher


@pytest.mark.parametrize(
    ("text", "reply", "value"),
    [
        ("good", "fine", None),
        ("  GOOD!! ", "fine", None),
        ("goood", "fine", None),
        ("godo", "fine", None),
        ("grat", "fine", None),
        ("don’t know", "low", None),
        ("dont know…", "low", None),
        ("MANANA", "fine", None),
        ("2", "low", 2),
        ("٢", "low", 2),
        ("２", "low", 2),
        ("2️⃣", "low", 2),
        ("two", "low", 2),
        ("dos", "low", 2),
        ("2/5", "low", 2),
        ("4 out of 5", "fine", 4),
        ("bad 2", "low", 2),
        ("pretty good 😊", None, None),
        ("really good, thanks 😊", "fine", None),
        ("i feel bad", "low", None),
    ],
)
def test_slips_accents_digits_and_number_words_are_understood(text: str, reply: str | None, value: int | None) -> None:
    """A member writes as people write, and is understood where the meaning is plain."""
    meant = meaning(matcher_of(DAY), text)

    assert (meant.reply, meant.value) == (reply, value)


@pytest.mark.parametrize("text", ["good bad", "6", "0", "1 or 4", "lonely"])
def test_what_fits_two_choices_or_none_nearly_is_unsure(text: str) -> None:
    """Two choices at once, a number outside the range and a word with one other letter are never guessed."""
    meant = meaning(matcher_of(DAY), text)

    assert (meant.reply, meant.unsure) == (None, True)


@pytest.mark.parametrize(
    "text",
    ["not good at all, my dog died", "", "🙂", "call my sister for me please she knows", "goodness knows", "-", "?"],
)
def test_a_longer_tale_is_never_hunted_for_words(text: str) -> None:
    """Words of a choice inside a sentence say nothing about what the sentence means."""
    meant = meaning(matcher_of(DAY), text)

    assert (meant.reply, meant.unsure) == (None, False)


@pytest.mark.parametrize("text", ["stpo", "skpi", "hablr", "tlak", "pasue", "quitt"])
def test_a_slip_near_a_word_of_the_service_is_no_answer(text: str) -> None:
    """Consent words, doors and commands are read elsewhere and exactly; here a slip of one is just words."""
    steps = DAY.replace("[bad, rough", "[stops, skips, hablo, talks, passe, quits")

    assert meaning(matcher_of(steps), text).reply is None


def test_yes_and_no_are_known_in_both_languages() -> None:
    """A member may mix languages, and may answer with a thumb."""
    ask = next(iter(shipped_flows()["welcome"].steps.values())).verbs[0]
    assert isinstance(ask, Ask)

    assert {meaning(ask.matcher, text).reply for text in ["yes", "Sí", "si por favor", "OK", "👍🏽", "claro"]} == {
        "welcome"
    }
    assert {meaning(ask.matcher, text).reply for text in ["no", "No, gracias.", "nope", "👎"]} == {"declined"}


@pytest.mark.parametrize(
    ("text", "reply"),
    [("what is this?", None), ("who is tihs", "wrong"), ("wrong nmber", "wrong"), ("wrongnumber", "wrong")],
)
def test_every_word_of_a_phrase_must_be_a_slip_by_itself(text: str, reply: str | None) -> None:
    """Who asks what this is has not said that the number is wrong."""
    ask = next(iter(shipped_flows()["welcome"].steps.values())).verbs[0]
    assert isinstance(ask, Ask)

    assert meaning(ask.matcher, text).reply == reply


KINDS = """
    ask:
      ask: {en: When and where?}
      replies:
        when: {is: time, go: done}
        day: {is: date, go: done}
        zip: {is: postal code, go: done}
        phone: {is: phone number, go: done}
      silence: [{after: 24 hours, go: done}]
    done: {end: yes}
"""


@pytest.mark.parametrize(
    ("text", "reply", "value"),
    [
        ("9:30 pm", "when", "21:30"),
        ("a las 3 de la tarde", "when", "15:00"),
        ("nine am", "when", "09:00"),
        ("noon", "when", "12:00"),
        ("12 am", "when", "00:00"),
        ("21:05", "when", "21:05"),
        ("3 de mayo 2027", "day", "2027-05-03"),
        ("May 3rd, 2027", "day", "2027-05-03"),
        ("2027-05-03", "day", "2027-05-03"),
        ("60611", "zip", "60611"),
        ("60611-1234", "zip", "60611-1234"),
        ("(312) 555-0142", "phone", "+13125550142"),
        ("9", None, None),
        ("3/4", None, None),
        ("25:00", None, None),
        ("2027-02-30", None, None),
    ],
)
def test_times_dates_codes_and_numbers_are_read_where_they_are_asked_for(
    text: str, reply: str | None, value: str | None
) -> None:
    """What is plain is read; what could mean two things, such as 9 or 3/4, is not guessed."""
    meant = meaning(matcher_of(KINDS, ""), text)

    assert (meant.reply, meant.value) == (reply, value)
