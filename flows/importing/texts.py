"""Texts of other systems made fit for ours: no invisible marks, no braces that mean something to us, no endless length."""

import re

LONGEST = 1600  # characters in one message, as Twilio takes them; longer ones are told in parts
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_BRACES = str.maketrans("{}", "()")
_SMALL_ES = "el la los las de que y en por para con una un tu te su es está sí gracias hola como cómo qué"
_SMALL_EN = "the a an of and to in for with you your is are not if thanks hello how what we this please"
_SPANISH, _ENGLISH = frozenset(_SMALL_ES.split()), frozenset(_SMALL_EN.split())
_GAP = re.compile(r"[ \t]{2,}")
_BEFORE_MARK = re.compile(r"[ \t]+([,.!?;:])")
_MARKS = re.compile(r"\{[{%].{0,500}?[%}]\}|@[\w.]+", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")


def clean(text: str) -> str:
    """A text without control characters, halves of characters and byte order marks; every line break is a newline."""
    lines = _BREAKS.sub("\n", text)
    return lines if lines.isprintable() else "".join(char for char in lines if _is_kept(char))


def literal(text: str) -> str:
    """A text in which no brace is taken for a placeholder of ours."""
    return text.translate(_BRACES)


def closed(text: str) -> str:
    """A text without the gaps that something left which is not there."""
    return _BEFORE_MARK.sub(r"\1", _GAP.sub(" ", text)).strip()


def one_line(text: str, longest: int = 120) -> str:
    """A text on one line, cut after some characters, for titles, notes and comments."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def in_parts(text: str) -> tuple[str, ...]:
    """A text that is too long for one message in parts, cut at a line, a sentence or a space where there is one."""
    parts = []
    rest = text.strip()
    while len(rest) > LONGEST:
        cut = _cut(rest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(part for part in (*parts, rest) if part)


def guess_language(text: str) -> str:
    """`es` where a text has more of the small words of Spanish than of English, else `en`."""
    found = [word.casefold() for word in _WORD.findall(_MARKS.sub(" ", text[:20_000]))]
    spanish, english = (sum(1 for word in found if word in known) for known in (_SPANISH, _ENGLISH))
    return "es" if spanish > english else "en"


def _is_kept(char: str) -> bool:
    """Tell whether a character may stand in a flow file; those that may not are the ones that YAML refuses, too."""
    code = ord(char)
    if char in "\n\t":
        return True
    is_hidden = code < 32 or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xDFFF or code in (0xFEFF, 0xFFFE, 0xFFFF)
    return not is_hidden


def _cut(text: str) -> int:
    """Where the first part of a long text ends; never inside a placeholder."""
    head = text[:LONGEST]
    for mark in ("\n", ". ", " "):
        at = head.rfind(mark, LONGEST // 2)
        if at >= 0:
            return at + len(mark)
    opened = head.rfind("{")
    return opened if opened > max(0, head.rfind("}")) else LONGEST
