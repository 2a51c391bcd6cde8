"""The fixtures that all other tests stand on."""

import socket

import psycopg
import pytest

from tests.emptying import empty


def test_a_database_keeps_what_is_committed(database: str) -> None:
    """Tests run on a server with the durability that the service demands."""
    with psycopg.connect(database) as connection:
        settings = [
            connection.execute(f"show {name}").fetchone()
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        ]
    assert settings == [("on",), ("on",), ("on",)]


def test_emptying_deletes_rows_whatever_protects_them(database_url: str) -> None:
    """Neither a foreign key nor a trigger that guards a ledger keeps a row of one test from being gone in the next."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            create table parent (id int primary key);
            create table child (id int references parent);
            create function refuse() returns trigger language plpgsql as 'begin raise exception $a$only appended$a$; end';
            create trigger guard before delete on child for each row execute function refuse();
            insert into parent values (1);
            insert into child values (1);
            """
        )
        empty(connection)
        left = connection.execute("select (select count(*) from parent), (select count(*) from child)").fetchone()
        connection.rollback()
    assert left == (0, 0)


def test_valkey_answers(redis_url: str) -> None:
    """The broker listens at the address that the fixture hands out."""
    path = redis_url.removeprefix("unix://").partition("?")[0]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(b"PING\r\n")
        assert connection.recv(64) == b"+PONG\r\n"


def test_a_test_cannot_reach_another_machine() -> None:
    """A test that talks to the network is refused before a packet leaves."""
    with socket.socket() as connection, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        connection.connect(("192.0.2.1", 80))
