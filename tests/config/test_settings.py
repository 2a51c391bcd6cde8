from collections.abc import Mapping
from pathlib import Path

import pytest

from config.settings import SettingsProblem, read_settings

_KEY = "A" * 43 + "="


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """An environment with everything that live mode needs."""
    return {
        "DATABASE_URL": "postgresql://peerline:secret@db.example.org/peerline",
        "REDIS_URL": "redis://redis.example.org:6379/0",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "made-up-token",
        "PUBLIC_URL": "https://peers.example.org/",
        "PEERLINE_KEYS": f"d1:data:{_KEY},i1:index:{_KEY}",
        "PEERLINE_CONFIG": str(tmp_path),
        "PEERLINE_FLOWS": str(tmp_path),
    }


def test_a_whole_environment_is_read(environ: Mapping[str, str], tmp_path: Path) -> None:
    """What is set arrives; what is left away has its default, and live is the default mode."""
    settings = read_settings(environ)
    assert (settings.mode, settings.web_port, settings.twilio_api_url, settings.clock_file) == (
        "live",
        8000,
        None,
        None,
    )
    assert (settings.config_dir, settings.flows_dir) == (tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("https://monitor.example.org/hook?key=secret", True), ("http://monitor.example.org/hook", False),
        ("monitor.example.org", False), ("https://name:word@monitor.example.org/", False), ("https://[", False),
    ],
)  # fmt: skip
def test_the_monitor_has_an_address_with_tls(environ: Mapping[str, str], value: str, *, fits: bool) -> None:
    """A mistake is told at the start, never with the address, which may be a secret; left away there is none."""
    assert read_settings(environ).alarm_url is None
    if fits:
        settings = read_settings({**environ, "PEERLINE_ALARM_URL": value})
        assert (settings.alarm_url, "secret" in repr(settings)) == (value, False)
        return
    with pytest.raises(SettingsProblem) as caught:
        read_settings({**environ, "PEERLINE_ALARM_URL": value})
    [mistake] = caught.value.mistakes
    assert (mistake.variable, "monitor.example" in str(mistake)) == ("PEERLINE_ALARM_URL", False)


def test_the_public_url_has_no_slash_at_its_end(environ: Mapping[str, str]) -> None:
    """Signatures are made over the public URL and a path that begins with a slash."""
    assert read_settings(environ).public_url == "https://peers.example.org"


def test_an_empty_environment_names_everything_that_is_missing() -> None:
    """Whoever sets up a server learns of all missing variables at once, each with a mend."""
    with pytest.raises(SettingsProblem) as caught:
        read_settings({})
    named = {mistake.variable for mistake in caught.value.mistakes}
    assert named >= {
        "DATABASE_URL",
        "REDIS_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "PUBLIC_URL",
        "PEERLINE_KEYS",
    }
    assert all(mistake.mend for mistake in caught.value.mistakes)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://db.example.org/peerline"),
        ("REDIS_URL", "http://redis.example.org"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_AUTH_TOKEN", "   "),
        ("TWILIO_API_URL", "api.example.org"),
        ("PUBLIC_URL", "http://peers.example.org"),
        ("PUBLIC_URL", "https://peers.example.org/?a=1"),
        ("PUBLIC_URL", "https://peers.example.org:port"),
        ("PUBLIC_URL", "https://[broken"),
        ("PEERLINE_KEYS", f"d1:data:{_KEY}"),
        ("PEERLINE_KEYS", f"d1:data:{_KEY},i1:index:AAAA"),
        ("PEERLINE_KEYS", f"k:data:{_KEY},k:index:{_KEY}"),
        ("PEERLINE_KEYS", f"d1:data:{_KEY},i1:index:{_KEY},"),
        ("PEERLINE_CONFIG", "nowhere"),
        ("PEERLINE_MODE", "production"),
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "²"),
    ],
)
def test_a_wrong_value_is_the_one_mistake(environ: Mapping[str, str], variable: str, value: str) -> None:
    """Each malformed value is refused under its own name, and nothing else is blamed for it."""
    with pytest.raises(SettingsProblem) as caught:
        read_settings({**environ, variable: value})
    assert [mistake.variable for mistake in caught.value.mistakes] == [variable]


def test_a_clock_file_is_refused_in_live_mode(environ: Mapping[str, str]) -> None:
    """Time cannot be moved where real people are written to."""
    with pytest.raises(SettingsProblem, match="PEERLINE_CLOCK"):
        read_settings({**environ, "PEERLINE_CLOCK": "clock.json"})


def test_the_demo_may_move_its_clock_and_stay_on_this_machine(environ: Mapping[str, str]) -> None:
    """Outside live mode a clock file and a plain http address are accepted."""
    changed = {"PEERLINE_MODE": "demo", "PEERLINE_CLOCK": "clock.json", "PUBLIC_URL": "http://127.0.0.1:8000"}
    assert read_settings({**environ, **changed}).clock_file == Path("clock.json")


def test_secrets_stay_out_of_what_is_printed(environ: Mapping[str, str]) -> None:
    """Neither the settings' repr nor a mistake about a secret shows the secret."""
    with pytest.raises(SettingsProblem) as caught:
        read_settings({**environ, "DATABASE_URL": "mysql://x:hush@db", "PEERLINE_KEYS": "hush"})
    shown = repr(read_settings(environ)) + str(caught.value)
    assert not any(secret in shown for secret in ("secret@", "made-up-token", _KEY, "hush"))


@pytest.mark.parametrize(
    ("redis_url", "broker_url"),
    [
        ("redis://redis.example.org:6379/0", "redis://redis.example.org:6379/0"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
    ],
)
def test_celery_gets_the_same_redis_in_its_own_spelling(
    environ: Mapping[str, str], redis_url: str, broker_url: str
) -> None:
    """One REDIS_URL serves the redis library and Celery, a socket included."""
    assert read_settings({**environ, "REDIS_URL": redis_url}).broker_url == broker_url
