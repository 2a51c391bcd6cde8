"""Command words are whole messages, in both languages, and take few words after them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lexicons import COMMANDS
from config.vocabulary import Words
from service.rules.consent_words import read_consent
from service.rules.service_words import Command, read_command, read_word, word_argument


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("talk", "talk"),
        ("TALK please", "talk"),
        ("Hablar!", "talk"),
        ("now", "now"),
        ("AHORA", "now"),
        ("call", "call"),
        ("llamar", "call"),
        ("pause", "pause"),
        ("pausa", "pause"),
        ("back", "back"),
        ("volver", "back"),
        ("less", "less"),
        ("menos", "less"),
        ("skip", "skip"),
        ("paso por favor 🙏", "skip"),
        ("why?", "why"),
        ("¿Por qué?", "why"),
        ("porque", "why"),
        ("menu", "menu"),
        ("menú", "menu"),
        ("find", "find"),
        ("buscar", "find"),
        ("circle", "circle"),
        ("grupo", "circle"),
        ("story", "story"),
        ("historia", "story"),
        ("quiet", "quiet"),
        ("discreto", "quiet"),
        ("myinfo", "myinfo"),
        ("mis datos", "myinfo"),
        ("language", "language"),
        ("idioma", "language"),
    ],
)
def test_a_command_alone_is_read(words: Words, text: str, word: str) -> None:
    """Each command is read in both languages, with case, accents, signs and politeness forgiven."""
    assert read_word(words, text) == word


@pytest.mark.parametrize(
    "text",
    [
        *("back hurts", "now what", "call 911", "less alone", "call me", "talk talk", "skip it", "why me"),
        *("es que no se", "en la casa", "porque si", "paso mucho", "menos mal", "ahora no", "mi historia"),
        *("pause my meds", "pause 3", "pause 0 days", "pausar", "hello", "yes", "", "💊", "language please help"),
    ],
)
def test_a_command_inside_a_sentence_is_not_read(words: Words, text: str) -> None:
    """Everyday words stay everyday words."""
    assert read_command(words, text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ES", "es"),
        ("en", "en"),
        ("Spanish", "es"),
        ("español", "es"),
        ("INGLÉS", "en"),
        ("english please", "en"),
        ("language spanish", "es"),
        ("idioma inglés", "en"),
        ("language", None),
    ],
)
def test_a_language_may_be_named_alone_or_after_language(words: Words, text: str, language: str | None) -> None:
    """ES, EN and the names of the languages choose one; LANGUAGE alone asks which."""
    assert read_command(words, text) == Command("language", language)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("pause", None),
        ("pause 2 weeks", timedelta(weeks=2)),
        ("PAUSE for a few days", timedelta(days=3)),
        ("pause a week please", timedelta(weeks=1)),
        ("pause 12 hours", timedelta(hours=12)),
        ("pausa una semana", timedelta(weeks=1)),
        ("pausa de un mes", timedelta(days=30)),
        ("pausa 10 días", timedelta(days=10)),
        ("pause 900 days", timedelta(days=366)),
    ],
)
def test_pause_takes_a_length(words: Words, text: str, length: timedelta | None) -> None:
    """PAUSE takes a length in hours, days, weeks or months, a year at most."""
    assert read_command(words, text) == Command("pause", length)


def test_find_takes_any_words_as_they_were_typed(words: Words) -> None:
    """FIND keeps what to look for; nothing else takes words."""
    assert word_argument(words, "Buscar comida en Peñasco, AZ") == "comida en Peñasco, AZ"
    assert word_argument(words, "Please, FIND: food near me") == "food near me"
    assert word_argument(words, "talk") is None


def test_no_command_is_a_consent_word(words: Words) -> None:
    """No command word hides behind a consent word, which is read before it."""
    phrases = [phrase for each in words.service.values() for listed in each.words.values() for phrase in listed]
    assert [phrase for phrase in phrases if read_consent(words, phrase, stopped=True)] == []


def test_every_command_has_a_word_in_each_language(words: Words) -> None:
    """A member of either language can give every command."""
    assert {language: set(each.words) for language, each in words.service.items()} == {
        "en": set(COMMANDS),
        "es": set(COMMANDS),
    }


@given(text=st.text())
def test_any_text_can_be_read(words: Words, text: str) -> None:
    """Whatever is typed, reading it for commands does not fail."""
    assert read_word(words, text) in {*COMMANDS, None}
