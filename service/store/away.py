"""The errors of a database that cannot be asked, for those who only need to say so."""

from __future__ import annotations

import psycopg

# It does not answer, or it was never migrated.
AWAY: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.errors.UndefinedTable)
