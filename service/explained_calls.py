"""The words of explanations about calls to staff: why each was placed, how it went, what was heard and pressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import LiteralString
from uuid import UUID

from service.explained_words import say_time
from service.store.reading import Reader
from service.store.rows import Call, Escalation, Heard, Number

WHY = {
    "landline": "that phone gets no texts",
    "account": "the provider refused every text",
}
STATES = {
    "queued": "it waits to be placed",
    "sending": "it is being placed",
    "placed": "it was placed; how it ended was not told yet",
    "ended": "somebody or something picked up, and it ended",
    "failed": "it did not get through",
    "unknown": "whether it was placed is not known, after two tries",
    "withheld": "it was not placed",
}
HEARD = {
    "call_taken": "the key 1 took the alert",
    "call_taken_landline": "the key 1 took the alert",
    "call_taken_alone": "the key 1 took the alert",
    "call_taken_by_other": "they heard that somebody else has it",
    "call_passed": "the key 2 passed the alert on",
    "call_not_taken": "nothing took the alert",
    "call_over": "there was nothing left to do",
    "call_account_heard": "the key 1 said that it was heard",
    "call_account_unheard": "nobody pressed a key",
}


def say_calls(reader: Reader, alerts: Iterable[Escalation], zone: str) -> tuple[str, ...]:
    """The calls that told staff of these alerts, in order, one sentence each."""
    ids = [alert.id for alert in alerts]
    calls = reader.rows(Call, "x.escalation_id = any(%(ids)s) order by x.at, x.id", ids=ids) if ids else ()
    people = reader.names([call.number_id for call in calls])
    return tuple(_said(reader, call, people, zone) for call in calls)


def say_calls_lately(reader: Reader, number: Number, zone: str, last: int) -> tuple[str, ...]:
    """The last calls to a number, or about alerts of its owner, in order, one sentence each."""
    about = "x.escalation_id in (select e.id from escalations e where e.number_id = %(id)s)"
    where: LiteralString = f"x.number_id = %(id)s or {about} order by x.at desc, x.id desc limit %(last)s"
    calls = reader.rows(Call, where, id=number.id, last=last)
    people = reader.names([call.number_id for call in calls])
    return tuple(_said(reader, call, people, zone) for call in reversed(calls))


def _said(reader: Reader, call: Call, people: Mapping[UUID, str], zone: str) -> str:
    whom = people.get(call.number_id, "somebody")
    heard = reader.rows(Heard, "x.call_id = %(id)s order by x.step", id=call.id)
    last = [HEARD[step.what] for step in heard if step.what in HEARD][-1:] or [f"they were asked {len(heard)} times"]
    went = f"{STATES.get(call.state, call.state)}{_how(call)}"
    told = f"; {last[0]}" if heard else ""
    return f"Call to {whom}, {say_time(call.at, zone)}, because {WHY.get(call.why, call.why)}: {went}{told}."


def _how(call: Call) -> str:
    parts = [*([call.ended] if call.ended else []), *([f"error code {call.error_code}"] if call.error_code else [])]
    parts += [str(call.reason["withdrawn"])] if call.reason.get("withdrawn") else []
    return f" ({', '.join(parts)})" if parts else ""
