"""`peerline flows forecast`, run as a program: from a file without a database, and for the members there are."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from tests.house import ROOT
from tests.service.settings import KEY, PUBLIC, TOKEN

MEMBERS = """name,phone,language,zone,specialist_phone,channel,rule,flow,consent_date,consent_how
Zebedee,+1 555 555 0123,es,America/Chicago,,text,FREQ=DAILY;BYHOUR=10,,2026-02-01,signed form
Bo,12,en,America/New_York,,text,,,,
Cy,+1 555 555 0125,en,America/New_York,,text,FREQ=DAILY,tea,2026-02-01,signed form
"""
FROM = "2026-03-02T13:00:00+00:00"


@pytest.fixture
def members(tmp_path: Path) -> Path:
    """A file with one good line, one with a mistake, and one that names no flow."""
    (tmp_path / "members.csv").write_text(MEMBERS)
    return tmp_path / "members.csv"


def forecast(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with no service set up but what is given."""
    environ: Mapping[str, str] = {"PATH": os.environ["PATH"], **more}
    command = [sys.executable, "-m", "service.cli", "flows", "forecast", *arguments]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_file_needs_no_database(members: Path, tmp_path: Path) -> None:
    """Hours, totals, what is held and who is left out; no name and no number of a member; and a picture."""
    plot = tmp_path / "week.svg"
    done = forecast("--members", str(members), "--from", FROM, "--json", "--plot", str(plot))
    assert done.returncode == 0, done.stderr
    told = orjson.loads(done.stdout)
    assert [hour["at"] for hour in told["hours"]][:2] == ["2026-03-02T11:00", "2026-03-03T11:00"]
    assert (told["members"], told["texts"], told["cost"]) == (1, 4, None)
    assert sum(told["left_out"].values()) == 2
    assert "Zebedee" not in done.stdout + plot.read_text()
    assert "0123" not in done.stdout
    assert plot.read_text().startswith("<svg")


def test_the_table_has_segments_and_cost(members: Path, tmp_path: Path) -> None:
    """With a price in organisation.yaml, every hour has its cost, and so has the whole."""
    folder = tmp_path / "priced"
    folder.mkdir()
    for one in (ROOT / "config").iterdir():
        (folder / one.name).symlink_to(one)
    (folder / "organisation.yaml").unlink()
    text = (ROOT / "config" / "organisation.yaml").read_text().replace("# segment_price: 0.0083", "segment_price: 0.25")
    (folder / "organisation.yaml").write_text(text)
    done = forecast("--members", str(members), "--from", FROM, PEERLINE_CONFIG=str(folder), COLUMNS="120")
    assert done.returncode == 0, done.stderr
    assert "Mon 02 Mar 11:00" in done.stdout
    assert "1 member, 7 days: 4 texts, 4 segments, 1.00 USD." in done.stdout
    assert "Not sent, 3 times: already 4 unasked in seven days" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "one of the two"),
        (("--live", "--members", "x.csv"), "one of the two"),
        (("--members", "none.csv"), "cannot be read"),
        (("--live", "--plot", "week.png"), "ends in .svg"),
        (("--live", "--answers", "all"), "none or typical"),
        (("--live", "--from", "2026-03-02T13:00:00"), "needs its offset"),
    ],
)
def test_wrong_wishes_are_said(arguments: tuple[str, ...], said: str) -> None:
    """Status 2 and a line, and no traceback."""
    done = forecast(*arguments, COLUMNS="200")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_members_there_are(database: str, redis_url: str) -> None:
    """Of an empty house, nothing; the moment is the service's own."""
    environ = {
        "DATABASE_URL": database, "REDIS_URL": redis_url, "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC, "PEERLINE_KEYS": f"d1:data:{KEY},i1:index:{KEY}",
        "PEERLINE_MODE": "test",
    }  # fmt: skip
    done = forecast("--live", "--json", **environ)
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout)["members"] == 0
