import psycopg

from service.store import sending
from tests.service.deliveries.office import Office


def test_a_claim_reads_no_table_from_end_to_end(office: Office) -> None:
    """However many messages there ever were, a claim finds its few by indexes."""
    statement = (
        sending._LOCK.replace("%(now)s", "now()")
        .replace("%(lanes)s", "3")
        .replace("%(limit)s", "16")
        .replace("%(since)s", "null")
        .replace("%(patience)s", "now()")
    )
    with psycopg.connect(office.database) as connection:
        connection.execute(
            "set local enable_seqscan = off"
        )  # small tables are read whole by choice: only that is ruled out
        plan = "\n".join(row[0] for row in connection.execute(f"explain {statement}").fetchall())
    assert "Seq Scan" not in plan
    assert "outbound_in_flight" in plan or "outbound_leases" in plan  # both hold what is in flight and nothing else
    assert "outbound_queued" in plan
