"""What foretelling takes in tests: the shipped flows as published in a database, and the parts as the assembly joins them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.assembly import conversation_handlers, planned_handlers
from service.foretelling import Ahead
from service.gateways.ids import new_id
from service.publishing import open_shelf, publish_shipped
from service.rules.catalogue import CATALOGUE
from tests.house import ROOT, setting


def ahead_of(database: str, now: datetime) -> Ahead:
    """How a database's coming days are foretold; the shipped flows are published in it first."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, now)
    handlers = conversation_handlers()
    using = replace(setting(), flows=open_shelf(database, CATALOGUE), new_id=new_id)
    return Ahead(using, handlers, planned_handlers(handlers))
