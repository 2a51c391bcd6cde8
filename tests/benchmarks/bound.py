"""What PostgreSQL alone can do of the webhook's work: the service's own two statements, replayed by pgbench.

A text of each of some members is decided without being written, and the parameters of both statements are kept in a table.
pgbench, from the wheel that the server comes from, takes them from there one by one (a third, small statement for each); what a
first text wrote is written again for a second one with new ids and the next version, so that any number of texts can be replayed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg

from service.assembly import Peerline, assemble
from service.gateways.ids import new_id
from service.inbox import Incoming
from service.local.parts import Site
from service.store import gather, narrow
from service.store.small import small_statement
from tests.benchmarks.ground import Ground, settings_of
from tests.benchmarks.posts import MAIN_NUMBER

CLIENTS = 8
_RATE = re.compile(r"tps = ([\d.]+)")
_TYPES = {"blind": "bytea", "ids": "uuid[]", "sid": "text", "parts": "timestamptz", "rest": "timestamptz"}
_TYPED = re.compile(r"\$(\d+)::(\w+)")
_VERSION = 1  # the place of the number's version among the parameters of the write


@dataclass(frozen=True, slots=True)
class Replayed:
    """One text: the parameters of the read and of the write, and which of the latter are new with every text."""

    read: Sequence[Any]
    write: Sequence[Any]
    new: frozenset[object]  # ids of new rows, and the provider's id


@dataclass(slots=True)
class Bound:
    """A replay on a database of its own."""

    ground: Ground
    site: Site
    phones: Sequence[str]
    words: str
    _first: list[Replayed] = field(default_factory=list)
    _texts: Iterator[Sequence[Any]] = field(default_factory=lambda: iter(()))
    _statement: bytes = b""
    _rounds: int = 0
    _replayed: int = 0
    _rate: float = 500.0  # a guess; the next slice lasts as long as it should by the rate of the one before

    def run(self, seconds: float) -> tuple[int, float]:
        """Replay for about so many seconds; how many texts, and how many a second, connecting not counted."""
        if not self._first:
            self._first, self._texts = self._recorded(), self._next()
        each = max(1, min(int(self._rate * seconds), 20 * len(self._first)) // CLIENTS)
        self._load(each * CLIENTS)
        script = self.site.folder.path / "replay.sql"
        script.write_text(_script(self._statement, len(self._first[0].write)))
        script.chmod(0o644)
        address = ("-h", str(self.site.home.sockets), "-U", "peerline", "webhook_bound")
        told = self.ground.pgbench(
            *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-t", str(each), "-D", "i=-1", "-f", str(script)),
            *address,
        )
        self._rate = float(_RATE.findall(told)[-1])
        self._replayed += each * CLIENTS
        self._demand_written()
        return each * CLIENTS, self._rate

    def _demand_written(self) -> None:
        with psycopg.connect(self.site.environ["DATABASE_URL"]) as connection:
            row = connection.execute("select count(*) from inbound").fetchone()
        if row is None or row[0] != self._replayed:
            raise RuntimeError(f"{self._replayed} texts were replayed and {row and row[0]} are written")

    def _recorded(self) -> list[Replayed]:
        """Texts whose writes have one form, which is nearly all of them."""
        peerline = assemble(settings_of(self.site))
        with peerline.pool.connection() as connection:
            found = [_decided(peerline, connection, phone, self.words) for phone in self.phones]
        peerline.deliveries.close()
        peerline.pool.close()
        self._statement = found[0][0]
        return [replayed for statement, replayed in found if statement == self._statement]

    def _load(self, count: int) -> None:
        """So many texts, each member's in the order of their versions, and always with the same client."""
        columns = [f"v{place}" for place in range(len(_TYPES) + len(self._first[0].write))]
        with psycopg.connect(self.site.environ["DATABASE_URL"]) as connection:
            listed = ", ".join(f"{name} text" for name in columns)
            connection.execute(f"create table if not exists replay (id bigint primary key, {listed})".encode())
            connection.execute("truncate replay")
            with connection.cursor().copy("copy replay from stdin") as rows:
                for place, values in enumerate(islice(self._texts, count)):
                    rows.write_row((place, *map(_as_text, values)))
        with psycopg.connect(self.site.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("vacuum analyze replay")

    def _next(self) -> Iterator[Sequence[Any]]:
        clients = len(self._first) - len(self._first) % CLIENTS
        while True:
            for replayed in self._first[:clients]:
                yield (*replayed.read, *_later(replayed, self._rounds))
            self._rounds += 1


def _decided(peerline: Peerline, connection: psycopg.Connection[Any], phone: str, words: str) -> tuple[bytes, Replayed]:
    """The write's statement and the parameters of both for one text, nothing written."""
    now, inbox = peerline.clock.now(), peerline.inbox
    incoming = Incoming(f"SM{new_id().hex}", phone, MAIN_NUMBER, words)
    scene = inbox._scene(connection, incoming, now)
    if not scene.narrow:
        raise RuntimeError("somebody else concerns a member of the measurement")
    inbound = inbox._row(scene, incoming, now)
    decided = inbox._decide(scene.with_rows(inbound), inbound, now)
    statement, _, values = small_statement(decided, peerline.keys)
    write = _read_back(statement.decode(), values)
    read: tuple[Any, ...] = (peerline.keys.blind(phone), [], incoming.sid, now - gather.PARTS, now - gather.LATELY)
    made = {row.key[0] for place, row in decided.changed.items() if place[0] in _NEW}
    return statement, Replayed(read, write, frozenset(made | {incoming.sid}))


def _read_back(statement: str, values: Sequence[bytes | None]) -> list[Any]:
    """The parameters as they were before they were made bytes, as far as their types tell: ids, ciphertext, and text."""
    types = dict(_TYPED.findall(statement))
    read: dict[str, Callable[[bytes], Any]] = {"uuid": lambda value: UUID(bytes=value), "bytea": bytes}
    return [
        None if value is None else read.get(types[str(place)], bytes.decode)(value)
        for place, value in enumerate(values, 1)
    ]


_NEW = ("inbound", "outbound", "queue", "audit", "consent_ledger")  # tables of which a decision makes new rows


def _later(replayed: Replayed, rounds: int) -> list[Any]:
    """The same writes for a later text: new rows have new ids, and the version that was seen is so many higher."""
    again = {old: new_id() if isinstance(old, UUID) else f"SM{new_id().hex}" for old in replayed.new}
    values: list[Any] = [
        again.get(value, value) if isinstance(value, (UUID, str)) else value for value in replayed.write
    ]
    values[_VERSION] = int(values[_VERSION]) + rounds
    return values


def _as_text(value: object) -> str:
    """A parameter as pgbench hands it over; it knows no null, which is the empty text here."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else str(value)


def _script(statement: bytes, count: int) -> str:
    """Fetch a text's parameters, read, write."""
    read = _filled(narrow._STATEMENT.decode(), 0, list(_TYPES.values()))
    write = _filled(statement.decode(), len(_TYPES), [""] * count)
    return "\n".join((
        "\\set i :i + 1", f"\\set id :client_id + :i * {CLIENTS}",
        "select * from replay where id = :id \\gset p_", read + ";", write + ";",
    ))  # fmt: skip


def _filled(statement: str, first: int, types: Sequence[str]) -> str:
    """The statement with pgbench's variables at its places: `$2::uuid` becomes the second value of the row, or null."""

    def variable(place: re.Match[str]) -> str:
        number = int(place[1])
        kind = place[2] or f"::{types[number - 1]}"
        return f"nullif(:p_v{first + number - 1}, ''){kind}"

    return re.sub(r"\$(\d+)(::[a-z]+(?:\[\])?)?", variable, statement)
