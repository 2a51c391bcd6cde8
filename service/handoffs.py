"""What a conversation hands to the rest of the service: to a person, to the ladder, to an action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.kinds import Value
from service.rules.setting import Setting
from service.store.rows import Inbound, Staff
from service.store.scene import Scene


@dataclass(frozen=True, slots=True)
class Passing:
    """Words or an event that need a person: why (answer, talk, call, help, word, stranger, stopped, start, problem, late …) and to whom."""

    why: str
    to: str = "specialist"  # specialist | on duty | coordinator | supervisor
    inbound: Inbound | None = None
    words: str = ""  # what is relayed; empty: nothing is sent to a phone, it only stands in the queue
    promise: str | None = None  # same shift | next opening …: becomes a timer
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Raising:
    """An escalation to raise: its tier (2 or 3), why (rule ids or a step, never words), and the message that caused it."""

    tier: int
    why: str
    inbound: Inbound | None = None
    said_stop: bool = False


@dataclass(frozen=True, slots=True)
class Doing:
    """One of the service's actions, with its typed arguments, asked for by a flow."""

    action: str
    arguments: Mapping[str, Value]
    inbound: Inbound | None = None


def words_of(scene: Scene, setting: Setting, inbound: Inbound) -> str:
    """What is relayed of a message: its words, or in words that it had none, in the language of who answers."""
    if inbound.body.strip():
        return inbound.body
    member = scene.member
    specialist = None if member is None or member.specialist_id is None else scene.get(Staff, member.specialist_id)
    language = "en" if specialist is None else specialist.language
    return setting.texts.say("picture" if inbound.media else "no_words", language)
