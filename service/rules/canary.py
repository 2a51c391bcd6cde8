"""The canary: a text that nobody wrote, which goes all the way through the service so that its absence can alarm.

Its number is made up (area code 555 is given to nobody), so that no phone in the world can be at the other end.
"""

from __future__ import annotations

NUMBER = "+15555550155"
WORDS = "canary"
REACHED = "it is the canary's, and came all the way; nobody is at that number"


def is_canary(number: str, words: str) -> bool:
    """Whether a text is the canary's. Any other words from its number are read like anybody's."""
    return number == NUMBER and words == WORDS
