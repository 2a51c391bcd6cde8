"""The words of explanations: what rows say about themselves, in plain sentences and without any message's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.queues import say_why
from service.rules.kinds import KINDS
from service.rules.local_time import to_local
from service.store.rows import Escalation, Inbound, Outbound, QueueItem, Staff


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is told about one thing: sentences for people, and the same as data for programs."""

    sentences: tuple[str, ...]
    data: Mapping[str, Any]


STATES = {
    "queued": "It waits to be sent.",
    "sending": "It is being handed to the provider.",
    "unsure": "The provider did not answer in time; whether it has the text is being asked.",
    "sent": "The provider has it; the phone has not confirmed it.",
    "delivered": "It arrived on the phone.",
    "undelivered": "The network could not deliver it.",
    "failed": "It could not be sent.",
    "unknown": "Whether it arrived is not known, and it was not sent again.",
    "withheld": "It was not sent.",
}
ENDS = {
    "consent": "a yes or no about contact",
    "queue": "a person's queue",
    "relay": "a text to the person who answers",
    "alert": "an alert",
    "answer": "an automatic answer",
    "flow": "the conversation that was under way",
    "held": "a question back: for whom it is",
}
# Who it is for while it is nobody's by name.
ROLES = {"on duty": "whoever takes it", "specialist": "a specialist"}
# Rules that name the text that was chosen, and the reason that they stand for.
RULES = (
    ("safety_", "words of danger were read in their message; the text that is true now is"),
    ("answer: ", "their own message asked for it; the text is"),
    ("told: ", "staff must know; the text is"),
)
# What a reason may hold for programs alone: ids say nothing to people.
FOR_PROGRAMS = ("rule", "withdrawn", "schedule", "about")


def say_time(at: datetime, zone: str) -> str:
    """A moment as clocks in a zone show it, such as `Friday 6 March 2026, 10:00:05 (America/New_York)`."""
    local = to_local(at, zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S} ({zone})"


def say_reason(reason: Mapping[str, Any]) -> str:
    """Why a message went, is held, or was not sent, from the reason that is kept on it."""
    rule = _rule(str(reason.get("rule", "no reason was kept; that is a fault of the service")))
    because = ", ".join(f"{name} {value}" for name, value in reason.items() if name not in FOR_PROGRAMS)
    return f"{rule} ({because})" if because else rule


def _rule(rule: str) -> str:
    """A rule in words; most are words already."""
    meant = next((meaning for beginning, meaning in RULES if rule.startswith(beginning)), None)
    return rule if meant is None else f"{meant} {rule.rpartition(' ')[2]}"


def say_outbound(message: Outbound, to: str, zone: str) -> tuple[str, ...]:
    """Why one message to somebody went or did not, and what became of it."""
    made = f"{_capital(KINDS[message.kind].meaning)} to {to}, written {say_time(message.at, zone)}."
    held = message.reason.get("withdrawn")
    why = f"Why: {say_reason(message.reason)}."
    withdrawn = (f"It was withdrawn: {held}.",) if held else ()
    return (made, why, *withdrawn, *_delivery(message, zone))


def _delivery(message: Outbound, zone: str) -> tuple[str, ...]:
    lines = [STATES.get(message.state, f"Its state is {message.state}.")]
    if message.error_code is not None:
        lines.append(f"The provider's error code is {message.error_code}.")
    if message.state == "queued" and message.ready_at > message.at:
        lines.append(f"It may go {say_time(message.ready_at, zone)}.")
    if message.state == "queued" and message.expires_at is not None:
        lines.append(f"After {say_time(message.expires_at, zone)} it would be stale and stay unsent.")
    if message.sent_at is not None:
        lines.append(f"Handed over {say_time(message.sent_at, zone)}, as {message.sid}.")
    if message.attempts > 1:
        lines.append(f"It took {message.attempts} tries.")
    if message.copies:
        lines.append(f"It was handed over {message.copies + 1} times, because it was uncertain whether it had arrived.")
    if message.state != "withheld":
        lines.append(f"Segments: {message.segments} ({message.encoding}); language: {message.language}.")
    return tuple(lines)


def say_reading(message: Inbound) -> tuple[str, ...]:
    """What was read in a message: what it means for consent, whether it is a command, and its tier."""
    verdict = message.verdict
    if not verdict:
        return ("Nothing was read in it.",)
    read = [f"the consent word {verdict['consent']}"] if verdict.get("consent") else []
    read += [f"the service word {str(verdict['word']).upper()}"] if verdict.get("word") else []
    if verdict.get("tier"):
        rules = ", ".join(verdict.get("rules", ())) or "no rule named"
        read.append(f"words of danger, tier {verdict['tier']} ({', '.join(verdict.get('categories', ()))}; {rules})")
    return (f"Read in it: {'; '.join(read)}." if read else "No consent word, service word or word of danger in it.",)


def say_ends(message: Inbound) -> tuple[str, ...]:
    """What a message ended in, which for every message must be something."""
    if message.state == "unsettled":
        return (f"It is not decided yet, after {message.tries + 1} tries: a person was told.",)
    ends = [ENDS.get(end, end) for end in message.ends.get("in", ())]
    how = f" ({message.ends['how']})" if message.ends.get("how") else ""
    return (f"It ended in {', '.join(ends)}{how}." if ends else "It ended in nothing; that is a fault of the service.",)


def say_queue(item: QueueItem, staff: Mapping[UUID, Staff], zone: str) -> str:
    """One thing that waits, or waited, for a person."""
    whose = say_whose(item.staff_id, staff, ROLES.get(item.role, f"the {item.role}"))
    said = f"Waits for {whose} since {say_time(item.since, zone)}: {say_why(item.why)}"
    if item.closed_at is not None:
        said = f"Waited for {whose} from {say_time(item.since, zone)} to {say_time(item.closed_at, zone)}: {say_why(item.why)}"
    closed = f", closed by {item.closed_how}" if item.closed_how else ""
    promised = f", promised by {say_time(item.promised_at, zone)}" if item.promised_at and not item.closed_at else ""
    return f"{said}{closed}{promised}."


def say_whose(staff_id: UUID | None, staff: Mapping[UUID, Staff], otherwise: str) -> str:
    """The name of a member of staff, or other words where there is none."""
    return otherwise if staff_id is None or staff_id not in staff else staff[staff_id].name


def say_escalation(alert: Escalation, staff: Mapping[UUID, Staff], zone: str) -> str:
    """One alert, who has it, and how it ended."""
    said = f"Alert {alert.running}, tier {alert.tier}, raised {say_time(alert.raised_at, zone)} ({alert.why})"
    if alert.taken_by is not None and alert.taken_at is not None:
        said += f", taken by {say_whose(alert.taken_by, staff, 'somebody')} {say_time(alert.taken_at, zone)}"
    if alert.state == "closed" and alert.closed_at is not None:
        return f"{said}, closed {say_time(alert.closed_at, zone)}."
    return f"{said}, still open." if alert.taken_by else f"{said}, nobody has taken it yet."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
