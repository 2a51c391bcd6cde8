"""`peerline schedule` for one member, run as a program on a real database."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import psycopg
import pytest

from service.gateways.ids import new_id
from service.gateways.keys import read_keys
from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from service.store.commit import write
from service.store.reading import Reader
from service.store.rows import Audit, Member, Number, Schedule, Timer
from service.store.scene import scene_of
from tests.service.settings import KEY, PUBLIC, ROOT, TOKEN
from tests.stored import EARLIER, NOW, a_member, owned

KEYS = read_keys(f"d1:data:{KEY},i1:index:{KEY}")
ANA = "+15555550123"


@pytest.fixture
def environ(database: str, redis_url: str, tmp_path: Path) -> Mapping[str, str]:
    """The environment of an organisation with Ana, on a Friday at ten in New York."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, EARLIER)  # what is published already stays
    number = Number(new_id(), KEYS.blind(ANA), ANA, EARLIER, consent="given", consent_at=EARLIER)
    ana = a_member(number)
    with psycopg.connect(database, autocommit=True) as connection:
        assert 0 in write(connection, [scene_of(number).with_rows(owned(number, ana), ana)], KEYS)
    clock = tmp_path / "clock.json"
    clock.write_bytes(orjson.dumps({"offset": (NOW - datetime.now(UTC)).total_seconds()}))
    return {
        **os.environ, "DATABASE_URL": database, "REDIS_URL": redis_url, "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC, "PEERLINE_KEYS": f"d1:data:{KEY},i1:index:{KEY}",
        "PEERLINE_MODE": "test", "PEERLINE_CLOCK": str(clock), "PEERLINE_CONFIG": str(ROOT / "config"),
    }  # fmt: skip


def peerline(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return run(environ, "schedule", *arguments)


def members(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command about members to its end."""
    return run(environ, "members", *arguments)


def run(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run any command to its end."""
    command = [sys.executable, "-m", "service.cli", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def schedules(environ: Mapping[str, str], *arguments: str) -> list[dict[str, object]]:
    """What a command answers with --json."""
    done = peerline(environ, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = orjson.loads(done.stdout)["schedules"]
    return found


def test_a_schedule_is_added_listed_changed_and_removed(environ: Mapping[str, str]) -> None:
    """Its timer follows, and every change is in the audit."""
    rule = "FREQ=WEEKLY;BYDAY=MO"
    [added] = schedules(
        environ, "add", ANA, "--flow", "check-in", "--rule", rule, "--from", "2026-03-06T10:00", "--unless-heard"
    )
    assert (added["next"], added["unless_heard"]) == ("2026-03-09T10:00", True)
    [listed] = schedules(environ, "list", ANA)
    assert listed == added
    [moved] = schedules(environ, "move", ANA, str(added["id"])[-6:], "--rule", "FREQ=WEEKLY;BYDAY=TU")
    assert moved["next"] == "2026-03-10T10:00"
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        reader = Reader(connection, KEYS)
        [timer] = reader.rows(Timer, "x.kind = 'check-in'")
        assert (timer.due_at, timer.fence) == (datetime(2026, 3, 10, 14, tzinfo=UTC), "2")
    assert peerline(environ, "remove", ANA, str(added["id"])).stdout == "Removed.\n"
    assert schedules(environ, "list", ANA) == []
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        reader = Reader(connection, KEYS)
        assert reader.rows(Timer, "true") == ()
        assert [entry.what for entry in reader.rows(Audit, "true order by x.id")] == [
            "schedule added",
            "schedule changed",
            "schedule removed",
        ]


def test_the_list_tells_until_when_a_moment_was_put_off(environ: Mapping[str, str]) -> None:
    """Not the moment that has passed already."""
    [added] = schedules(environ, "add", ANA, "--flow", "check-in", "--rule", "FREQ=DAILY", "--from", "2026-03-06T11:00")
    with psycopg.connect(environ["DATABASE_URL"], autocommit=True) as connection:
        told = {"put_off": {added["id"]: {"2026-03-08T16:00:00+00:00": "they are talking with a person"}}}
        connection.execute("update numbers set memory = %s::jsonb", (orjson.dumps(told).decode(),))
    [listed] = schedules(environ, "list", ANA)
    assert listed["next"] == "2026-03-08T12:00"


def test_an_appointment_moves_and_vanishes(environ: Mapping[str, str]) -> None:
    """Two days before at noon and three hours before: a week later they are a week later, and cancelled they are gone."""
    whens = ("--when", "2 days before at 12:00", "--when", "3 hours before")
    booked = schedules(environ, "appointment", ANA, "--at", "2026-03-12T14:00", *whens)
    assert sorted(str(item["next"]) for item in booked) == ["2026-03-10T12:00", "2026-03-12T11:00"]
    assert {item["kind"] for item in booked} == {"time-bound"}
    date = str(booked[0]["date"])
    moved = schedules(environ, "move", ANA, date, "--at", "2026-03-19T15:00")
    assert sorted(str(item["next"]) for item in moved) == ["2026-03-17T12:00", "2026-03-19T12:00"]
    with_others = peerline(environ, "move", ANA, date, "--at", "2026-03-20T15:00", "--skip-holidays")
    assert (with_others.returncode, "leave them out" in with_others.stderr) == (2, True)
    assert peerline(environ, "remove", ANA, str(moved[0]["id"])).returncode == 0
    [left] = schedules(environ, "move", ANA, date, "--at", "2026-03-20T15:00")
    assert left["id"] == moved[1]["id"]
    assert peerline(environ, "remove", ANA, date).returncode == 0
    gone = peerline(environ, "move", ANA, date, "--at", "2026-03-26T15:00")
    assert (gone.returncode, "was removed, and speaks no more" in gone.stderr) == (2, True)
    assert schedules(environ, "list", ANA) == []


def test_after_joining_counts_from_their_yes(environ: Mapping[str, str]) -> None:
    """Six weeks after the first of February is the fifteenth of March."""
    [added] = schedules(
        environ, "add", ANA, "--flow", "feedback", "--date", "joining", "--when", "6 weeks after at 15:30"
    )
    assert (added["next"], added["kind"]) == ("2026-03-15T15:30", "routine")


def test_how_a_schedule_treats_a_day_is_changed_and_what_never_speaks_is_told(environ: Mapping[str, str]) -> None:
    """With one command each; the answer for programs has the same words."""
    [added] = schedules(environ, "add", ANA, "--flow", "check-in", "--rule", "FREQ=DAILY", "--from", "2026-03-06T21:00")
    assert "will be left out, first Friday 06 March 21:00; their hours on Friday: 09:00-20:00." in str(added["look"])
    name = str(added["id"])[-6:]
    [moved] = schedules(environ, "move", ANA, name, "--unless-heard", "--skip-holidays", "--from", "2026-03-06T19:45")
    assert (moved["unless_heard"], moved["skip_holidays"], moved["look"]) == (True, True, None)
    assert not schedules(environ, "move", ANA, name, "--no-unless-heard")[0]["unless_heard"]
    shorter = peerline(environ, "hours", ANA, "--window", "10:00-18:00")
    assert shorter.stdout.startswith("Every day: 10:00-18:00.\nlook: check-in: every moment of it lies outside")
    assert peerline(environ, "hours", ANA, "--day", "weekend", "--window", "none").stdout == (
        "Saturday and Sunday: none.\n"
    )
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        [ana] = Reader(connection, KEYS).rows(Member, "true")
    assert (ana.window_start, ana.window_end, ana.windows) == ("10:00", "18:00", {"5": None, "6": None})


def test_a_member_is_paused_and_resumed_by_hand(environ: Mapping[str, str]) -> None:
    """Until a day of theirs; it stands in the audit, and `explain` tells it."""
    done = members(environ, "pause", ANA, "--until", "2026-03-20")
    assert done.stdout == "Paused until Friday 20 March 2026 00:00, their time.\n", done.stderr
    assert "They were paused by hand, until" in run(environ, "explain", "member", ANA).stdout
    assert members(environ, "pause", ANA, "--until", "2026-03-01").returncode == 2
    assert members(environ, "resume", ANA).stdout == "Resumed.\n"
    again = members(environ, "resume", ANA)
    assert (again.returncode, again.stderr) == (2, "they are not paused\n")
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        reader = Reader(connection, KEYS)
        [ana] = reader.rows(Member, "true")
        assert (ana.paused_at, ana.paused_until, reader.rows(Timer, "true")) == (None, None, ())
        assert [entry.what for entry in reader.rows(Audit, "true order by x.id")] == [
            "paused by hand",
            "pause ended by hand",
        ]


def test_the_hours_of_a_weekday_are_kept(environ: Mapping[str, str]) -> None:
    """A later Monday, no Sunday, and Monday as usual again."""
    for day, window in (("monday", "14:00-18:00"), ("sunday", "none"), ("monday", "usual")):
        assert peerline(environ, "hours", ANA, "--day", day, "--window", window).returncode == 0
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        [ana] = Reader(connection, KEYS).rows(Member, "true")
        assert ana.windows == {"6": None}


def test_the_caps_of_one_member_are_shown_and_changed(environ: Mapping[str, str]) -> None:
    """What is not named stays; the list tells them, and who reads the audit sees both numbers."""
    assert peerline(environ, "caps", ANA).stdout == "Unasked texts: at most 1 a day and 4 in seven days.\n"
    assert orjson.loads(peerline(environ, "caps", ANA, "--per-day", "2", "--json").stdout) == {
        "per_day": 2,
        "per_week": 4,
    }
    assert "at most 2 a day and 9 in" in peerline(environ, "caps", ANA, "--per-week", "9").stdout
    assert "at most 2 a day and 9 in" in peerline(environ, "list", ANA).stdout
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        reader = Reader(connection, KEYS)
        assert [(entry.what, entry.detail) for entry in reader.rows(Audit, "true order by x.id")] == [
            ("caps changed", {"per_day": 2, "per_week": 4}),
            ("caps changed", {"per_day": 2, "per_week": 9}),
        ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "+15555550199"), "No member has the number"),
        (("list", "five"), "five"),
        (("add", ANA, "--flow", "check-in"), "Say when"),
        (
            ("add", ANA, "--flow", "nothing", "--rule", "FREQ=OFTEN", "--spread", "9999"),
            "no flow called|FREQ=OFTEN|spread",
        ),
        (("add", ANA, "--flow", "check-in", "--at", "2026-03-01T09:00"), "still to come"),
        (("add", ANA, "--flow", "check-in", "--at", "tomorrow"), "local time"),
        (
            ("add", ANA, "--flow", "check-in", "--date", "joining", "--when", "9 weeks after", "--unless-heard"),
            "--unless-heard|leave them out",
        ),
        (("move", ANA, "ffffff"), "Say what changes"),
        (("appointment", ANA, "--at", "2026-03-12T14:00", "--when", "soon"), "2 days before"),
        (("appointment", ANA, "--at", "2026-03-06T11:00"), "passed"),
        (("move", ANA, "ffffff", "--at", "2026-03-12T14:00"), "ends in"),
        (("hours", ANA, "--day", "someday", "--window", "none"), "someday"),
        (("hours", ANA, "--day", "monday", "--window", "early"), "early"),
        (
            ("caps", ANA, "--per-day", "0", "--per-week", "71"),
            "per day: write|from 1 to 10|per week|from 1 to 70|pause",
        ),
        (("caps", ANA, "--per-day", "5"), "5 a day is more than 4 in seven days"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    environ: Mapping[str, str], arguments: tuple[str, ...], words: str
) -> None:
    """Status 2, the mend on standard error, no schedule, and nothing in the audit."""
    done = peerline(environ, *arguments)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words.split("|"))
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        reader = Reader(connection, KEYS)
        assert (reader.rows(Schedule, "true"), reader.rows(Audit, "true")) == ((), ())
