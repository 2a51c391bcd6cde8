"""The alarm beside the provider: when a monitor is told, and what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from service.alarming import AGAIN, Alarm, document_of, news_of, troubles_of
from service.gateways.alarm import post_alarm
from service.gateways.clock import Clock
from service.health import health_of
from service.store.database import Pool, open_pool
from service.store.marks import Mark
from service.store.vitals import Vitals, expected_revision
from tests.service.gateways.stand_in import RESET, said, standing_in
from tests.service.settings import made_up_settings
from tests.stored import a_number, an_inbound, store

NOW = datetime(2027, 3, 2, 15, 30, tzinfo=UTC)
URL = "https://monitor.example/hook?key=secret"


@dataclass
class Monitor:
    """Takes what it is told, or does not."""

    takes: bool = True
    told: list[Mapping[str, object]] = field(default_factory=list)

    def post(self, url: str, document: Mapping[str, object]) -> bool:
        """One document for the address that was set."""
        assert url == URL
        self.told.append(document)
        return self.takes


@pytest.fixture
def pool(database: str) -> Iterator[Pool]:
    """Connections to this test's database."""
    with open_pool(database, 2) as opened:
        yield opened


def alarm(pool: Pool, monitor: Monitor) -> Alarm:
    """The alarm of a clock process."""
    return Alarm(made_up_settings(PEERLINE_ALARM_URL=URL), pool, Clock(None), monitor.post)


def add(database: str, statement: str, *values: object) -> None:
    """Change the database by hand."""
    with psycopg.connect(database) as connection:
        connection.execute(statement, values)


def test_it_is_told_once_when_it_begins_and_once_when_it_is_over(database: str, pool: Pool) -> None:
    """Another clock process knows what was told already."""
    monitor = Monitor()
    assert alarm(pool, monitor).look() is None
    number = a_number("+12025550111")
    store(database, number, replace(an_inbound(number), state="unsettled"))
    assert [alarm(pool, monitor).look() for _ in range(3)] == ["trouble", None, None]
    add(database, "insert into senders (number, free_at, held_code) values ('+15555550100', %s, 20003)", NOW)
    assert alarm(pool, monitor).look() == "trouble"
    add(database, "update senders set held_code = null")
    assert alarm(pool, monitor).look() is None
    add(database, "update inbound set state = 'settled'")
    assert [alarm(pool, monitor).look() for _ in range(2)] == ["over", None]
    assert [one["troubles"] for one in monitor.told] == [
        {"text_undecided": 1}, {"account_refused": 20003, "text_undecided": 1}, {},
    ]  # fmt: skip


def test_what_the_monitor_did_not_take_is_told_again(database: str, pool: Pool) -> None:
    """It may be away for a minute, too."""
    add(database, "insert into senders (number, free_at, held_code) values ('+15555550100', %s, 20003)", NOW)
    monitor = Monitor(takes=False)
    assert [alarm(pool, monitor).look() for _ in range(2)] == [None, None]
    monitor.takes = True
    assert alarm(pool, monitor).look() == "trouble"
    assert len(monitor.told) == 3


@pytest.mark.parametrize(
    ("known", "found", "minutes", "news"),
    [
        (None, [], 0, None), (None, ["a"], 0, "trouble"), (["a"], ["a"], 9, None), (["a"], ["a"], 10, "trouble"),
        (["a"], ["a", "b"], 0, "trouble"), (["a", "b"], ["a"], 0, None), (["a"], [], 0, "over"), ([], [], 99, None),
        ([], ["a"], 0, "trouble"),
    ],
)  # fmt: skip
def test_when_there_is_news(known: list[str] | None, found: list[str], minutes: int, news: str | None) -> None:
    """What lasts is told again after ten minutes; what is over in part is no news."""
    before = None if known is None else Mark(NOW - timedelta(minutes=minutes), {"troubles": known})
    assert news_of(before, dict.fromkeys(found, 1), NOW) == news
    assert timedelta(minutes=10) == AGAIN


def test_each_trouble_has_its_name_and_number() -> None:
    """All four, and nothing while the schema is behind, since nothing can be told then."""
    vitals = Vitals(
        expected_revision(), refused_code=30002, unreached=2, unsettled=3, canary_at=NOW - timedelta(minutes=16)
    )
    assert troubles_of(health_of(vitals, broker=True, now=NOW, machine=NOW)) == {
        "account_refused": 30002, "canary_missing": 1, "alert_reached_nobody": 2, "text_undecided": 3,
    }  # fmt: skip
    behind = replace(vitals, revision="0000")
    assert troubles_of(health_of(behind, broker=True, now=NOW, machine=NOW)) == {}


def test_without_an_address_nobody_is_told(pool: Pool) -> None:
    """The setting may be left away."""
    assert Alarm(made_up_settings(), pool, Clock(None), Monitor().post).look() is None


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        (said(204, b""), True),
        (said(500, b""), False),
        (said(302, b"", "Location: http://127.0.0.1:9/"), False),
        (RESET, False),
    ],
)
def test_what_is_posted_and_what_counts_as_taken(answer: bytes, *, taken: bool) -> None:
    """A small JSON document; a redirect, an error and a broken line are none."""
    with standing_in(answer, keeps=False) as monitor:
        document = document_of(made_up_settings(), "trouble", {"account_refused": 20003}, NOW)
        assert post_alarm(f"{monitor.url}/hook", document, proxies=False) is taken
        [(head, body)] = monitor.requests
    assert head.startswith(b"POST /hook HTTP/1.1")
    assert json.loads(body) == {
        "service": "peerline", "address": "https://riverbend.example", "state": "trouble", "at": NOW.isoformat(),
        "troubles": {"account_refused": 20003},
    }  # fmt: skip


def test_a_monitor_that_is_away_is_no_error() -> None:
    """Nobody listens there."""
    assert not post_alarm("http://127.0.0.1:9/hook", {}, proxies=False)
