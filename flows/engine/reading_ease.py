"""How easy a short text reads, in English and Spanish, without lists of words to download.

English: the Flesch-Kincaid grade (Kincaid and others, 1975), 0.39 words for each sentence and 11.8 syllables for each
word, less 15.59. Spanish: the Fernández-Huerta ease (1959), which we turn into a grade by its own table. Syllables are
counted as groups of vowels, which is near enough for a warning.
"""

import re

_SENTENCE = re.compile(r"[.!?¡¿:\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_VOWELS = {"en": re.compile(r"[aeiouy]+"), "es": re.compile(r"[aeiouáéíóúü]+")}
_SILENT_E = re.compile(r"(?<=[bcdfghjkmnpqrstvwxz])e(?:s|d)?$")
# Fernández-Huerta: 90 and more is the fourth grade, and so on down to 50 for the first years of secondary school.
_SPANISH_GRADES = ((90, 4), (80, 5), (70, 6), (60, 7), (50, 9), (30, 12))


def reading_grade(text: str, language: str) -> float:
    """The school grade at which a text reads easily; 0 for a text without words."""
    words = _WORD.findall(text.casefold())
    if not words:
        return 0.0
    sentences = sum(1 for part in _SENTENCE.split(text) if _WORD.search(part))
    syllables = sum(_syllables(word, language) for word in words)
    if language == "es":
        return _spanish(len(words), sentences, syllables)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str, language: str) -> int:
    word = _SILENT_E.sub("", word) if language == "en" and len(word) > 3 else word
    return max(1, len(_VOWELS.get(language, _VOWELS["en"]).findall(word)))


def _spanish(words: int, sentences: int, syllables: int) -> float:
    ease = 206.84 - 60 * syllables / words - 1.02 * words / sentences
    return next((float(grade) for least, grade in _SPANISH_GRADES if ease >= least), 13.0)
