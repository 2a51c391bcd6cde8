"""What every decision may consult besides the rows: the organisation, its words and texts, the flows, new ids and codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from config.organisation import Organisation
from config.texts import Texts
from config.twilio_errors import TwilioErrors
from config.vocabulary import Words
from flows.engine.flow import Flow
from service.rules.risk import Lexicon


class Means(Protocol):
    """What a decision about somebody's schedules consults: less than a setting, so that it can be made by hand too."""

    @property
    def organisation(self) -> Organisation:
        """The organisation, as its file describes it."""

    @property
    def new_id(self) -> Callable[[], UUID]:
        """What makes a new id."""

    @property
    def flows(self) -> Callable[[Mapping[str, int]], Mapping[str, Flow]]:
        """What gives compiled flows by name for fixed versions."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Handed in by the assembly; the callables are the only doors to chance and to published flows."""

    organisation: Organisation
    texts: Texts
    words: Words
    lexicon: Lexicon
    flows: Callable[[Mapping[str, int]], Mapping[str, Flow]]  # compiled flows by name for fixed versions
    new_id: Callable[[], UUID]
    new_code: Callable[[], str]  # seven digits
    errors: TwilioErrors = field(default_factory=TwilioErrors)  # what each of the provider's codes means for us
