"""What organisation.yaml lets begin after a yes must be there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from structlog.testing import capture_logs

from config.organisation import Later, Organisation
from service.checkup import examine
from service.joining_names import unpublished_joining, warn_of_joining
from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from tests.house import ROOT, setting
from tests.service.settings import made_up_settings
from tests.stored import NOW

WHEN = "4 weeks after at 15:30"


def joining(*flows: str) -> Organisation:
    """The tests' organisation, with these flows some time after a yes."""
    return replace(setting().organisation, joining=tuple(Later(flow, WHEN) for flow in flows))


@pytest.mark.parametrize(
    ("flow", "told"),
    [("feedbak", "Did you mean feedback?"), ("tea", "There are check-in, feedback."), ("Check-in", "mean check-in?")],
)
def test_a_name_that_is_not_there_is_told_with_the_one_that_was_meant(flow: str, told: str) -> None:
    """A slip of the finger under joining would otherwise mean that nobody ever gets that flow."""
    (line,) = unpublished_joining(joining("feedback", flow, flow), ["check-in", "feedback"])
    assert f"names {flow}, and no flow of this name is published" in line
    assert told in line


def test_what_is_published_is_no_news() -> None:
    """Nothing is said where nothing is wrong, also where nothing is named."""
    assert list(unpublished_joining(joining("feedback"), ["feedback"])) == []
    assert list(unpublished_joining(joining(), [])) == []


def test_the_doctor_says_so(database: str, redis_url: str, tmp_path: Path) -> None:
    """With the name that was probably meant, as something to be mended."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, NOW)
    copytree("config", tmp_path / "config", ignore=lambda _, names: [name for name in names if name.endswith(".py")])
    with (tmp_path / "config" / "organisation.yaml").open("a") as file:
        file.write(f"joining:\n  - {{flow: feedbak, when: {WHEN}}}\n")
    settings = made_up_settings(DATABASE_URL=database, REDIS_URL=redis_url, PEERLINE_CONFIG=str(tmp_path / "config"))
    told = [check.text for check in examine(settings, NOW, NOW) if check.standing == "mend"]
    assert [("names feedbak" in text, "Did you mean feedback?" in text) for text in told] == [(True, True)]


def test_a_process_that_starts_warns_of_it(database: str) -> None:
    """In the log of the start; a database that is away is no reason to say anything."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, NOW)
    with capture_logs() as logs:
        warn_of_joining(joining("feedbak"), database)
        warn_of_joining(joining("feedback"), database)
        warn_of_joining(joining("feedbak"), "postgresql://nobody@127.0.0.1:1/none")
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert "Did you mean feedback?" in logs[0]["what"]
