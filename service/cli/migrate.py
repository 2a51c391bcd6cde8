"""`peerline migrate`: the database and the published flows of this version. Safe to run again and beside the last version."""

import sys

import typer

from service.cli.environment import settings_or_exit
from service.gateways.clock import Clock
from service.publishing import PublishingRefused, publish_shipped, read_sources, waiting
from service.rules.catalogue import CATALOGUE
from service.store.migrations import migrate


def command() -> None:
    """Bring the database and the published flows up to this version. Conversations that have begun keep theirs."""
    settings = settings_or_exit()
    print(f"The database is at version {migrate(settings.database_url)}.")
    try:
        new = publish_shipped(settings.database_url, settings.flows_dir, CATALOGUE, Clock(settings.clock_file).now())
    except PublishingRefused as refused:
        print(refused, file=sys.stderr)
        raise typer.Exit(1) from None
    for name, version in new:
        print(f"The flow {name} is published as version {version}.")
    for finding in waiting(read_sources(settings.flows_dir), CATALOGUE):
        print(f"Not published yet: {finding}")
