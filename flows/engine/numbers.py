"""Numbers as people type them: digits, and words from zero to a hundred in English and Spanish.

text2num was weighed and left: it does not know words without their accents (`veintidos`), reads one language at a
time, and lets `one or two` pass as two numbers.
"""

import re

_ENGLISH = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_SPANISH = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete "
    "veintiocho veintinueve"
)
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SPANISH_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
_SHARE = re.compile(r"(\d{1,3}) ?(?:/|out of|of|de) ?(\d{1,3})")


def _number_words() -> dict[str, int]:
    words = {word: number for number, word in enumerate(_ENGLISH.split())}
    words |= {word: number for number, word in enumerate(_SPANISH.split())}
    words |= {"un": 1, "una": 1, "hundred": 100, "one hundred": 100, "cien": 100, "fourty": 40}
    units = list(words.items())
    for number, tens in enumerate(_ENGLISH_TENS.split(), start=2):
        words[tens] = number * 10
        words |= {f"{tens} {unit}": number * 10 + n for unit, n in units[1:10]}
    for number, tens in enumerate(_SPANISH_TENS.split(), start=3):
        words[tens] = number * 10
        words |= {
            f"{tens} y {unit}": number * 10 + n for unit, n in zip(_SPANISH.split()[1:10], range(1, 10), strict=True)
        }
    return words


NUMBER_WORDS = _number_words()


def read_number(words: str) -> int | None:
    """The number that plain words say, or None: `4`, `four`, `cuatro`, `treinta y dos`.

    Words that hold anything else say no number, so that `one or two` is nobody's answer.
    """
    if words.isdigit():
        return int(words) if len(words) <= 9 else None
    return NUMBER_WORDS.get(words)


def read_share(folded: str) -> tuple[int, int] | None:
    """The two numbers of `2/5`, `2 out of 5` or `2 de 5`, or None."""
    found = _SHARE.fullmatch(" ".join(folded.strip(" .!").split()))
    return (int(found[1]), int(found[2])) if found else None
