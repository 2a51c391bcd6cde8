"""Words of danger: a transparent lexicon, read in both languages, that brings a person sooner and never decides for one.

It prompts staff; it is no detector to rely on. Whatever it finds, and whatever it does not find, people read the words.
"""

from service.rules.risk.lexicon import Lexicon, LexiconProblem, compile_lexicon
from service.rules.risk.screening import UNSCREENED, Risk, screen

__all__ = ["UNSCREENED", "Lexicon", "LexiconProblem", "Risk", "compile_lexicon", "screen"]
