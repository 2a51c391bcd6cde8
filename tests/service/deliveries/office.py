"""What tests of deliveries do: put messages in, let time pass, make the provider fail, and see what became of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from service.deliveries.choosing import Limits
from service.deliveries.runner import Deliveries
from service.gateways.ids import new_id
from service.gateways.twilio import Accepted, Known, Provider, TwilioRefused, TwilioUncertain
from service.store.commit import write
from service.store.rows import Number, Row
from service.store.scene import scene_of
from tests.clocks import move_clock
from tests.service.simulator.running import Simulator
from tests.stored import KEYS, a_number, an_outbound

LANES = {"safety": 0, "alert": 0, "consent": 0, "person": 1, "staff": 1, "answer": 1, "routine": 2}


@dataclass(frozen=True, slots=True)
class Refusing(Provider):
    """A provider that takes nothing."""

    code: int

    def send(self, to: str, body: str, callback_url: str, validity: int) -> Accepted:  # noqa: ARG002 - as its kind does
        """Refuse."""
        raise TwilioRefused(self.code, self.errors.class_of(self.code))


@dataclass(frozen=True, slots=True)
class Blind(Provider):
    """A provider whose list cannot be read."""

    def find(self, to: str, since: datetime) -> tuple[Known, ...]:  # noqa: ARG002 - as its kind does
        """Give no answer."""
        raise TwilioUncertain("no list")


@dataclass(frozen=True, slots=True)
class Office:
    """One process's deliveries, the provider they speak to, and the database between."""

    database: str
    simulator: Simulator
    deliveries: Deliveries
    clock_file: Path
    provider: Provider

    def another(self) -> Deliveries:
        """The deliveries of another process, which knows nothing but the database, before a provider that takes everything."""
        ours = self.deliveries
        return Deliveries(
            ours.pool, KEYS, self.provider, ours.clock, Limits(1000.0), ours.public_url, new_id, lambda: None, lambda _: None
        )  # fmt: skip

    def set_clock(self, now: datetime) -> None:
        """Put *now* at a moment; machine time goes on as it does."""
        move_clock(self.clock_file, self.deliveries.clock, now)

    def let_pass(self, time: timedelta) -> None:
        """Move *now* forward."""
        self.set_clock(self.deliveries.clock.now() + time)

    def known(self, place: int = 11, consent: str = "given", *rows: Row, **fields: Any) -> Number:  # noqa: ANN401 - any column
        """A number in the database, with rows about it."""
        number = replace(a_number(f"+120255501{place:02d}", consent), **fields)
        self.add(number, *rows)
        return replace(number, version=1)

    def add(self, number: Number, *rows: Row) -> None:
        """Write rows about a number."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            assert 0 in write(connection, [scene_of(number).with_rows(*rows)], KEYS)

    def queue(self, number: Number, kind: str = "answer", body: str = "words of ours", **fields: Any) -> UUID:  # noqa: ANN401
        """One more message to a number, ready now."""
        now = self.deliveries.clock.now()
        row = replace(an_outbound(number, kind), lane=LANES[kind], body=body, at=now, ready_at=now)
        row = replace(row, **fields)
        with psycopg.connect(self.database, autocommit=True) as connection:
            version = connection.execute("select version from numbers where id = %s", (number.id,)).fetchone()
            assert version is not None
            assert 0 in write(connection, [scene_of(replace(number, version=version[0])).with_rows(row)], KEYS)
        return row.id

    def fault(self, kind: str, **more: str) -> None:
        """Let the provider do something wrong."""
        answer = self.simulator.ask("POST", "/faults", fields={"kind": kind} | more)
        assert answer.status < 300, answer.data

    def refuse(self, code: int) -> None:
        """Let the provider refuse everything with a code, until `accept`."""
        self.deliveries.provider = Refusing(self.provider.client, self.provider.number, self.provider.errors, code)

    def gone(self) -> None:
        """Let nobody answer at the provider's address."""
        self.provider.client.api.base_url = "http://127.0.0.1:9"
        posting = self.provider.posting
        assert posting is not None
        wire = replace(posting.wire, port=9, _free=deque())
        self.deliveries.provider = replace(self.provider, posting=replace(posting, wire=wire))

    def blind(self) -> None:
        """Let the provider's list be unreadable, until `accept`."""
        self.deliveries.provider = Blind(self.provider.client, self.provider.number, self.provider.errors)

    def accept(self) -> None:
        """Let the provider be itself again."""
        self.deliveries.provider = self.provider

    def row(self, outbound_id: UUID) -> dict[str, Any]:
        """A message as it stands in the database."""
        [found] = self.rows("select * from outbound where id = %s", outbound_id)
        return found

    def state(self, outbound_id: UUID) -> str:
        """The state of a message."""
        return str(self.row(outbound_id)["state"])

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """What a query finds."""
        with psycopg.connect(self.database, row_factory=dict_row) as connection:
            return connection.execute(statement, values).fetchall()

    def change(self, statement: str, *values: object) -> None:
        """Change the database behind everybody's back."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement, values)

    def later(self, seconds: float) -> None:
        """Let leases and graces run out as if so much machine time had gone by."""
        shift = timedelta(seconds=seconds)
        self.change("update outbound set lease_until = lease_until - %s, claimed_at = claimed_at - %s", shift, shift)

    def accepted(self) -> list[str]:
        """The words of everything that the provider took from us, in its order: the truth."""
        return [line["body"] for line in self.simulator.ledger() if line.get("origin") == "api"]
