"""What PostgreSQL alone can do of the webhook's work: the service's own two statements, replayed by pgbench.

A text of each of some members is decided without being written, and the parameters of both statements are kept in a table.
pgbench, from the wheel that the server comes from, takes them from there one by one; what a first text wrote is written
again for a second one with new ids and the next version, so that any number of texts can be replayed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
import psycopg

from service.assembly import Peerline, assemble
from service.gateways.ids import new_id
from service.inbox import Incoming
from service.local.parts import Site
from service.store import commit as writing
from service.store import gather as reading
from tests.benchmarks.ground import Ground, settings_of
from tests.benchmarks.posts import MAIN_NUMBER

CLIENTS = 8
_RATE = re.compile(r"tps = ([\d.]+)")
_TYPES = {"blind": "bytea", "newcomer": "uuid", "ids": "uuid[]", "sid": "text", "parts": "timestamptz",
          "overlap": "timestamptz", "rest": "timestamptz"}  # fmt: skip


@dataclass(slots=True)
class Bound:
    """A replay on a database of its own."""

    ground: Ground
    site: Site
    phones: Sequence[str]
    words: str
    _first: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    _documents: Iterator[tuple[dict[str, Any], bytes]] = field(default_factory=lambda: iter(()))
    _statement: bytes = b""
    _rounds: int = 0
    _replayed: int = 0
    _rate: float = 500.0  # a guess; the next slice lasts as long as it should by the rate of the one before

    def run(self, seconds: float) -> tuple[int, float]:
        """Replay for about so many seconds; how many texts, and how many a second, connecting not counted."""
        if not self._first:
            self._first, self._documents = self._recorded(), self._next()
            self._statement = writing._statement(
                frozenset(n for n, rows in orjson.loads(self._first[0][1]).items() if rows)
            )
        each = max(1, min(int(self._rate * seconds), 20 * len(self._first)) // CLIENTS)
        self._load(each * CLIENTS)
        script = self.site.folder.path / "replay.sql"
        script.write_text(_script(self._statement))
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

    def _recorded(self) -> list[tuple[dict[str, Any], bytes]]:
        peerline = assemble(settings_of(self.site))
        with peerline.pool.connection() as connection:
            found = [_decided(peerline, connection, phone, self.words) for phone in self.phones]
        peerline.deliveries.close()
        peerline.pool.close()
        return found

    def _load(self, count: int) -> None:
        """So many documents, each member's in the order of their versions, and always with the same client."""
        columns = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
        with psycopg.connect(self.site.environ["DATABASE_URL"]) as connection:
            connection.execute(
                f"create table if not exists replay (id bigint primary key, {columns}, doc text)".encode()
            )
            connection.execute("truncate replay")
            with connection.cursor().copy("copy replay from stdin") as rows:
                for place, (values, document) in enumerate(islice(self._documents, count)):
                    rows.write_row((place, *(values[name] for name in _TYPES), document.decode()))
        with psycopg.connect(self.site.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("vacuum analyze replay")

    def _next(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        clients = len(self._first) - len(self._first) % CLIENTS
        while True:
            for values, document in self._first[:clients]:
                yield values, _later(document, self._rounds)
            self._rounds += 1


def _decided(
    peerline: Peerline, connection: psycopg.Connection[Any], phone: str, words: str
) -> tuple[dict[str, Any], bytes]:
    """The parameters of the two statements for one text, nothing written."""
    now, inbox = peerline.clock.now(), peerline.inbox
    incoming = Incoming(f"SM{new_id().hex}", phone, MAIN_NUMBER, words)
    scene = inbox._scene(connection, incoming, now)
    inbound = inbox._row(scene, incoming, now)
    decided = inbox._decide(scene.with_rows(inbound), inbound, now)
    values = {
        "blind": peerline.keys.blind(phone), "newcomer": new_id(), "ids": [], "sid": incoming.sid,
        "parts": now - reading.PARTS, "overlap": now - reading.OVERLAP, "rest": now - reading.REST,
    }  # fmt: skip
    return values, orjson.dumps(writing._document([decided], peerline.keys))


_NEW = ("inbound", "outbound", "queue", "audit", "consent_ledger")  # tables of which a decision makes new rows


def _later(document: bytes, rounds: int) -> bytes:
    """The same writes for a later text: new rows have new ids, and the versions that were seen are so many higher."""
    found = orjson.loads(document)
    for guard in found["guards"]:
        guard["version"] += rounds
    ids = [row["id"] for table in _NEW for row in found.get(table, ())]
    text = orjson.dumps(found)
    for each in ids:
        text = text.replace(each.encode(), str(new_id()).encode())
    for row in found.get("inbound", ()):
        text = text.replace(row["sid"].encode(), f"SM{new_id().hex}".encode())
    return text


def _script(statement: bytes) -> str:
    names = {str(place + 1): name for place, name in enumerate(reading._VALUES)}
    read = re.sub(r"\$(\d)", lambda place: f"(select p.{names[place[1]]} from p)", reading._STATEMENT.decode())
    write = statement.decode().replace("$1::jsonb", "(select p.doc::jsonb from p)")
    mine = "with p as materialized (select * from replay where id = :id),\n"
    return "\n".join((
        "\\set i :i + 1", f"\\set id :client_id + :i * {CLIENTS}",
        mine + read.removeprefix("with ") + ";", mine + write.removeprefix("with ") + ";",
    ))  # fmt: skip
