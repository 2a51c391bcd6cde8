"""The words that are the member's own: TALK, PAUSE, BACK, SKIP, CALL, LANGUAGE, and those a person still answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.engine.events import Skipped
from service.consent import language_of
from service.conversations import Handlers, Moment, end, go_on
from service.facts import specialist_name
from service.handoffs import Passing
from service.outbox import Draft, post
from service.rhythm import pause, resume, set_language
from service.rules.duty import duty_at, say_opening
from service.rules.service_words import Command
from service.rules.setting import Setting
from service.store.rows import Inbound, Member
from service.store.scene import Scene

FIRST = frozenset({"talk", "now", "pause"})  # read before the step's own replies


def obey(
    scene: Scene, setting: Setting, handlers: Handlers, command: Command, inbound: Inbound, now: datetime
) -> Scene:
    """The scene after a member's command word; every branch ends in an answer, a person's queue, or both."""
    word, argument = command.word, command.argument
    if word in ("talk", "call"):
        return _person_asked(scene, setting, handlers, word, inbound, now)
    if word == "skip":
        return _skip(scene, setting, handlers, inbound, now)
    if word == "pause":
        length = argument if isinstance(argument, timedelta) else None
        scene = pause(end(scene, now, "they paused"), _own(scene), length, now)
        return _answer(scene, setting, "paused", inbound, now)
    if word == "back":
        return _answer(resume(scene, _own(scene)), setting, "back", inbound, now)
    if word == "language" and argument in setting.organisation.languages:
        scene = set_language(scene, _own(scene), str(argument))
        return _answer(scene, setting, "language_set", inbound, now)
    return _needs_a_person(scene, setting, handlers, inbound, now)


def _person_asked(
    scene: Scene, setting: Setting, handlers: Handlers, why: str, inbound: Inbound, now: datetime
) -> Scene:
    passing = Passing(why, "specialist", inbound, inbound.body, "on duty")
    scene = handlers.pass_on(scene, setting, passing, now)
    return _answer(scene, setting, f"{why}_{'on' if duty_at(setting.organisation, now).on else 'off'}", inbound, now)


def _needs_a_person(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    scene = handlers.pass_on(scene, setting, Passing("word", "specialist", inbound, inbound.body), now)
    return _answer(scene, setting, "word_passed", inbound, now)


def _skip(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    before = scene
    scene = go_on(scene, setting, handlers, Moment(Skipped(), now, "answer to their own message", inbound))
    return _answer(scene, setting, "skipped", inbound, now) if scene is before or _silent(before, scene) else scene


def _silent(before: Scene, after: Scene) -> bool:
    """Whether a step back or on said nothing, so that their word would have no answer."""
    return not any(place[0] == "outbound" for place in after.changed.keys() - before.changed.keys())


def _answer(scene: Scene, setting: Setting, key: str, inbound: Inbound, now: datetime) -> Scene:
    language, member = language_of(scene), _own(scene)
    opens = say_opening(duty_at(setting.organisation, now), now, member.zone, language)
    text = setting.texts.say(key, language, me=member.name, cps=specialist_name(scene, setting, member), opens=opens)
    return post(
        scene, setting, Draft(scene.number.id, "answer", text, language, f"answer: {key}", cause_id=inbound.id), now
    )


def _own(scene: Scene) -> Member:
    member = scene.member
    if member is None:
        raise ValueError("a command word is a member's")
    return member
