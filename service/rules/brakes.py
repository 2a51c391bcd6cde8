"""Brakes against two machines that answer each other: how many automatic answers one number gets, and when a text is a loop.

Five automatic answers an hour without a person's word or something the number asked for by name (GoAlert's figure); thirty in
all, since a lively check-in has a dozen; the same text twenty times in five minutes is no person any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

PER_HOUR = 5
MOST = 30
HOUR = timedelta(hours=1)
SAME = 20
SAME_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Brake:
    """What is remembered of a number: our automatic answers of an hour, its last action, and a text said again and again.

    `act` is when it last asked for something by name, or when a person last wrote to it.
    """

    answers: tuple[datetime, ...] = ()
    act: datetime | None = None
    same: tuple[datetime, ...] = ()

    @property
    def kept(self) -> dict[str, Any]:
        """The same as JSON holds it; no words are in it."""
        act = {} if self.act is None else {"act": self.act.isoformat()}
        return {"answers": _texts(self.answers), "same": _texts(self.same), **act}


def read_brake(kept: Mapping[str, Any]) -> Brake:
    """The brake as it was kept; an empty mapping is one that never was."""
    act = kept.get("act")
    return Brake(
        _times(kept.get("answers", ())),
        None if act is None else datetime.fromisoformat(act),
        _times(kept.get("same", ())),
    )


def heard(brake: Brake, now: datetime, *, same: bool, act: bool) -> Brake:
    """The brake after a text: `same` if it is the one before it again, `act` if it asks for something by name.

    The same action again is none: a machine that says TALK for ever does not talk itself free.
    """
    again = (*brake.same, now) if same else (now,)
    recent = tuple(at for at in again if now - at < SAME_WITHIN)[-SAME:]
    return Brake(brake.answers, now if act and not same else brake.act, recent)


def answered(brake: Brake, count: int, now: datetime) -> Brake:
    """The brake after so many automatic answers."""
    lately = tuple([at for at in brake.answers if now - at < HOUR])
    return Brake((*lately, *[now] * count), brake.act, brake.same)


def freed(brake: Brake, now: datetime) -> Brake:
    """The brake after a person wrote to the number."""
    return replace(brake, act=now)


def room(brake: Brake, now: datetime) -> int:
    """How many automatic answers may go to the number now."""
    lately = [at for at in brake.answers if now - at < HOUR]
    since_act = [at for at in lately if brake.act is None or at >= brake.act]
    return max(0, min(PER_HOUR - len(since_act), MOST - len(lately)))


def is_loop(brake: Brake) -> bool:
    """Whether the text just heard came so often that no person wrote it."""
    return len(brake.same) >= SAME


def _texts(moments: tuple[datetime, ...]) -> list[str]:
    return [at.isoformat() for at in moments]


def _times(texts: Any) -> tuple[datetime, ...]:  # noqa: ANN401 - what JSON held
    return tuple(datetime.fromisoformat(text) for text in texts)
