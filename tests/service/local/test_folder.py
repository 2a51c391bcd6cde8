import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import read_settings
from service.local.folder import Folder, open_folder
from service.local.problems import LocalProblem


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A demo's folder, held."""
    opened = open_folder(tmp_path / "demo", fresh=False)
    yield opened
    opened.held.close()


def _again(folder: Folder, *, fresh: bool) -> Folder:
    folder.held.close()
    return open_folder(folder.path, fresh=fresh)


def test_a_demo_keeps_its_identity(folder: Folder) -> None:
    """Keys and account are made up once: what was encrypted yesterday opens today."""
    again = _again(folder, fresh=False)
    assert again.identity == folder.identity
    again.held.close()


def test_fresh_starts_over(folder: Folder) -> None:
    """Nothing of the old demo stays, its keys included."""
    (folder.path / "clock.json").write_text("{}")
    (folder.path / "simulator").mkdir()
    again = _again(folder, fresh=True)
    assert {path.name for path in again.path.iterdir()} == {"peerline-demo.json"}
    assert again.identity.keys != folder.identity.keys
    again.held.close()


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, *, fresh: bool) -> None:
    """`--data` with a wrong folder, above all together with `--fresh`, deletes and writes nothing."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(LocalProblem, match="not a Peerline demo"):
        open_folder(tmp_path, fresh=fresh)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_in_use_is_refused(folder: Folder) -> None:
    """Two demos never share data; the second says so, and throws nothing away."""
    with pytest.raises(LocalProblem, match="already runs"):
        open_folder(folder.path, fresh=True)
    assert (folder.path / "peerline-demo.json").stat().st_size > 0


def test_secrets_are_readable_by_their_owner_alone(folder: Folder) -> None:
    """Neither the keys nor the settings of the demo are open to others on this machine."""
    folder.write_environment({"TWILIO_AUTH_TOKEN": "made-up"})
    for name in ("peerline-demo.json", "environment"):
        assert stat.S_IMODE((folder.path / name).stat().st_mode) == 0o600


def test_what_a_demo_makes_up_is_accepted_as_settings(folder: Folder, tmp_path: Path) -> None:
    """Account, token and keys have the form that the settings demand."""
    settings = read_settings(
        {
            "DATABASE_URL": "postgresql://peerline@/peerline",
            "REDIS_URL": "unix:///valkey.sock",
            "TWILIO_ACCOUNT_SID": folder.identity.account_sid,
            "TWILIO_AUTH_TOKEN": folder.identity.auth_token,
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "PEERLINE_KEYS": folder.identity.keys,
            "PEERLINE_MODE": "demo",
            "PEERLINE_CLOCK": str(folder.clock),
            "PEERLINE_CONFIG": str(tmp_path),
            "PEERLINE_FLOWS": str(tmp_path),
        }
    )
    assert settings.clock_file == folder.clock
