"""Why a message went, is held or was not sent, and what was read in one that came in and what followed from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.explained_calls import say_calls
from service.explained_words import (
    Explanation,
    say_ends,
    say_escalation,
    say_outbound,
    say_queue,
    say_reading,
    say_time,
    say_whose,
)  # fmt: skip
from service.passed_over import say_passed_over
from service.store.reading import Reader, note
from service.store.rows import Audit, Conversation, Escalation, Inbound, Outbound, QueueItem, Thread

NOBODY = "a number that nobody knows"


@dataclass(frozen=True, slots=True)
class Looking:
    """How explanations look: the zone in which times are told, and now. `words` shows bodies, and that is kept."""

    reader: Reader
    zone: str
    now: datetime
    new_id: Callable[[], UUID]
    words: bool = False


def explain_message(looking: Looking, name: str) -> Explanation | None:
    """Explain the text with this id, ours or the provider's; None where there is none.

    Raises psycopg's errors where the database is away.
    """
    message = looking.reader.message(name)
    if message is None:
        return None
    if looking.words:
        note(looking.reader, Audit(looking.new_id(), looking.now, None, "words shown by explain", message.id))
    return _inbound(looking, message) if isinstance(message, Inbound) else _outbound(looking, message)


def _inbound(looking: Looking, message: Inbound) -> Explanation:
    caused = looking.reader.rows(Outbound, "x.cause_id = %(id)s order by x.at, x.seq", id=message.id)
    waits = looking.reader.rows(QueueItem, "x.inbound_id = %(id)s order by x.since", id=message.id)
    alerts = _alerts(looking, message, caused, waits)
    staff = looking.reader.staff()
    sentences = (
        _came(looking, message),
        *_words(looking, message),
        *say_reading(message),
        *say_ends(message),
        *_followed(looking, caused),
        *(say_queue(item, staff, looking.zone) for item in waits),
        *(say_escalation(alert, staff, looking.zone) for alert in alerts),
        *say_passed_over(looking.reader, alerts, staff, looking.zone),
        *say_calls(looking.reader, alerts, looking.zone),
    )
    data = {
        **_told(looking, message),
        "direction": "in",
        "state": message.state,
        "late": message.late,
        "verdict": message.verdict,
        "ends": message.ends,
        "followed": [_outcome(looking, row) for row in caused],
        "queue": [{"why": item.why, "open": item.closed_at is None} for item in waits],
        "alerts": [{"alert": alert.running, "tier": alert.tier, "state": alert.state} for alert in alerts],
    }
    return Explanation(sentences, {**data, "sentences": list(sentences)})


def _outbound(looking: Looking, message: Outbound) -> Explanation:
    to = looking.reader.names([message.number_id]).get(message.number_id, NOBODY)
    sentences = (
        *say_outbound(message, to, looking.zone),
        *_words(looking, message),
        *_surroundings(looking, message),
    )
    data = {
        **_outcome(looking, message),
        "direction": "out",
        "error_code": message.error_code,
        "tries": message.attempts,
        "segments": message.segments,
        "encoding": message.encoding,
    }
    return Explanation(sentences, {**data, "sentences": list(sentences)})


def _came(looking: Looking, message: Inbound) -> str:
    whose = looking.reader.names([message.number_id]).get(message.number_id, NOBODY)
    late = " It was fetched late, from the provider's list." if message.late else ""
    media = " It had pictures or files, which are not kept." if message.media else ""
    return f"From {whose}, {say_time(message.received_at, looking.zone)}.{late}{media}"


def _alerts(
    looking: Looking, message: Inbound, caused: tuple[Outbound, ...], waits: tuple[QueueItem, ...]
) -> tuple[Escalation, ...]:
    """The alerts that a message raised, or joined while they were open."""
    ids = [item.escalation_id for item in waits] + [row.escalation_id for row in caused]
    where = "x.inbound_id = %(id)s or x.id = any(%(ids)s) order by x.raised_at"
    return looking.reader.rows(Escalation, where, id=message.id, ids=[name for name in ids if name])


def _followed(looking: Looking, caused: tuple[Outbound, ...]) -> tuple[str, ...]:
    people = looking.reader.names([row.number_id for row in caused])
    told = (say_outbound(row, people.get(row.number_id, NOBODY), looking.zone) for row in caused)
    return tuple(
        f"It led to {made[:1].lower()}{made[1:]} {why} ({row.state}, {row.id})"
        for row, (made, why, *_) in zip(caused, told, strict=True)
    )


def _surroundings(looking: Looking, message: Outbound) -> tuple[str, ...]:
    """What a message belongs to: the text that caused it, a conversation, a thread, an alert, its author."""
    reader, staff = looking.reader, looking.reader.staff()
    causes = reader.rows(Inbound, "x.id = %(id)s", id=message.cause_id)
    talks = reader.rows(Conversation, "x.id = %(id)s", id=message.conversation_id)
    threads = reader.rows(Thread, "x.id = %(id)s", id=message.thread_id)
    alerts = reader.rows(Escalation, "x.id = %(id)s", id=message.escalation_id)
    return (
        *(f"It follows from the text {cause.id} of {say_time(cause.received_at, looking.zone)}." for cause in causes),
        *(f"It belongs to the conversation {talk.flow}, version {talk.versions.get(talk.flow)}." for talk in talks),
        *(f"It belongs to the thread {thread.tag}." for thread in threads),
        *(say_escalation(alert, staff, looking.zone) for alert in alerts),
        *say_passed_over(reader, alerts, staff, looking.zone),
        *say_calls(reader, alerts, looking.zone),
        *((f"Its words are by {say_whose(message.author_id, staff, 'somebody')}.",) if message.author_id else ()),
    )


def _words(looking: Looking, message: Inbound | Outbound) -> tuple[str, ...]:
    return (f"Its words (it is kept that they were shown): {message.body}",) if looking.words else ()


def _outcome(looking: Looking, message: Outbound) -> Mapping[str, Any]:
    return {**_told(looking, message), "kind": message.kind, "reason": message.reason, "state": message.state}


def _told(looking: Looking, message: Inbound | Outbound) -> Mapping[str, Any]:
    at = message.received_at if isinstance(message, Inbound) else message.at
    words = {"words": message.body} if looking.words else {}
    return {"id": str(message.id), "sid": message.sid, "at": at.isoformat(), **words}
