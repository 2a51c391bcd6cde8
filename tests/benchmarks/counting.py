"""How many statements a text costs, counted at the connection and at the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import psycopg
from psycopg_pool import ConnectionPool

from config.settings import Settings
from service.assembly import assemble
from service.inbox import Incoming
from service.store.database import Pool
from tests.benchmarks.posts import MAIN_NUMBER


class Counting(psycopg.Connection[Any]):
    """A connection that counts what it executes."""

    executed = 0

    def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the library has it
        """Count, then wait for the server; the library comes by here once for each statement, whatever the cursor."""
        Counting.executed += gen.__name__ in ("_execute_gen", "execute")
        return super().wait(gen, *arguments, **options)


def statements_for(settings: Settings, phones: Sequence[str], words: str, texts: int = 20) -> tuple[float, float]:
    """Statements and transactions that wrote, for each of some texts taken in this process."""
    peerline = assemble(settings)
    options = {"autocommit": True, "prepare_threshold": 0}
    with ConnectionPool(settings.database_url, connection_class=Counting, min_size=1, kwargs=options) as pool:
        inbox, before = replace(peerline.inbox, pool=cast("Pool", pool)), _written(settings)
        Counting.executed = 0
        for place in range(texts):
            phone = phones[place % len(phones)]
            inbox.take(Incoming(f"SMcounted{place}", phone, MAIN_NUMBER, words))
        executed, written = Counting.executed, _written(settings) - before
    peerline.deliveries.close()
    peerline.pool.close()
    return executed / texts, written / texts


def _written(settings: Settings) -> int:
    """The number of the next transaction that writes; this question does not write."""
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    return int(row[0]) if row else 0
