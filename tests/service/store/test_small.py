"""The small write carries out what the document of the one write would have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from config.twilio_errors import load_twilio_errors
from service.assembly import conversation_handlers, timer_handlers
from service.due import Due
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.inbox import Inbox
from service.staff_texts import decide_staff
from service.store.codec import decode
from service.store.commit import write, write_document
from service.store.database import open_pool
from service.store.rows import ROWS, Audit, Schedule
from service.store.scene import Scene, scene_of
from service.store.small import is_small, write_small
from tests.house import NOW, SAM, phone, setting
from tests.service.test_inbox import KEYS, people, stored, text

Connection = psycopg.Connection[Any]
# What members write: answers, slips, service words, consent, danger, and what a person must read.
BODIES = (
    "3",
    "EN",
    "PAUSE",
    "BACK",
    "SKIP",
    "5",
    "STOP",
    "START",
    "ES",
    "saw a heron",
    "2",
    "i want to kill myself",
    "TALK",
)


def test_both_ways_of_writing_carry_out_the_same(database: str) -> None:
    """Row by row, over a day of texts; most of the decisions are small, and a stale one changes nothing either way."""
    house = replace(setting(), new_id=new_id)
    handlers = conversation_handlers()
    small = 0
    with open_pool(database) as pool, psycopg.connect(database, autocommit=True) as apart:
        inbox = Inbox(pool, KEYS, house, handlers, decide_staff, Clock(), lambda: None)
        with pool.connection() as connection:
            people(connection)
            now = inbox.clock.now()
            rule = Schedule(new_id(), SAM.id, SAM.number_id, "check-in", "FREQ=MINUTELY", now.isoformat()[:19])
            write(connection, [stored(inbox).with_rows(rule)], KEYS)
        for place, body in enumerate(BODIES):
            Due(
                pool,
                KEYS,
                house,
                timer_handlers(handlers, inbox, load_twilio_errors(Path("config"))),
                Clock(),
                lambda: None,
            ).run()
            with pool.connection() as connection:
                incoming = text(f"SM{place}", body)
                decided, _ = inbox._taken(inbox._wide(connection, incoming, now), incoming, now)
                if is_small(decided):
                    small += 1
                    compare(apart, decided)
                assert 0 in write(connection, [decided], KEYS)
    assert small > 6


def compare(connection: Connection, decided: Scene) -> None:
    """Both writes leave the same rows; and neither carries out what was decided on an older version."""
    by_parameters = left_by(connection, lambda: write_small(connection, decided, KEYS))
    by_document = left_by(connection, lambda: 0 in write_document(connection, [decided], KEYS))
    assert by_parameters == by_document
    stale = replace(decided, number=replace(decided.number, version=decided.number.version + 1))
    stale = stale.with_rows(stale.number)
    assert not write_small(connection, stale, KEYS)
    assert 0 not in write_document(connection, [stale], KEYS)


def left_by(connection: Connection, writing: Callable[[], bool]) -> dict[str, list[Any]]:
    """All rows of all tables after a write that is then taken back."""
    with connection.transaction(force_rollback=True):
        assert writing()
        return {row.TABLE: rows_of(connection, row) for row in ROWS}


def rows_of(connection: Connection, kind: Any) -> list[Any]:  # noqa: ANN401 - a class of rows
    """The rows of one table, opened, in the order of their keys; texts in the order of their numbers."""
    order = "seq" if kind.TABLE == "outbound" else ", ".join(kind.KEY)
    found = connection.execute(f"select row_to_json(x) from {kind.TABLE} x order by {order}").fetchall()
    return [decode(kind, row[0], KEYS) for row in found]


def test_a_row_with_other_values_is_the_one_that_the_library_gives() -> None:
    """The quick way of changing a row leaves every other column as it was."""
    for changes in ({}, {"per_day": 3}, {"paused_at": None, "zone": "America/Chicago", "name": "Robin"}):
        assert SAM.but(**changes) == replace(SAM, **changes)
    assert (SAM.but(name="Robin").key, SAM.name) == (SAM.key, "Sam")


def test_what_postgresql_does_not_take_is_mended_in_the_document(database: str) -> None:
    """A NUL and half a pair of surrogates, in a column or within JSON; a backslash that only looks like one stays."""
    odd = Audit(new_id(), NOW, None, "a\x00b", detail={"kept\x00": ["\ud800", "\\u0000", 7, None]})
    with psycopg.connect(database, autocommit=True) as connection:
        new = replace(phone(1), version=0)
        assert 0 in write_document(connection, [scene_of(new).with_rows(new, odd)], KEYS)
        (kept,) = rows_of(connection, Audit)
    assert (kept.what, kept.detail) == ("a\ufffdb", {"kept\ufffd": ["?", "\\u0000", 7, None]})


def test_what_depends_on_others_goes_by_the_document() -> None:
    """A decision about a newcomer, one that guards another number, and a large one are not small."""
    mine = Scene(phone(1), {type(phone(1)): {phone(1).key: phone(1)}}).with_rows(replace(phone(1), version=3))
    assert is_small(mine)
    assert not is_small(mine.with_rows(replace(mine.number, version=0)))
    assert not is_small(mine.guard(phone(21).id))
    assert not is_small(mine.with_rows(phone(21, "staff")))
