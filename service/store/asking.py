"""Prepared statements of the hot path: values go to the server as bytes and come back as bytes, with no cursor between.

psycopg's cursor looks each value's type up, takes a longer statement apart at every execution and sets itself up anew: four
times the processor time of the question itself. What it does when something goes wrong is kept: waiting, interruptions
and errors are psycopg's own. Within a transaction it is asked as ever: one that is rolled back makes psycopg forget
everything that was prepared, and a statement that is missing would end the transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Dumper
from psycopg.generators import execute

from service.store.wire import BINARY

MOST = 200  # statements kept for each connection; one beyond that is parsed at every execution
_Connection = psycopg.Connection[Any]
_Values = Sequence[bytes | None]
_names: WeakKeyDictionary[_Connection, dict[bytes, bytes]] = WeakKeyDictionary()  # of what was prepared, by statement


def ask(connection: _Connection, statement: bytes, values: _Values, formats: Sequence[int]) -> pq.abc.PGresult:
    """Execute a prepared statement whose places are $1, $2 and so on, with values as service.store.wire makes them.

    The connection is in autocommit, or in a transaction that somebody opened. Raises psycopg's errors.
    """
    if connection.pgconn.transaction_status != pq.TransactionStatus.IDLE:
        return _by_cursor(connection, statement, values, formats)
    try:
        return _asked(connection, statement, values, formats)
    except errors.InvalidSqlStatementName:
        del _names[connection]
        return _asked(connection, statement, values, formats)


def _asked(connection: _Connection, statement: bytes, values: _Values, formats: Sequence[int]) -> pq.abc.PGresult:
    known = _names.get(connection)
    if known is None:
        known = _names[connection] = {}
    name = known.get(statement)
    if name is None and len(known) < MOST:
        name = known[statement] = _prepared(connection, statement, len(known))
    if name is None:
        connection.pgconn.send_query_params(statement, values, None, formats)
    else:
        connection.pgconn.send_query_prepared(name, values, formats)
    return _checked(connection, connection.wait(execute(connection.pgconn)))


def _prepared(connection: _Connection, statement: bytes, place: int) -> bytes:
    name = b"_peerline_%d" % place
    connection.pgconn.send_prepare(name, statement)
    _checked(connection, connection.wait(_preparing(connection.pgconn)))
    return name


def _preparing(pgconn: pq.abc.PGconn) -> Generator[Any, Any, list[pq.abc.PGresult]]:
    """As `execute`; the name tells apart, where statements are counted, what only gets one ready."""
    results: list[pq.abc.PGresult] = yield from execute(pgconn)
    return results


def _checked(connection: _Connection, results: list[pq.abc.PGresult]) -> pq.abc.PGresult:
    (result,) = results
    if result.status == pq.ExecStatus.FATAL_ERROR:
        raise errors.error_from_result(result, encoding=connection.info.encoding)
    return result


class _Text(bytes):
    """A value made for the wire, in the text form."""


class _Binary(bytes):
    """A value made for the wire, in the binary form."""


class _TextAsItIs(Dumper):
    def dump(self, obj: bytes) -> bytes:
        return obj


class _BinaryAsItIs(_TextAsItIs):
    format = pq.Format.BINARY


def _by_cursor(connection: _Connection, statement: bytes, values: _Values, formats: Sequence[int]) -> pq.abc.PGresult:
    cursor = psycopg.RawCursor(connection)
    cursor.adapters.register_dumper(_Text, _TextAsItIs)
    cursor.adapters.register_dumper(_Binary, _BinaryAsItIs)
    made = [
        None if value is None else _Binary(value) if form == BINARY else _Text(value)
        for value, form in zip(values, formats, strict=True)
    ]
    result = cursor.execute(statement, made, prepare=True).pgresult
    if result is None:
        raise RuntimeError("a statement of ours has a result")
    return result
