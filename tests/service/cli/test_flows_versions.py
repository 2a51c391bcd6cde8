"""`peerline flows publish | history | diff | rollback | draft`, run as programs."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import psycopg
import pytest

from tests.service.settings import KEY, PUBLIC, TOKEN
from tests.service.test_versions import BASE, WARMER


@pytest.fixture
def environ(database: str, redis_url: str) -> Mapping[str, str]:
    """The environment of a made-up organisation with a real database, in which no flow is published."""
    with psycopg.connect(database) as connection:
        connection.execute("delete from published")
        connection.execute("delete from flow_versions")
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


def flows(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `peerline flows` to its end."""
    command = [sys.executable, "-m", "service.cli", "flows", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_from_the_first_version_to_the_way_back(environ: Mapping[str, str], tmp_path: Path) -> None:
    """Published, changed, told in words, and back again; every step is in the history."""
    file = tmp_path / "hello.yaml"
    file.write_text(BASE)
    first = flows(environ, "publish", str(file), "--by", "Cora")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "hello: version 1 is the first." in first.stdout

    file.write_text(WARMER)
    told = flows(environ, "diff", str(file)).stdout
    assert "was: Good to hear." in told
    assert "It is now: Good to hear from you." in told
    assert flows(environ, "publish", str(file), "--by", "Ana", "--note", "warmer").returncode == 0
    assert flows(environ, "diff", "hello").stdout == told

    assert "version 3 takes the place of version 2" in flows(environ, "rollback", "hello", "--by", "Cora").stdout
    entries = orjson.loads(flows(environ, "history", "hello", "--json").stdout)
    assert [(one["version"], one["published_by"], one["note"]) for one in entries] == [
        (3, "Cora", "back to version 1"),
        (2, "Ana", "warmer"),
        (1, "Cora", None),
    ]


def test_mistakes_are_told_and_nothing_is_published(environ: Mapping[str, str], tmp_path: Path) -> None:
    """Status 1, and the line to mend."""
    (tmp_path / "hello.yaml").write_text(BASE.replace("go: thanks", "go: thansk"))
    done = flows(environ, "publish", str(tmp_path / "hello.yaml"))
    assert done.returncode == 1
    assert "Nothing is published" in done.stdout
    assert 'Did you mean "thanks"?' in done.stdout
    assert flows(environ, "history").stdout.strip() == ""


def test_a_name_that_was_never_published_is_said(environ: Mapping[str, str]) -> None:
    """No traceback."""
    done = flows(environ, "rollback", "hello")
    assert (done.returncode, done.stderr.strip()) == (
        1,
        'No flow "hello" was ever published. There is none to choose from.',
    )


def test_a_draft_needs_a_test_phone(environ: Mapping[str, str], tmp_path: Path) -> None:
    """The shipped organisation has none, and says where to list one."""
    file = tmp_path / "hello.yaml"
    file.write_text(BASE)
    done = flows(environ, "draft", str(file), "--phone", "+1 555 555 0123", "--start")
    assert done.returncode == 1
    assert "List it under test_phones in organisation.yaml" in done.stderr
    cleared = flows(environ, "draft", "--phone", "+1 555 555 0123", "--clear")
    assert "There was no draft on this phone." in cleared.stdout
    assert flows(environ, "draft", "--phone", "12", "--clear").returncode == 2
