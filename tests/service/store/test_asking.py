"""Statements without a cursor: what goes comes back, and what goes wrong is raised as psycopg raises it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors

from service.store.asking import MOST, ask
from service.store.codec import storable
from service.store.columns import SQL_TYPES
from service.store.wire import TEXT, WIRE, formats_of, wire_ids, wire_text, wire_texts

Connection = psycopg.Connection[Any]
VALUES = {
    "uuid": st.uuids(),
    "text": st.text(st.characters(exclude_categories=())),
    "time": st.datetimes(timezones=st.just(UTC)),
    "int": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "json": st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(-(2**53), 2**53)
    ),
    "bytes": st.binary(),
}


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    """A connection as the pool has them."""
    with psycopg.connect(database, autocommit=True) as found:
        found.execute("set timezone = 'UTC'")
        yield found


@pytest.mark.parametrize("kind", VALUES)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_value_arrives_as_the_cursor_would_have_brought_it(
    connection: Connection, kind: str, data: st.DataObject
) -> None:
    """For every kind of column; of a text that cannot be stored, what can be."""
    value = data.draw(st.none() | VALUES[kind])
    statement = f"select ($1::{SQL_TYPES[kind]})::text"
    made = None if value is None else WIRE.get(kind, bytes)(value)
    (theirs,) = connection.execute(f"select (%s::{SQL_TYPES[kind]})::text", (_plain(kind, value),)).fetchone() or (
        None,
    )
    found = ask(connection, statement.encode(), (made,), formats_of(statement))
    assert found.get_value(0, 0) == (None if theirs is None else theirs.encode())


def ours(connection: Connection) -> int:
    """How many statements the server keeps for this connection that were not psycopg's to prepare."""
    row = connection.execute("select count(*) from pg_prepared_statements where name like '\\_peerline%'").fetchone()
    return -1 if row is None else int(row[0])


def _plain(kind: str, value: Any) -> Any:  # noqa: ANN401 - a value of any column
    if value is None:
        return None
    return storable(value) if kind == "text" else orjson.dumps(value).decode() if kind == "json" else value


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    ids=st.lists(st.uuids()),
)
def test_lists_arrive_in_order(connection: Connection, texts: list[str], ids: list[Any]) -> None:
    """Whatever signs are in them."""
    statement = b"select to_json($1::text[])::text, to_json($2::uuid[])::text"
    found = ask(connection, statement, (wire_texts(texts), wire_ids(ids)), (TEXT, TEXT))
    assert orjson.loads(found.get_value(0, 0) or b"") == texts
    assert orjson.loads(found.get_value(0, 1) or b"") == [str(each) for each in ids]


def test_a_statement_is_prepared_once_and_beyond_the_most_not_at_all(connection: Connection) -> None:
    """A connection does not fill the server with forms that come once."""
    for place in range(MOST + 20):
        for _ in range(2):
            assert (
                ask(connection, f"select {place}, $1::text".encode(), (b"a",), (TEXT,)).get_value(0, 0) == b"%d" % place
            )
    assert ours(connection) == MOST


def test_what_the_server_refuses_is_raised_as_its_own_error(connection: Connection) -> None:
    """A key that is taken, and a statement that cannot be: the connection goes on."""
    connection.execute("create temporary table taken (id int primary key)")
    add = b"insert into taken values ($1::int)"
    ask(connection, add, (b"1",), (TEXT,))
    with pytest.raises(errors.UniqueViolation):
        ask(connection, add, (b"1",), (TEXT,))
    with pytest.raises(errors.UndefinedTable):
        ask(connection, b"select * from nowhere", (), ())
    assert ask(connection, add, (b"2",), (TEXT,)).ntuples == 0


def test_a_connection_that_is_gone_is_an_operational_error(connection: Connection, database: str) -> None:
    """So the webhook answers 503, and the pool lets go of it."""
    statement = b"select $1::text"
    ask(connection, statement, (wire_text("a"),), (TEXT,))
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", (connection.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        ask(connection, statement, (wire_text("a"),), (TEXT,))
    assert connection.broken
    with pytest.raises(psycopg.OperationalError):
        ask(connection, statement, (wire_text("a"),), (TEXT,))


def test_what_a_rollback_made_psycopg_forget_is_prepared_again(connection: Connection) -> None:
    """Outside of a transaction and within the next one."""
    statement = b"select $1::text"
    for _ in range(2):
        assert ask(connection, statement, (b"a",), (TEXT,)).get_value(0, 0) == b"a"
        with connection.transaction(force_rollback=True):
            assert ask(connection, statement, (b"b",), (TEXT,)).get_value(0, 0) == b"b"
    assert ours(connection) == 0
    assert ask(connection, statement, (b"c",), (TEXT,)).get_value(0, 0) == b"c"


@pytest.mark.parametrize("within", [False, True])
def test_nothing_and_bytes_arrive_within_a_transaction_as_outside(connection: Connection, *, within: bool) -> None:
    """Whichever way they are asked."""
    statement = "select encode($1::bytea, 'hex'), $2::text is null, $3::uuid::text"
    values = (b"\x00\xff", None, bytes(16))
    with connection.transaction() if within else contextlib.nullcontext():
        found = ask(connection, statement.encode(), values, formats_of(statement))
    assert [found.get_value(0, place) for place in range(3)] == [b"00ff", b"t", b"00000000-0000-0000-0000-000000000000"]
