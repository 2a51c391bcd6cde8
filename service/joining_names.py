"""What organisation.yaml lets begin after a member's yes, held against the flows that are published: a slip would be silent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

import psycopg
import structlog

from config.organisation import Organisation
from service.store.flow_versions import current_versions

log = structlog.get_logger()


def unpublished_joining(organisation: Organisation, published: Collection[str]) -> Iterator[str]:
    """Each flow named under `joining` that is not published, told once, with the name that was probably meant."""
    for flow in dict.fromkeys(later.flow for later in organisation.joining):
        if flow in published:
            continue
        near = get_close_matches(flow, sorted(published), n=1)
        meant = f" Did you mean {near[0]}?" if near else f" There are {', '.join(sorted(published)) or 'none yet'}."
        yield (
            f"joining in organisation.yaml names {flow}, and no flow of this name is published: nobody gets it.{meant}"
            " Mend the name or publish the flow, and start the processes again."
        )


def warn_of_joining(organisation: Organisation, database_url: str) -> None:
    """Say in the log at start what `joining` names in vain; a database that is away or not migrated yet says nothing."""
    if not organisation.joining:
        return
    try:
        published = current_versions(database_url)
    except psycopg.Error:
        return
    for line in unpublished_joining(organisation, published):
        log.warning("joining names a flow that is not published", what=line)
