"""`peerline members import`, `staff import` and `explain message|member`, run as programs."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from tests.service.settings import KEY, PUBLIC, ROOT, TOKEN
from tests.stored import EARLIER

STAFF = """name,phone,role,language,zone,backup_phone
Rosa,+1 555 555 0199,specialist,en,America/New_York,+1 555 555 0198
Dan,+1 555 555 0198,supervisor,en,America/New_York,
"""
MEMBERS = """name,phone,language,zone,specialist_phone,channel,rule,flow,consent_date,consent_how
Ana,+1 555 555 0123,es,America/Chicago,+1 555 555 0199,text,FREQ=DAILY,,2026-02-01,signed form
Bo,12,en,America/Chicago,,voice,,,,
"""


@pytest.fixture
def environ(database: str, redis_url: str) -> Mapping[str, str]:
    """The environment of a made-up organisation with a real database, in which the check-in is published."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, EARLIER)  # what is published already stays
    return {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": redis_url,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PUBLIC_URL": PUBLIC,
        "PEERLINE_KEYS": f"d1:data:{KEY},i1:index:{KEY}",
        "PEERLINE_MODE": "test",
    }


def peerline(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "service.cli", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_a_preview_then_the_import_then_what_is_known(environ: Mapping[str, str], tmp_path: Path) -> None:
    """From two files to members who can be explained: what is bad is told by line and column, the rest comes in."""
    (tmp_path / "staff.csv").write_text(STAFF)
    (tmp_path / "members.csv").write_text(MEMBERS)
    assert peerline(environ, "staff", "import", str(tmp_path / "staff.csv"), "--yes").returncode == 0

    preview = peerline(environ, "members", "import", str(tmp_path / "members.csv"))
    assert preview.returncode == 1
    assert "members.csv:3: phone '12': it is too short" in preview.stdout
    assert "members.csv:3: channel 'voice': calls are not possible yet; write text" in preview.stdout
    assert "members.csv:2: Ana is new" in preview.stdout
    assert "Nothing is written yet: 1 new, 0 changed, 0 as they were, lines with mistakes: 1." in preview.stdout
    assert peerline(environ, "explain", "member", "+1 555 555 0123").returncode == 1

    assert "Imported: 1 new" in peerline(environ, "members", "import", str(tmp_path / "members.csv"), "--yes").stdout
    told = peerline(environ, "explain", "member", "+1 555 555 0123")
    assert told.returncode == 0, told.stderr
    assert "Their specialist is Rosa; the backup is Dan." in told.stdout
    assert "Consent ledger: given, by import" in told.stdout
    listed = peerline(environ, "schedule", "list", "+1 555 555 0123")
    assert "their regular one" in listed.stdout


def test_answers_for_programs(environ: Mapping[str, str], tmp_path: Path) -> None:
    """`--json` tells rows and mistakes, and no names."""
    (tmp_path / "members.csv").write_text(MEMBERS.replace("+1 555 555 0199", ""))
    done = peerline(environ, "members", "import", str(tmp_path / "members.csv"), "--json")
    answer = orjson.loads(done.stdout)
    assert [row["what"] for row in answer["rows"]] == ["new"]
    assert [mistake["column"] for mistake in answer["mistakes"]] == ["phone", "channel"]
    assert "Ana" not in done.stdout


def test_a_file_that_is_not_there_is_said(environ: Mapping[str, str], tmp_path: Path) -> None:
    """A slip in a file's name is a sentence and status 2."""
    done = peerline(environ, "staff", "import", str(tmp_path / "none.csv"))
    assert done.returncode == 2
    assert "cannot be read" in done.stderr


def test_a_database_that_is_away_is_said(environ: Mapping[str, str]) -> None:
    """No traceback, and the command that tells more."""
    away = {**environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = peerline(away, "explain", "message", "SM-none")
    assert done.returncode == 1
    assert "peerline doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_finds_an_installation_in_order(environ: Mapping[str, str], tmp_path: Path) -> None:
    """Nothing must be mended once people are there; a clock that does not run is worth a look."""
    (tmp_path / "staff.csv").write_text(STAFF)
    peerline(environ, "staff", "import", str(tmp_path / "staff.csv"), "--yes")
    done = peerline(environ, "doctor")
    assert done.returncode == 0, done.stdout
    assert "ok    keys: they open what is stored" in done.stdout
    assert "look  service: No clock process shows a sign of life" in done.stdout
    assert "MEND" not in done.stdout


def test_the_doctor_tells_everything_that_is_away(environ: Mapping[str, str]) -> None:
    """One thing that is away does not hide the next."""
    away = {**environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = peerline(away, "doctor", "--json")
    found = {line["about"]: line["standing"] for line in map(orjson.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert (found["database"], found["broker"], found["flows"]) == ("mend", "look", "ok")


def test_the_doctor_tells_all_mistakes_of_the_settings(environ: Mapping[str, str]) -> None:
    """Settings that cannot be read are told one by one."""
    done = peerline({**environ, "PUBLIC_URL": "", "PEERLINE_KEYS": "x"}, "doctor")
    assert done.returncode == 1
    assert "MEND  settings: PUBLIC_URL" in done.stdout
    assert "MEND  settings: PEERLINE_KEYS" in done.stdout
