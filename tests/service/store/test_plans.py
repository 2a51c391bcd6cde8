"""How PostgreSQL goes about the reads of a decision: by indexes alone, also with a plan from the day on which the tables were empty."""

import re

import psycopg
import pytest

from service.store import claiming, gather, narrow

_SCAN = re.compile(r"(?:Index|Index Only) Scan using (\w+) on (\w+)")

GROWING = {"numbers", "members", "turns", "inbound", "outbound", "schedules", "conversations"}


@pytest.mark.parametrize(("read", "least"), [(gather._STATEMENT, 10), (narrow._STATEMENT, 8)])
def test_no_table_of_people_is_read_whole(database: str, read: bytes, least: int) -> None:
    """Each look into a table names what it looks for; a join over all of it costs more for each member there is."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("vacuum (analyze)")  # now PostgreSQL takes the tables for small ones
        connection.execute("set enable_seqscan = off")  # so that what has no index to go by shows
        rows = psycopg.RawCursor(connection).execute(b"explain (generic_plan, format text) " + read).fetchall()
    lines = [str(row[0]) for row in rows]
    scans = [(place, found[2]) for place, line in enumerate(lines) if (found := _SCAN.search(line))]

    assert len(scans) > least
    assert {table for place, table in scans if "Cond:" not in lines[place + 1]} & GROWING == set()


def test_a_claim_goes_no_further_than_it_takes(database: str) -> None:
    """What is due is read in order and locked one by one; nothing sorts or joins all that is due for the first hundred."""
    look = claiming._LOCK
    for place, name in enumerate(("now", "lanes", "look", "limit", "kinds"), start=1):
        look = look.replace(f"%({name})s", f"${place}")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("set enable_seqscan = off")
        rows = connection.execute(f"explain (generic_plan, format text) {look}".encode()).fetchall()
    plan = "\n".join(str(row[0]) for row in rows)

    assert "timers_due on timers" in plan
    assert "numbers_pkey on numbers" in plan
    assert not re.search("Sort|Hash|Merge|Bitmap", plan)
