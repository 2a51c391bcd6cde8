"""`peerline queue`, run as a program on a real database."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta

import orjson
import psycopg
import pytest

from service.gateways.ids import new_id
from service.gateways.keys import read_keys
from service.store.commit import write
from service.store.reading import Reader
from service.store.rows import Audit, Escalation, Number, Page, QueueItem, Row
from service.store.scene import scene_of
from tests.service.settings import KEY, PUBLIC, TOKEN
from tests.stored import EARLIER, NOW, a_member, a_specialist, owned

KEYS = read_keys(f"d1:data:{KEY},i1:index:{KEY}")
ROSA_PHONE, CORA_PHONE, ANA_PHONE, STRANGER = "+15555550199", "+15555550198", "+15555550123", "+15555550177"


@pytest.fixture
def environ(database: str, redis_url: str) -> Mapping[str, str]:
    """The environment of a made-up organisation with a real database."""
    return {
        **os.environ, "DATABASE_URL": database, "REDIS_URL": redis_url, "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC, "PEERLINE_KEYS": f"d1:data:{KEY},i1:index:{KEY}", "PEERLINE_MODE": "test",
    }  # fmt: skip


def peerline(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "service.cli", "queue", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def waiting(database: str) -> list[QueueItem]:
    """Ana's words for Rosa, a stranger's for the coordinator, and an alert about Ana of which Rosa was told."""
    phones = (ROSA_PHONE, CORA_PHONE, ANA_PHONE, STRANGER)
    rosas, coras, anas, strangers = (Number(new_id(), KEYS.blind(phone), phone, EARLIER) for phone in phones)
    rosa, cora = a_specialist(rosas), a_specialist(coras, "Cora", "coordinator")
    ana = a_member(anas, "Ana", rosa.id)
    alert = Escalation(new_id(), 7, anas.id, 3, "rule", NOW, ana.id)
    page = Page(alert.id, rosa.id, rosas.id, "1234567", NOW)
    items = [
        QueueItem(new_id(), anas.id, "talk", NOW - timedelta(hours=2), ana.id, rosa.id),
        QueueItem(new_id(), strangers.id, "stranger", NOW - timedelta(hours=3), role="coordinator"),
        QueueItem(new_id(), anas.id, "danger", NOW, ana.id, role="on duty", tier=3, escalation_id=alert.id),
    ]
    rows: list[Row] = [
        owned(rosas, rosa),
        owned(coras, cora),
        owned(anas, ana),
        strangers,
        rosa,
        cora,
        ana,
        alert,
        page,
    ]
    with psycopg.connect(database, autocommit=True) as connection:
        assert 0 in write(connection, [scene_of(rosas, [coras, anas, strangers]).with_rows(*rows, *items)], KEYS)
    return items


def listed(environ: Mapping[str, str], *arguments: str) -> list[tuple[str, str]]:
    """Who waits and why, in the order of the list."""
    answer = peerline(environ, *arguments, "--json")
    assert answer.returncode == 0, answer.stderr
    return [(one["who"], one["why"]) for one in orjson.loads(answer.stdout)]


def test_the_gravest_stands_first_then_the_longest_wait(environ: Mapping[str, str], waiting: list[QueueItem]) -> None:
    """Who waits is told by name, or by number where nobody knows them."""
    assert listed(environ) == [("Ana (member)", "danger"), (STRANGER, "stranger"), ("Ana (member)", "talk")]


def test_the_table_says_for_whom_and_since_when(environ: Mapping[str, str], waiting: list[QueueItem]) -> None:
    """The list for people has the same, in words."""
    text = peerline(environ).stdout
    assert "asks for a person" in text
    assert "Rosa" in text
    assert "words of danger, alert 7" in text
    assert "the coordinator" in text


def test_with_a_number_it_lists_what_is_theirs(environ: Mapping[str, str], waiting: list[QueueItem]) -> None:
    """A specialist sees her members and the alerts she was told of; the coordinator what is the role's."""
    assert listed(environ, "--mine", ROSA_PHONE) == [("Ana (member)", "danger"), ("Ana (member)", "talk")]
    assert listed(environ, "--mine", "555 555 0198") == [(STRANGER, "stranger")]


def test_an_entry_is_closed_by_hand_and_logged(
    environ: Mapping[str, str], waiting: list[QueueItem], database: str
) -> None:
    """What was looked after without a text leaves the list, and who closed it is kept."""
    answer = peerline(environ, "done", str(waiting[1].id)[-6:], "--by", CORA_PHONE)
    assert (answer.returncode, answer.stdout) == (0, "Closed.\n")
    assert (STRANGER, "stranger") not in listed(environ)
    with psycopg.connect(database) as connection:
        [entry] = Reader(connection, KEYS).rows(Audit, "true")
    assert (entry.what, entry.about) == ("queue entry closed by hand", waiting[1].id)


def test_an_alert_is_not_closed_by_hand(environ: Mapping[str, str], waiting: list[QueueItem]) -> None:
    """Only an outcome closes an alert."""
    answer = peerline(environ, "done", str(waiting[2].id), "--by", ROSA_PHONE)
    assert answer.returncode == 2
    assert "DONE" in answer.stderr
    assert ("Ana (member)", "danger") in listed(environ)


@pytest.mark.parametrize(
    "arguments", [("--mine", "12"), ("--mine", "+15555550150"), ("done", "zzz", "--by", ROSA_PHONE)]
)
def test_what_is_not_there_is_said(
    environ: Mapping[str, str], waiting: list[QueueItem], arguments: tuple[str, ...]
) -> None:
    """A number of nobody's, or an id of nothing, is named in a line."""
    answer = peerline(environ, *arguments)
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1


def test_an_empty_queue_says_so(environ: Mapping[str, str]) -> None:
    """Nobody waiting is good news, in words."""
    assert peerline(environ).stdout == "Nobody is waiting.\n"


def test_what_was_set_aside_is_listed_and_tried_again(
    environ: Mapping[str, str], waiting: list[QueueItem], database: str
) -> None:
    """Whose it is, what it is, and since when; after --again nothing is aside, and when it was due is kept."""
    del waiting
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "insert into timers (kind, subject, number_id, due_at, lane, fence, failures, aside)"
            " select 'silence', %s, number_id, %s, 1, '', 3, true from members",
            (new_id(), NOW),
        )
    listed = peerline(environ, "aside")
    assert "silence, about Ana (member)" in listed.stdout
    assert "failed 3 times, set aside" in listed.stdout
    assert "1 will be tried again" in peerline(environ, "aside", "--again").stdout
    assert "Nothing was set aside." in peerline(environ, "aside").stdout
    with psycopg.connect(database) as connection:
        assert connection.execute("select due_at, failures, aside from timers").fetchall() == [(NOW, 0, False)]
