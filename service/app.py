"""The web application: what the provider calls, what watches it, and a plain page that says what this is."""

from __future__ import annotations

import os
from functools import partial

from flask import Flask

from config.logging import configure_logging
from config.settings import read_settings
from service.assembly import Peerline, assemble
from service.demo_state import demo_state
from service.gateways.broker import answers
from service.gateways.crashing import crash_points
from service.gateways.waking import open_waker
from service.health import DATABASE_WAIT, Health, Looking
from service.joining_names import warn_of_joining
from service.soundness import demand_soundness
from service.store.database import open_fused_pool
from service.store.vitals import read_vitals
from service.webhooks.calls_out import calls_out_blueprint
from service.webhooks.front import front_pages
from service.webhooks.health import health_pages
from service.webhooks.messages import messages_blueprint
from service.webhooks.short_way import ShortWay
from service.webhooks.status import status_blueprint
from service.webhooks.voice import voice_blueprint

MAX_BODY = 256 * 1024  # bytes; the provider's forms are a few kilobytes


def create_app() -> Flask:
    """The application by the environment's settings. Raises SettingsProblem and each file's own problem, all mistakes at once."""
    configure_logging()
    settings = read_settings(os.environ)
    poke = open_waker(settings.database_url, crash_points(settings, os.environ)).poke
    peerline = assemble(settings, poke, open_fused_pool)
    demand_soundness(settings, peerline.pool)
    warn_of_joining(peerline.setting.organisation, settings.database_url)
    return application(peerline, os.environ.get("PEERLINE_PHONES"))


def application(peerline: Peerline, phones: str | None = None) -> Flask:
    """The application around an assembled Peerline; `phones` is the address of the demo's phones page."""
    settings = peerline.settings
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # merging answers with a redirect, which the provider follows without the body
    app.register_blueprint(messages_blueprint(settings, peerline.inbox))
    app.register_blueprint(status_blueprint(settings, peerline.deliveries.report))
    app.register_blueprint(voice_blueprint(settings, peerline.setting, peerline.inbox))
    app.register_blueprint(calls_out_blueprint(settings, peerline.setting, peerline.answering, peerline.dialing.report))
    app.register_blueprint(health_pages(_look(peerline)))
    state = None if settings.clock_file is None else partial(demo_state, peerline)
    app.register_blueprint(front_pages(peerline.setting.organisation.name, phones, state))
    app.wsgi_app = ShortWay(app.wsgi_app, settings, peerline.inbox.take, MAX_BODY)  # type: ignore[method-assign]  # Flask's own hook
    return app


def _look(peerline: Peerline) -> partial[Health]:
    looking = Looking(
        partial(read_vitals, peerline.pool, wait=DATABASE_WAIT), partial(answers, peerline.settings.redis_url)
    )
    return partial(_looked, peerline, looking)


def _looked(peerline: Peerline, looking: Looking) -> Health:
    return looking.look(peerline.clock.now(), peerline.clock.machine())
