"""What the doctor finds in files, keys and people."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import psycopg
import pytest

from service.checkup import examine
from service.gateways.keys import read_keys
from service.readiness import Check, keys_open, people_ready, schedules_ready
from service.store.reading import Reader
from tests.house import shelf
from tests.service.settings import made_up_settings
from tests.stored import KEYS, NOW, a_member, a_number, a_specialist, owned, store

OTHER = base64.b64encode(b"o" * 32).decode()
MINE = base64.b64encode(b"d" * 32).decode()


@pytest.fixture
def reader(database: str) -> Iterator[Reader]:
    """The database of a test, read with the tests' keys."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield Reader(connection, KEYS)


def worst(checks: Iterator[Check]) -> list[str]:
    """What is not in order."""
    return [check.text for check in checks if check.standing != "ok"]


def settle(database: str, *people: tuple[str, str]) -> None:
    """Store staff, each by name and role, on numbers of their own."""
    for place, (name, role) in enumerate(people):
        number = a_number(f"+1555555019{place}")
        person = a_specialist(number, name, role)
        backed = replace(person, backup_id=person.id)
        store(database, owned(number, person), backed)


def test_everybody_has_somebody(database: str, reader: Reader) -> None:
    """With each role filled there is nothing to say."""
    settle(database, ("Rosa", "specialist"), ("Sue", "supervisor"), ("Cora", "coordinator"))
    assert worst(people_ready(reader)) == []


def test_without_a_supervisor_alerts_have_nowhere_to_climb(database: str, reader: Reader) -> None:
    """That must be mended before somebody is in danger."""
    settle(database, ("Rosa", "specialist"), ("Cora", "coordinator"))
    (found,) = [check for check in people_ready(reader) if check.standing == "mend"]
    assert "Nobody supervises" in found.text


def test_schedules_begin_flows_that_are_there_and_get_what_they_take() -> None:
    """One that is not published begins for nobody, one that takes too much would stop in the middle."""
    begun = {("feedback", False), ("appointment", False), ("nothing", True)}
    found = list(schedules_ready(begun, {"feedback": 1, "appointment": 1}, shelf))
    assert {check.standing for check in found} == {"mend"}
    assert "the flow appointment takes day and hour" in found[0].text
    assert "the flow nothing, and it is not published" in found[1].text


def test_an_empty_installation_is_no_fault(reader: Reader) -> None:
    """Before the first import there is a next step, and nothing broken."""
    (found,) = people_ready(reader)
    assert (found.standing, "staff import" in found.text) == ("look", True)


def test_a_staff_phone_that_said_stop_must_be_mended(database: str, reader: Reader) -> None:
    """Alerts pass that phone over, and its owner may not know."""
    number = a_number("+15555550199", consent="stopped")
    sue = a_specialist(number, "Sue", "supervisor")
    store(database, owned(number, sue), sue)
    assert any("The phone of Sue said STOP" in text for text in worst(people_ready(reader)))


def test_members_without_a_specialist_are_counted(database: str, reader: Reader) -> None:
    """They are answered by the coordinator, which somebody should know."""
    settle(database, ("Rosa", "specialist"), ("Sue", "supervisor"), ("Cora", "coordinator"))
    number = a_number("+15555550123")
    member = a_member(number)
    store(database, owned(number, member), member)
    assert worst(people_ready(reader)) == ["Members without a specialist: 1. The coordinator answers them."]


def test_a_specialist_without_a_backup_is_worth_a_look(database: str, reader: Reader) -> None:
    """Nobody stands in for them but a supervisor."""
    settle(database, ("Sue", "supervisor"), ("Cora", "coordinator"))
    number = a_number("+15555550123")
    dan = a_specialist(number, "Dan")
    store(database, owned(number, dan), dan)
    assert [text.partition(":")[0] for text in worst(people_ready(reader))] == ["Dan has no backup"]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (f"d1:data:{OTHER},i1:index:{OTHER}", "does not open"),
        (f"d2:data:{OTHER},i1:index:{OTHER}", "put it back"),
        (f"d1:data:{MINE},i1:index:{OTHER}", "another index key"),
    ],
)
def test_keys_that_do_not_fit_are_told(database: str, reader: Reader, keys: str, told: str) -> None:
    """A wrong key is found before the first text comes in."""
    assert keys_open(reader).standing == "ok"
    store(database, a_number("+15555550123"))
    assert keys_open(reader).standing == "ok"
    found = keys_open(Reader(reader.connection, read_keys(keys)))
    assert (found.standing, told in found.text) == ("mend", True)


def test_every_file_is_looked_at_whatever_is_wrong_with_another(database: str, redis_url: str, tmp_path: Path) -> None:
    """A mistake in the organisation does not hide one in the words, and each has its line."""
    copytree("config", tmp_path / "config", ignore=lambda _, names: [name for name in names if name.endswith(".py")])
    (tmp_path / "config" / "organisation.yaml").write_text("name: Riverbend\n")
    (tmp_path / "config" / "words" / "es" / "texts.yaml").write_text("nonsense: 1\n")
    settings = made_up_settings(DATABASE_URL=database, REDIS_URL=redis_url, PEERLINE_CONFIG=str(tmp_path / "config"))
    broken = {check.about for check in examine(settings, NOW, NOW) if check.standing == "mend"}
    assert broken == {"organisation", "texts"}


def test_changed_flows_that_are_not_published_are_told(database: str, redis_url: str) -> None:
    """Whoever edits a flow and forgets to publish it is told by name."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("delete from published")
    settings = made_up_settings(DATABASE_URL=database, REDIS_URL=redis_url)
    told = [check.text for check in examine(settings, NOW, NOW) if check.about == "flows"]
    assert any("not published" in text and "welcome" in text for text in told)


def test_a_database_that_was_never_migrated_is_told(database: str, redis_url: str) -> None:
    """The first command after installing is named."""
    empty = f"{database}{'&' if '?' in database else '?'}options=-csearch_path%3Dpg_catalog"
    settings = made_up_settings(DATABASE_URL=empty, REDIS_URL=redis_url)
    told = [check.text for check in examine(settings, NOW, NOW) if check.standing == "mend"]
    assert told == ["The schema is older than this release: run peerline migrate."]


def test_what_a_restored_database_does_not_know_is_told(database: str, redis_url: str) -> None:
    """How many texts were read back, and what the provider cannot tell."""
    detail = '{"since": "2026-03-05T15:00:00+00:00", "came_in": 3, "found": 2, "unknown": 4}'
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("insert into marks values ('restored', %s, %s)", (NOW, detail))
    settings = made_up_settings(DATABASE_URL=database, REDIS_URL=redis_url)
    [told] = [check.text for check in examine(settings, NOW, NOW) if check.about == "restore"]
    assert "3 texts of theirs and 6 of ours" in told
    assert "alerts taken and closed" in told
