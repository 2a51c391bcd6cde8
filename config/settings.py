"""Reads the environment, once at start, into a frozen value, or says everything that is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import SplitResult, parse_qs, urlsplit

Mode = Literal["live", "demo", "test"]

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
# 32 bytes are 43 base64 digits and one `=`.
_KEY = re.compile(r"[^:,\s]{1,31}:(data|index):[A-Za-z0-9+/]{43}=")
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment says. Secrets stay out of its repr, and so out of logs and error reports."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_api_url: str | None
    public_url: str
    keys: str = field(repr=False)
    config_dir: Path
    flows_dir: Path
    clock_file: Path | None
    mode: Mode
    web_port: int
    alarm_url: str | None = field(default=None, repr=False)  # it may have a secret in its path

    @property
    def broker_url(self) -> str:
        """The same Redis in Celery's spelling, which differs for a socket."""
        if not self.redis_url.startswith("unix://"):
            return self.redis_url
        parts = urlsplit(self.redis_url)
        database = parse_qs(parts.query).get("db", ["0"])[0]
        return f"redis+socket://{parts.path}?virtual_host={database}"


@dataclass(frozen=True, slots=True)
class SettingsMistake:
    """One mistake: the variable, what is wrong, and how to mend it. Never the value, which may be a secret."""

    variable: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.variable} {self.what}. {self.mend}"


class SettingsProblem(Exception):
    """The environment cannot be used as it stands; `mistakes` holds everything found."""

    def __init__(self, mistakes: tuple[SettingsMistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from the environment; an empty variable counts as absent.

    Raises SettingsProblem with every mistake at once.
    """
    reading = _Reading({name: value.strip() for name, value in environ.items() if value.strip()})
    mode = reading.mode()
    settings = Settings(
        database_url=reading.address(
            "DATABASE_URL", ("postgresql", "postgres"), "Set it to postgresql://NAME:PASSWORD@HOST/DATABASE."
        ),
        redis_url=reading.address("REDIS_URL", ("redis", "rediss", "unix"), "Set it to redis://HOST:6379/0."),
        twilio_account_sid=reading.matching(
            "TWILIO_ACCOUNT_SID", _ACCOUNT, "Copy the account's SID from Twilio: AC and 32 digits or letters a-f."
        ),
        twilio_auth_token=reading.required(
            "TWILIO_AUTH_TOKEN", "Copy the primary token from Twilio: without it no text can be trusted."
        ),
        twilio_api_url=reading.web_address("TWILIO_API_URL", ("https", "http"))
        if "TWILIO_API_URL" in reading.environ
        else None,
        public_url=reading.web_address("PUBLIC_URL", ("https",) if mode == "live" else ("https", "http")),
        keys=reading.keys(),
        config_dir=reading.folder("PEERLINE_CONFIG", "config"),
        flows_dir=reading.folder("PEERLINE_FLOWS", "flows"),
        clock_file=reading.clock_file(mode),
        mode=mode,
        web_port=reading.port("PORT", 8000),
        alarm_url=reading.alarm_address("PEERLINE_ALARM_URL", ("https",) if mode == "live" else ("https", "http")),
    )
    if reading.mistakes:
        raise SettingsProblem(tuple(reading.mistakes))
    return settings


class _Reading:
    """One pass over the environment: every reader notes its mistakes and answers something, so that the pass goes on."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.mistakes: list[SettingsMistake] = []

    def mode(self) -> Mode:
        value = self.environ.get("PEERLINE_MODE", "live")
        modes: dict[str, Mode] = {mode: mode for mode in get_args(Mode)}
        if value not in modes:
            self._note("PEERLINE_MODE", "is none of live, demo, test", "Leave it away for live.")
        return modes.get(value, "live")

    def required(self, name: str, mend: str) -> str:
        if name not in self.environ:
            self._note(name, "is not set", mend)
        return self.environ.get(name, "")

    def matching(self, name: str, pattern: re.Pattern[str], mend: str) -> str:
        value = self.required(name, mend)
        if value and not pattern.fullmatch(value):
            self._note(name, "has not the form that it needs", mend)
        return value

    def address(self, name: str, schemes: tuple[str, ...], mend: str) -> str:
        value = self.required(name, mend)
        if value and _split(value).scheme not in schemes:
            self._note(name, "is not an address that can be used here", mend)
        return value

    def web_address(self, name: str, schemes: tuple[str, ...]) -> str:
        mend = f"Set it to {schemes[0]}:// and a host, without ? and #."
        value = self.required(name, mend).rstrip("/")
        parts = _split(value)
        if value and (parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment):
            self._note(name, "is not a web address that can be used here", mend)
        return value

    def alarm_address(self, name: str, schemes: tuple[str, ...]) -> str | None:
        """An address that may have a path and a question mark, since monitors put their keys there."""
        value = self.environ.get(name)
        if value is None:
            return None
        parts = _split(value)
        if parts.scheme not in schemes or not parts.hostname or parts.fragment or parts.username is not None:
            mend = "Set it to https:// and the address that your monitor gave you, or leave it away."
            self._note(name, "is not a web address that can be used here", mend)
        return value

    def keys(self) -> str:
        mend = (
            "Set it to id:data:BASE64,id:index:BASE64 with 32 bytes in each, as `openssl rand -base64 32` makes them."
        )
        value = self.required("PEERLINE_KEYS", mend)
        entries = [entry.strip() for entry in value.split(",")] if value else []
        uses = {found.group(1) for entry in entries if (found := _KEY.fullmatch(entry))}
        names = {entry.partition(":")[0] for entry in entries}
        if not all(map(_KEY.fullmatch, entries)):
            self._note("PEERLINE_KEYS", "holds an entry that is not id:use:base64 with 32 bytes", mend)
        elif value and uses != {"data", "index"}:
            self._note("PEERLINE_KEYS", "needs a key for `data` and one for `index`", mend)
        elif len(names) < len(entries):
            self._note("PEERLINE_KEYS", "has two keys of one name", "Give each key a name of its own.")
        return value

    def folder(self, name: str, default: str) -> Path:
        path = Path(self.environ.get(name, default))
        if not path.is_dir():
            self._note(name, "names no folder", f"Set it to an existing folder; left away, it is {default}.")
        return path

    def clock_file(self, mode: Mode) -> Path | None:
        value = self.environ.get("PEERLINE_CLOCK")
        if value and mode == "live":
            # A moved clock would send at the wrong hour to real people.
            self._note("PEERLINE_CLOCK", "is refused in live mode", "Remove it; only the demo and tests may move time.")
        return Path(value) if value else None

    def port(self, name: str, default: int) -> int:
        value = self.environ.get(name, str(default))
        if value.isascii() and value.isdigit() and 0 < int(value) <= _HIGHEST_PORT:
            return int(value)
        self._note(name, "is not a port", f"Set it to a number from 1 to {_HIGHEST_PORT}.")
        return default

    def _note(self, variable: str, what: str, mend: str) -> None:
        self.mistakes.append(SettingsMistake(variable, what, mend))


def _split(address: str) -> SplitResult:
    """The parts of an address; all of them empty where it is too broken to take apart."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts
