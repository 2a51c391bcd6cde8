"""Puts the parts together, once for each process: settings and files become one value with the doors that processes use."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.organisation import load_organisation
from config.settings import Settings
from config.texts import load_texts
from config.twilio_errors import TwilioErrors, load_twilio_errors
from service.alarming import Alarm, open_alarm
from service.answering import Answering
from service.canary import Canary
from service.checkins import on_check_in, on_welcome
from service.conversations import Handlers, Result
from service.deliveries.dialing import Dialing
from service.deliveries.opening import open_deliveries, open_dialing
from service.deliveries.runner import Deliveries
from service.deliveries.telling import TIMER_HANDLERS as DELIVERIES
from service.deliveries.unreached import unreached_handlers
from service.due import Due, Handler
from service.escalations import TIMER_HANDLERS as LADDER
from service.escalations import raise_alert
from service.gateways.clock import Clock
from service.gateways.crashing import crash_points
from service.gateways.ids import new_id
from service.gateways.keys import KeyRing, read_keys
from service.handoffs import Doing
from service.inbox import Inbox
from service.kept_words import read_words
from service.missed import Missed
from service.promises import TIMER_HANDLERS as PROMISES
from service.publishing import open_shelf
from service.relay import pass_on
from service.restoring import Watch
from service.rhythm import do, on_resume
from service.rules.catalogue import CATALOGUE
from service.rules.setting import Setting
from service.silence import on_silence
from service.staff_texts import decide_staff
from service.store.database import Pool, open_pool
from service.store.rows import Timer
from service.store.scene import Scene
from service.threads import TIMER_HANDLERS as THREADS

CODE_DIGITS = 7  # ten million codes and five tries: one in two million (DESIGN.md, the relay)


@dataclass(frozen=True, slots=True)
class Peerline:
    """One process's Peerline: what it may consult, its doors in and its ways out."""

    settings: Settings
    setting: Setting
    pool: Pool
    keys: KeyRing
    clock: Clock
    inbox: Inbox
    due: Due
    deliveries: Deliveries
    dialing: Dialing
    answering: Answering
    missed: Missed
    watch: Watch
    canary: Canary
    alarm: Alarm


def assemble(
    settings: Settings, poke: Callable[[], None] = lambda: None, opening: Callable[[str], Pool] = open_pool
) -> Peerline:
    """Read every file and join the parts. Raises each file's own problem, with all its mistakes; needs no database yet."""
    pool, keys, clock = opening(settings.database_url), read_keys(settings.keys), Clock(settings.clock_file)
    setting, crash = load_setting(settings), crash_points(settings, os.environ)
    handlers = conversation_handlers()
    inbox = Inbox(pool, keys, setting, handlers, decide_staff, clock, poke, crash)
    due = Due(
        pool,
        keys,
        setting,
        timer_handlers(handlers, inbox, load_twilio_errors(settings.config_dir)),
        clock,
        poke,
        crash=crash,
    )
    deliveries = open_deliveries(settings, setting, pool, keys, clock, poke)
    dialing = open_dialing(settings, deliveries)
    answering = Answering(pool, keys, setting, clock, poke)
    missed = Missed(pool, deliveries.provider, inbox.take, clock, crash, deliveries.refused)
    watch = Watch(pool, keys, setting, deliveries.provider, missed, due, clock)
    canary = Canary(settings, setting.organisation.main_number, pool, keys, clock, new_id)
    alarm = open_alarm(settings, pool, clock)
    return Peerline(
        settings, setting, pool, keys, clock, inbox, due, deliveries, dialing, answering, missed, watch, canary, alarm
    )


def load_setting(settings: Settings) -> Setting:
    """What decisions consult: the organisation's files, the flows as published, and the doors to chance."""
    words, lexicon = read_words(settings.config_dir)
    return Setting(
        load_organisation(settings.config_dir), load_texts(settings.config_dir), words, lexicon,
        open_shelf(settings.database_url, CATALOGUE), new_id, new_code, load_twilio_errors(settings.config_dir),
    )  # fmt: skip


def new_code() -> str:
    """Seven digits that nobody can guess, never beginning with a zero, so that they are easy to type."""
    return str(10 ** (CODE_DIGITS - 1) + secrets.randbelow(9 * 10 ** (CODE_DIGITS - 1)))


def conversation_handlers() -> Handlers:
    """Where what a conversation hands on goes."""

    def act(scene: Scene, setting: Setting, doing: Doing, now: datetime) -> tuple[Scene, Result]:
        return do(scene, setting, doing, now, handlers)

    handlers = Handlers(pass_on, raise_alert, act)
    return handlers


def timer_handlers(handlers: Handlers, inbox: Inbox, errors: TwilioErrors) -> Mapping[str, Handler]:
    """The pure function for each kind of timer."""
    own = {**planned_handlers(handlers), "unsettled": inbox.settle_again}
    return {**own, **PROMISES, **THREADS, **LADDER, **DELIVERIES, **unreached_handlers(errors)}


def planned_handlers(handlers: Handlers) -> Mapping[str, Handler]:
    """The pure function for each kind of timer by which members are written to unasked: what a forecast lives through."""

    def with_handlers(function: Callable[[Scene, Setting, Handlers, Timer, datetime], Scene]) -> Handler:
        return lambda scene, setting, timer, now: function(scene, setting, handlers, timer, now)

    return {
        "check-in": with_handlers(on_check_in),
        "welcome": with_handlers(on_welcome),
        "silence": with_handlers(on_silence),
        "resume": on_resume,
    }
