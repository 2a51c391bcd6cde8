"""How members answer in a forecast: not at all, or by a plain assumption that is the same in every run.

Nobody's answers are looked at for this, and no share of answers is measured anywhere: that would be a score of people.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import orjson

from flows.engine.flow import Ask
from flows.engine.session import load_session
from service.conversations import Handlers
from service.member_texts import decide_text
from service.rules.setting import Setting
from service.store.rows import Conversation, Inbound, Timer, Turn
from service.store.scene import Scene

Answering = Literal["none", "typical"]
AFTER = timedelta(hours=1)
EVERY = 2  # every second question is answered, with each of its replies in turn, words of their own among them
OWN_WORDS = {"en": "thanks, it was an ordinary day over here", "es": "gracias, fue un dia como otros por ahi"}


def answer_at(
    answering: Answering, scene: Scene, conversation: Conversation, place: int, now: datetime
) -> datetime | None:
    """When the member at this place answers the question that was asked just now; None where they do not."""
    if answering == "none" or (place + _turns(scene)) % EVERY:
        return None
    return now + AFTER if conversation.fence else None


def answered(scene: Scene, setting: Setting, handlers: Handlers, timer: Timer, now: datetime) -> Scene:
    """The scene after the member's answer, read and answered as in earnest; a question that is over is not answered."""
    conversation, member = scene.conversation, scene.member
    if conversation is None or member is None or str(conversation.fence) != timer.fence:
        return scene
    words = _words(setting, conversation, member.language, _turns(scene))
    if words is None:
        return scene
    new_id = setting.new_id()
    inbound = Inbound(new_id, str(new_id), scene.number.id, setting.organisation.main_number, words, now)
    return decide_text(scene.with_rows(inbound), setting, handlers, inbound, now)


def _turns(scene: Scene) -> int:
    return sum(turn.turn for turn in scene.all(Turn))


def _words(setting: Setting, conversation: Conversation, language: str, turn: int) -> str | None:
    """One of the ways to answer the question on which a conversation stands, another at each turn; None without one."""
    frame = load_session(orjson.loads(conversation.session)).frames[-1]
    flow = setting.flows(conversation.versions)[frame.flow]
    verb = flow.steps[frame.step].verbs[frame.at]
    if not isinstance(verb, Ask):
        return None
    ways = [reply.words[language][0] for reply in verb.replies.values() if reply.words.get(language)]
    ways += [OWN_WORDS.get(language, OWN_WORDS["en"])] if verb.anything else []
    return ways[turn // EVERY % len(ways)] if ways else None
