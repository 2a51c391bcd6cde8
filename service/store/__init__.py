"""PostgreSQL: rows as frozen data, one read for a decision, one guarded write for all that follows from it."""
