"""A reply made plain: no capitals, accents, marks or skin tones; digits of any script as 0 to 9.

plain_words("¡Sí, por favor!")  == "si por favor"
plain_words("Don’t know…")      == "dont know"
plain_words("٣")                == "3"
plain_words("👍🏽")              == "👍"
"""

import re
import unicodedata

_APOSTROPHES = re.compile("[’‘'´`ʼ＇]")
_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"(.)\1{2,}")


def fold(text: str) -> str:
    """Lower the letters of a text, drop accents and apostrophes, and turn every script's digits into 0 to 9."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    return "".join(_plain(char) for char in decomposed if not unicodedata.combining(char))


def plain_words(text: str) -> str:
    """The words of a text with one space between them; its emoji where it has no words, else nothing of them."""
    folded = fold(text)
    return " ".join(_WORD.findall(folded)) or _pictures(folded)


def squeezed(words: str) -> tuple[str, str]:
    """Words with long runs of one letter cut to two and to one: `goood` is `good`, `yesss` is `yes`."""
    return _RUN.sub(r"\1\1", words), _RUN.sub(r"\1", words)


def _plain(char: str) -> str:
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))


def _pictures(folded: str) -> str:
    """The emoji of a text, without the joiners and skin tones that phones add."""
    return "".join(char for char in folded if unicodedata.category(char) == "So")
