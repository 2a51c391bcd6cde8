"""Processes beside the web: Celery tasks of one call each, and the clock that tells them when to look."""
