"""The rows of the database as frozen data.

Each class is one table and each field one column; `tables.py` derives the schema from them and `codec.py` the encoding.
Fields marked `Sealed` are plain text here and AES-GCM ciphertext in the database, bound to their table, column and row.
Times are aware and in UTC. A decision replaces whole rows: it takes what was gathered and changes fields of a copy.
"""

from service.store.rows.answering import Escalation, Held, Page, QueueItem, Thread
from service.store.rows.base import SEALED, Json, Row, Sealed
from service.store.rows.calling import Call, Heard
from service.store.rows.messages import Conversation, Inbound, Outbound, Timer, Turn
from service.store.rows.people import Audit, Ledger, Member, Number, Schedule, Staff

ROWS: tuple[type[Row], ...] = (
    Number, Member, Staff, Inbound, Outbound, Conversation, Turn, Thread, QueueItem,
    Held, Escalation, Page, Schedule, Timer, Ledger, Audit, Call, Heard,
)  # fmt: skip

__all__ = [
    "ROWS",
    "SEALED",
    "Audit",
    "Call",
    "Conversation",
    "Escalation",
    "Heard",
    "Held",
    "Inbound",
    "Json",
    "Ledger",
    "Member",
    "Number",
    "Outbound",
    "Page",
    "QueueItem",
    "Row",
    "Schedule",
    "Sealed",
    "Staff",
    "Thread",
    "Timer",
    "Turn",
]
