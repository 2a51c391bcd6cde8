"""Texts handed over a second, with everything that belongs to it, beside two programs that do nothing but hand over.

Ours claims each text under the lock of its recipient, looks at consent, hours and rate, hands it over on a wire of its own
and stores the answer. The others are bare loops of the provider's own library, of a pooled urllib3 client, and of that wire
alone, with as many requests in flight. The provider is a stand-in on this machine that answers at once, or after a tenth of a
second.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import urllib3

from config.settings import Settings
from config.twilio_errors import load_twilio_errors
from service.assembly import Peerline, assemble
from service.deliveries.runner import Deliveries
from service.gateways.ids import new_id
from service.gateways.twilio import CONCURRENCY, open_provider
from service.store.commit import write
from service.store.gather import Wanted, gather
from service.store.rows import Outbound
from tests.benchmarks.cpu import seconds_of
from tests.benchmarks.figures import Figure, ratios
from tests.benchmarks.ground import Amount, Ground, Say, process, settings_of
from tests.benchmarks.people import settle, write_people
from tests.benchmarks.posts import MAIN_NUMBER
from tests.stack import free_port

WORDS = "Hello Sam, how is today going? A word, 1 to 5, or anything you like. TALK for a person."
PATIENCE = 100.0  # times as fast as any number may send: the rate is not what is measured


@dataclass(frozen=True, slots=True)
class Case:
    """After how many seconds the provider answers, requests in flight, and the goal: a part of what they could come to."""

    delay: float
    width: int
    wanted: str = ""


CASES = {
    "at once": Case(0.0, CONCURRENCY),
    "after 100 ms, 50 in flight": Case(0.1, 50, "0.92"),
    "after 100 ms, 200 in flight": Case(0.1, 200, "0.85"),
}


@dataclass(frozen=True, slots=True)
class Size:
    """Texts to hand over in each round, and rounds."""

    texts: int
    rounds: int


SIZES = {"tiny": Size(24, 1), "quick": Size(800, 3), "long": Size(3000, 4)}


@dataclass(frozen=True, slots=True)
class Way:
    """How fast one way of handing over was, and the processor time of this process for each text."""

    rate: float
    micros: float


def measure(ground: Ground, amount: Amount, say: Say) -> list[Figure]:
    """Each way in turn, for a provider that answers at once and one that takes its time."""
    size, site = SIZES[amount], ground.fresh("sending")
    figures: list[Figure] = []
    peerline = assemble(settings_of(site))
    people = write_people(peerline, size.texts)
    for answers, case in CASES.items():
        say(f"  a provider that answers {answers} ...")
        with _provider(ground, case.delay) as address:
            settings = replace(settings_of(site), twilio_api_url=address)
            rounds = [_round(ground, peerline, settings, people, case.width) for _ in range(size.rounds)]
        figures += _figures(answers, rounds, size.texts)
    peerline.deliveries.close()
    peerline.pool.close()
    return figures


@contextmanager
def _provider(ground: Ground, delay: float) -> Iterator[str]:
    port = free_port()
    arguments = (sys.executable, "-m", "tests.benchmarks.provider", "--port", str(port), "--delay", str(delay))
    ground.stack.start(process(ground.site, "provider", arguments, port))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        ground.stack.stop(("provider",))


def _round(ground: Ground, peerline: Peerline, settings: Settings, people: list[str], width: int) -> dict[str, Way]:
    deliveries = _deliveries(peerline, settings, width)
    _queue(peerline, people)
    before = seconds_of(ground.postgres)
    ours = _timed(len(people), lambda: _demand(deliveries.run(), len(people)))
    postgres = (seconds_of(ground.postgres) - before) / len(people) * 1e6
    deliveries.close()
    bare = {"library": _library(settings), "pool": _pooled(settings, width), "wire": _wire(settings)}
    others = {name: _timed(len(people), partial(_all, send, people, width)) for name, send in bare.items()}
    return {"ours": ours, "postgres": Way(0.0, postgres), **others}


def _deliveries(peerline: Peerline, settings: Settings, width: int = CONCURRENCY) -> Deliveries:
    """Deliveries to the stand-in, with no rate to keep to and no time after which a run ends."""
    now = peerline.deliveries
    provider = open_provider(settings, MAIN_NUMBER, load_twilio_errors(settings.config_dir))
    return Deliveries(
        now.pool, now.keys, provider, now.clock, replace(now.limits, rate=1000.0 * PATIENCE), now.public_url, new_id,
        lambda: None, lambda _: None, stint=600.0, concurrency=width,
    )  # fmt: skip


def _queue(peerline: Peerline, people: list[str]) -> None:
    """One text for everybody, ready now."""
    now = peerline.clock.now()
    with peerline.pool.connection() as connection:
        connection.execute("truncate outbound, senders")
        ids = [row[0] for row in connection.execute("select number_id from members").fetchall()]
        everybody = iter(ids)
        while batch := tuple(islice(everybody, 200)):
            scenes = gather(connection, Wanted(ids=batch), now, peerline.keys)
            texts = [Outbound(new_id(), scene.number.id, "answer", 1, WORDS, "en", now, now) for scene in scenes]
            write(connection, [scene.with_rows(text) for scene, text in zip(scenes, texts, strict=True)], peerline.keys)
    settle(peerline.settings.database_url)
    _demand(len(ids), len(people))


def _timed(texts: int, run: Callable[[], Any]) -> Way:
    own, began = time.process_time(), time.perf_counter()
    run()
    return Way(texts / (time.perf_counter() - began), (time.process_time() - own) / texts * 1e6)


def _all(send: Callable[[str], Any], people: list[str], width: int) -> None:
    with ThreadPoolExecutor(width) as threads:
        _demand(sum(threads.map(send, people)), len(people))


def _library(settings: Settings) -> Callable[[str], bool]:
    provider = open_provider(settings, MAIN_NUMBER, load_twilio_errors(settings.config_dir))

    def send(to: str) -> bool:
        sent = provider.client.messages.create(
            to=to, from_=MAIN_NUMBER, body=WORDS, status_callback=_callback(settings), validity_period=14_400
        )
        return bool(sent.sid)

    return send


def _wire(settings: Settings) -> Callable[[str], bool]:
    provider = open_provider(settings, MAIN_NUMBER, load_twilio_errors(settings.config_dir))
    return lambda to: bool(provider.send(to, WORDS, _callback(settings), 14_400).sid)


def _pooled(settings: Settings, width: int) -> Callable[[str], bool]:
    account = settings.twilio_account_sid
    pool = urllib3.PoolManager(maxsize=width, retries=False)
    address = f"{settings.twilio_api_url}/2010-04-01/Accounts/{account}/Messages.json"
    headers = urllib3.make_headers(basic_auth=f"{account}:{settings.twilio_auth_token}")

    def send(to: str) -> bool:
        fields = {
            "To": to, "From": MAIN_NUMBER, "Body": WORDS, "StatusCallback": _callback(settings),
            "ValidityPeriod": "14400",
        }  # fmt: skip
        answer = pool.request("POST", address, fields=fields, headers=headers, encode_multipart=False)
        return answer.status == 201

    return send


def _callback(settings: Settings) -> str:
    return f"{settings.public_url}/twilio/messages/{new_id()}/status"


def _demand(done: int, wanted: int) -> None:
    if done != wanted:
        raise RuntimeError(f"{done} of {wanted} texts")


def _figures(answers: str, rounds: list[dict[str, Way]], texts: int) -> list[Figure]:
    rates = {name: tuple(way[name].rate for way in rounds) for name in rounds[0]}
    micros = {name: tuple(way[name].micros for way in rounds) for name in rounds[0]}
    both = tuple(map(sum, zip(micros["ours"], micros["postgres"], strict=True)))

    def figure(name: str, values: tuple[float, ...], unit: str, wanted: str = "") -> Figure:
        return Figure("sending", f"{name}, provider answers {answers}", values, unit, wanted)

    return [
        figure("texts handed over", rates["ours"], "/s"),
        figure("bare loop of the library", rates["library"], "/s"),
        figure("bare urllib3 pool", rates["pool"], "/s"),
        figure("bare wire", rates["wire"], "/s"),
        figure("ours / library", ratios(rates["ours"], rates["library"]), "ratio"),
        figure("ours / urllib3 pool", ratios(rates["ours"], rates["pool"]), "ratio"),
        *(
            figure(f"{name} / ideal", ratios(rates[way], (_ideal(CASES[answers], texts),) * len(rounds)), "ratio", goal)
            for name, way, goal in (("ours", "ours", CASES[answers].wanted), ("urllib3 pool", "pool", ""))
            if CASES[answers].delay
        ),
        figure("processor time of the worker for a text", micros["ours"], "us"),
        figure("processor time of the library's loop for a text", micros["library"], "us"),
        figure("processor time of urllib3 for a text", micros["pool"], "us"),
        figure("processor time of the wire for a text", micros["wire"], "us"),
        figure("processor time of PostgreSQL for a text", micros["postgres"], "us"),
        figure("processor time, worker / library", ratios(micros["ours"], micros["library"]), "ratio", "at most 1"),
        figure("processor time, worker and PostgreSQL / library", ratios(both, micros["library"]), "ratio"),
        figure("processor time, wire / library", ratios(micros["wire"], micros["library"]), "ratio", "at most 0.5"),
    ]


def _ideal(case: Case, texts: int) -> float:
    """Texts a second if as many as may be were in flight until the last answer, and nothing cost any time."""
    return texts / (math.ceil(texts / case.width) * case.delay)
