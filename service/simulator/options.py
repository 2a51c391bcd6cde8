"""What the simulator is told at start."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Options:
    """Everything the simulator is told; URLs come without a trailing slash, numbers in E.164.

    `patience` is how many seconds a move in time waits for the service to come to rest. `rate` is how many segments a second
    each number sends, in moved time (None: all at once), and `queue` how many wait for that (None: ten hours' worth).
    """

    service: str
    public_url: str
    account_sid: str
    auth_token: str
    numbers: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 0
    clock_file: Path | None = None
    data: Path | None = None
    start: datetime | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    provider_opt_out: bool = False
    patience: float = 60.0
    rate: float | None = None
    queue: int | None = None

    @property
    def number(self) -> str:
        """The organisation's main number: where a text goes that names no other."""
        return self.numbers[0]

    @property
    def root(self) -> str:
        """The path under which this account's REST API lives."""
        return f"/2010-04-01/Accounts/{self.account_sid}"


def read_options(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Options:
    """Read the command line; account and token may come from TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN instead.

    Raises SystemExit with a usage line when something is missing or malformed, as argparse does.
    """
    given = _parser(environ).parse_args(arguments)
    service = given.service.rstrip("/")
    return Options(
        service=service,
        public_url=(given.public_url or service).rstrip("/"),
        account_sid=given.account_sid,
        auth_token=given.auth_token,
        numbers=tuple(given.number),
        host=given.host,
        port=given.port,
        clock_file=given.clock,
        data=given.data,
        start=given.start,
        zone=given.zone,
        provider_opt_out=given.opt_out == "provider",
        rate=given.rate,
        queue=given.queue,
    )


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="service.simulator", description="Phones and a text provider, all made up.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes any free port and prints it")
    parser.add_argument("--service", required=True, help="where the service answers, such as http://127.0.0.1:8000")
    parser.add_argument("--public-url", help="what signatures are made over; the service's address unless given")
    _add_account(parser, environ)
    parser.add_argument(
        "--number", action="append", required=True, help="a number of the organisation; may be repeated"
    )
    parser.add_argument("--clock", type=Path, help="the clock file that the service reads too")
    parser.add_argument("--data", type=Path, help="folder of the ledger; without it nothing is kept on disk")
    parser.add_argument("--start", type=_instant, help="the moment to begin at, when there is no clock file yet")
    parser.add_argument("--zone", type=ZoneInfo, default=ZoneInfo("UTC"), help="zone of the next morning")
    parser.add_argument("--opt-out", choices=("own", "provider"), default="own", help="who confirms a STOP")
    parser.add_argument("--rate", type=_rate, help="segments a second of each number; without it all leave at once")
    parser.add_argument("--queue", type=int, help="segments that wait for that before more are refused with 21611")
    return parser


def _add_account(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    for flag, name in (("--account-sid", "TWILIO_ACCOUNT_SID"), ("--auth-token", "TWILIO_AUTH_TOKEN")):
        parser.add_argument(flag, default=environ.get(name), required=not environ.get(name), help=f"or {name}")


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < float("inf"):
        msg = "give segments a second, such as 1 or 0.5"
        raise argparse.ArgumentTypeError(msg)
    return rate


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        msg = "give an offset too, such as 2026-03-06T09:00:00-05:00"
        raise argparse.ArgumentTypeError(msg)
    return instant
