"""What `peerline doctor` looks at: files, broker and database, each told as right, worth a look, or to be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import psycopg

from config.lexicons import load_words
from config.organisation import OrganisationProblem, load_organisation
from config.settings import Settings
from config.texts import TextsProblem, load_texts
from config.twilio_errors import TwilioErrorsProblem, load_twilio_errors
from config.word_files import WordsProblem
from service.gateways import broker
from service.gateways.keys import KeyProblem, KeyRing, read_keys
from service.gateways.twilio import open_provider
from service.health import NO_BROKER, NO_DATABASE, health_of
from service.joining_names import unpublished_joining
from service.line_check import check_line
from service.publishing import PublishingRefused, editions_of, open_shelf, read_sources, waiting
from service.readiness import Check, keys_open, people_ready, schedules_ready
from service.rules.catalogue import CATALOGUE
from service.rules.risk import compile_lexicon
from service.store.database import WAIT, Pool, open_pool, weak_settings
from service.store.flow_versions import compare_release
from service.store.marks import RESTORED, Mark, read_mark
from service.store.reading import Reader
from service.store.roster_writing import published_flows
from service.store.standing_reading import begun_by_schedules
from service.store.vitals import read_vitals

FILES: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("organisation", load_organisation),
    ("texts", load_texts),
    ("words", lambda folder: compile_lexicon(load_words(folder))),
    ("provider's errors", load_twilio_errors),
)
PROBLEMS = (OrganisationProblem, TextsProblem, WordsProblem, TwilioErrorsProblem)


def examine(settings: Settings, now: datetime, machine: datetime) -> Iterator[Check]:
    """Look at everything, one check after the other; nothing that is away keeps the rest from being looked at."""
    yield from _files(settings)
    yield from _flows(settings)
    yield from _broker(settings)
    yield from _provider(settings)
    try:
        keys = read_keys(settings.keys)
    except KeyProblem as problem:
        yield Check("keys", "mend", str(problem))
        return
    with open_pool(settings.database_url, 2) as pool:
        yield from _database(settings, pool, keys, now, machine)


def _files(settings: Settings) -> Iterator[Check]:
    for about, load in FILES:
        try:
            load(settings.config_dir)
        except PROBLEMS as problem:
            yield from (Check(about, "mend", line) for line in str(problem).splitlines())
        else:
            yield Check(about, "ok", "read without a mistake")


def _flows(settings: Settings) -> Iterator[Check]:
    try:
        sources = read_sources(settings.flows_dir)
        editions, late = editions_of(sources, CATALOGUE), waiting(sources, CATALOGUE)
    except PublishingRefused as refused:
        yield from (Check("flows", "mend", str(finding)) for finding in refused.findings if finding.severity == "error")
    else:
        yield Check("flows", "ok", f"{len(editions)} checked without a mistake")
        yield from (Check("flows", "look", str(finding)) for finding in late)


def _broker(settings: Settings) -> Iterator[Check]:
    policy = broker.eviction_policy(settings.redis_url)
    if not broker.answers(settings.redis_url):
        yield Check("broker", "look", NO_BROKER)
    elif policy is None:
        yield Check("broker", "look", "It does not tell its maxmemory-policy: see to it that it is noeviction.")
    elif policy != "noeviction":
        yield Check("broker", "mend", f"Its maxmemory-policy is {policy}: set it to noeviction, or it drops hints.")
    else:
        yield Check("broker", "ok", "it answers, and throws nothing away")


def _provider(settings: Settings) -> Iterator[Check]:
    if settings.mode != "live" and settings.twilio_api_url is None:
        return  # a made-up account is known to nobody
    try:
        organisation = load_organisation(settings.config_dir)
        provider = open_provider(settings, organisation.main_number, load_twilio_errors(settings.config_dir))
    except PROBLEMS:
        return  # told already
    yield from check_line(provider, settings, organisation)


def _database(settings: Settings, pool: Pool, keys: KeyRing, now: datetime, machine: datetime) -> Iterator[Check]:
    try:
        yield from _stored(settings, pool, keys, now, machine)
    except psycopg.OperationalError:
        yield Check("database", "mend", NO_DATABASE)


def _stored(settings: Settings, pool: Pool, keys: KeyRing, now: datetime, machine: datetime) -> Iterator[Check]:
    with pool.connection() as connection:
        weak = weak_settings(connection)
        yield from (Check("database", "mend", text) for text in weak)
        if not weak:
            yield Check("database", "ok", "it answers, and keeps what it was given")
        health = health_of(read_vitals(pool, now, machine, WAIT), broker=True, now=now, machine=machine)
        yield from (Check("service", "mend" if health.status == "down" else "look", text) for text in health.troubles)
        if health.status == "down":
            return
        yield Check("schema", "ok", "as this release wants it")
        restored = read_mark(connection, RESTORED)
        if restored is not None:
            yield Check("restore", "look", _restored(restored))
        yield from _unpublished(settings)
        yield from _schedules(settings, begun_by_schedules(connection), published_flows(connection))
        reader = Reader(connection, keys)
        opened = keys_open(reader)
        yield opened
        if opened.standing == "ok":
            yield from people_ready(reader)


def _schedules(settings: Settings, begun: frozenset[tuple[str, bool]], published: Mapping[str, int]) -> Iterator[Check]:
    """What schedules begin, and what organisation.yaml lets begin after a yes: around a date, that of the yes."""
    try:
        organisation = load_organisation(settings.config_dir)
    except OrganisationProblem:
        joining = frozenset[tuple[str, bool]]()  # told already
    else:
        yield from (Check("joining", "mend", line) for line in unpublished_joining(organisation, published))
        joining = frozenset((later.flow, True) for later in organisation.joining if later.flow in published)
    yield from schedules_ready(begun | joining, published, open_shelf(settings.database_url, CATALOGUE))


def _restored(mark: Mark) -> str:
    """What is known of the time between a backup and its restoring, and what nobody can know."""
    found = mark.detail
    return (
        f"An older database was restored and made good on {mark.at:%Y-%m-%d %H:%M} UTC. Since {found['since'][:16]} UTC the"
        f" provider had {found['came_in']} texts of theirs and {found['found'] + found['unknown']} of ours that it did not"
        f" know. {found['unknown']} of ours are recorded without their reason. What else was done then is not known: alerts"
        " taken and closed, people, schedules and flows that were changed, calls. Ask the team."
    )


def _unpublished(settings: Settings) -> Iterator[Check]:
    try:
        shipped = editions_of(read_sources(settings.flows_dir), CATALOGUE)
    except PublishingRefused:
        return  # told already
    found = compare_release(settings.database_url, shipped)
    if found.news:
        yield Check("flows", "look", f"Changed and not published: {', '.join(found.news)}. Run peerline migrate.")
    for name in found.held_back:
        yield Check("flows", "look", f"{name} changed in this release; yours stays. peerline flows diff tells how.")
