"""Handing over what waits in the outbox, once, in order, and finding out what became of it."""
