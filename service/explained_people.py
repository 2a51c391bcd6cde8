"""How things stand with one member: consent, pause, window, schedules, who answers, what waits, the last messages and calls.

Of one of staff only what concerns their phone is told: STOP, and the last calls to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from service.explained_calls import say_calls_lately
from service.explained_schedules import Foretold, coming_data, say_coming, say_rest, say_schedules
from service.explained_words import Explanation, say_escalation, say_queue, say_reason, say_time, say_whose
from service.explanations import Looking
from service.facts import is_paused
from service.foretelling import Ahead, foretell, life_of
from service.passed_over import say_passed_over
from service.putting_off import put_offs
from service.schedules import PAUSED_BY_HAND
from service.store.rows import (
    Audit,
    Conversation,
    Escalation,
    Inbound,
    Ledger,
    Member,
    Number,
    Outbound,
    QueueItem,
    Schedule,
    Staff,
    Thread,
    Timer,
)  # fmt: skip

LAST = 10  # messages that are told, and calls

CONSENT = {
    "unknown": "No consent is on record: the welcome asks for it, and nothing else goes out unasked.",
    "given": "They said yes to being written to.",
    "stopped": "They said STOP: nothing goes out to them until they write START.",
    "declined": "They said no to the welcome: nothing goes out to them unasked until they write START.",
    "wrong": "This number turned out to be the wrong one: nothing goes out to it, until somebody there writes START and is asked.",
}

# What each kind of timer will do, told before its moment has come. What is lived through beforehand needs no words here,
# unless it was set aside.
COMING = {
    "check-in": "a schedule speaks",
    "welcome": "the welcome goes out",
    "silence": "the conversation goes on without an answer",
    "resume": "their pause ends",
    "promise": "whoever promised to answer is reminded",
    "thread": "the thread closes, if nobody writes and nothing waits",
    "rung": "the next person is told of the alert",
    "outcome": "whoever took the alert is asked how it went",
    "page failed": "the alert goes on, as a text to staff did not arrive",
    "page late": "the alert goes on, as a text to staff did not leave within a minute",
    "words unreached": "the alert goes on, as words about it did not reach whoever took it",
    "safety unsent": "people are told that the safety text did not go out",
    "not reached": "what the provider's error says about the number is looked at",
    "account refused": "they are told that the provider refuses the account",
    "no texts go out": "the next person is called because the provider refuses the account",
    "account works": "they are told that the provider takes texts again",
    "content refused": "they are told that the provider did not take the words of a text",
    "spend cap": "the coordinator is told that the segments of the day are used up",
    "not sent": "whoever wrote is told that their words did not go",
    "unsettled": "their message is taken up again",
}


def explain_member(looking: Looking, phone: str, ahead: Ahead) -> Explanation | None:
    """Explain how things stand with the member, or the one of staff, who has this E.164 number; None where neither has it.

    What comes is foretold by the decisions themselves (`ahead`), as if nobody wrote meanwhile.

    Raises psycopg's errors where the database is away.
    """
    number = looking.reader.number(phone)
    if number is None:
        return None
    found = looking.reader.rows(Member, "x.number_id = %(id)s", id=number.id)
    if found:
        return _member(looking, number, found[0], ahead)
    staff = looking.reader.rows(Staff, "x.number_id = %(id)s", id=number.id)
    return _staff(looking, number, staff[0]) if staff else None


def _member(looking: Looking, number: Number, member: Member, ahead: Ahead) -> Explanation:
    staff = looking.reader.staff()
    foretold = _foretold(looking, number, member, ahead)
    sentences = (
        f"{member.name}, a member since {say_time(member.created_at, member.zone)}, language {member.language}.",
        CONSENT.get(number.consent, f"Consent: {number.consent}."),
        *_ledger(looking, number, member),
        *_paused(looking, member),
        *say_rest(foretold),
        _specialist(member, staff),
        *say_schedules(foretold),
        *(line for schedule in foretold.schedules for line in _put_offs(schedule, number, member)),
        *_under_way(looking, number, member, staff),
        *say_coming(foretold),
        *_set_for_later(looking, number, member, ahead),
        *_last(looking, number, member),
        *say_calls_lately(looking.reader, number, member.zone, LAST),
    )
    data = {
        "member": str(member.id),
        "consent": number.consent,
        "paused": is_paused(member, looking.now),
        "window": [member.window_start, member.window_end],
        "zone": member.zone,
        **coming_data(foretold),
        "sentences": list(sentences),
    }
    return Explanation(sentences, data)


def _foretold(looking: Looking, number: Number, member: Member, ahead: Ahead) -> Foretold:
    schedules = looking.reader.rows(Schedule, "x.member_id = %(id)s order by x.flow, x.id", id=member.id)
    life = life_of(looking.reader, number, ahead, looking.now)
    organisation, coming = ahead.setting.organisation, foretell(life, ahead, looking.now)
    return Foretold(life.scene, member, organisation, schedules, coming, looking.now)


def _staff(looking: Looking, number: Number, person: Staff) -> Explanation:
    calls = say_calls_lately(looking.reader, number, person.zone, LAST)
    gone = "They do not work here any more."
    stopped = "They said STOP: neither texts nor calls go to this phone until it says START."
    sentences = (
        f"{person.name} ({person.role}), of staff since {say_time(person.created_at, person.zone)}, language {person.language}.",
        *[gone] * (not person.active),
        *[stopped] * (number.consent == "stopped"),
        *(calls or ("No call was placed to this phone.",)),
    )
    data = {"staff": str(person.id), "role": person.role, "consent": number.consent, "sentences": list(sentences)}
    return Explanation(sentences, data)


def _ledger(looking: Looking, number: Number, member: Member) -> tuple[str, ...]:
    entries = looking.reader.rows(Ledger, "x.number_id = %(id)s order by x.at, x.id", id=number.id)
    return tuple(
        f"Consent ledger: {entry.what}, by {entry.how}, {say_time(entry.at, member.zone)}{_in_brackets(entry.wording)}."
        for entry in entries
    )


def _paused(looking: Looking, member: Member) -> tuple[str, ...]:
    if not is_paused(member, looking.now):
        return ()
    until = f"until {say_time(member.paused_until, member.zone)}" if member.paused_until else "until they come back"
    where = "x.about = %(id)s and x.what = %(what)s and x.at = %(at)s"
    by_hand = looking.reader.rows(Audit, where, id=member.id, what=PAUSED_BY_HAND, at=member.paused_at)
    return (f"{'They were paused by hand' if by_hand else 'They paused'}, {until}.",)


def _specialist(member: Member, staff: Mapping[UUID, Staff]) -> str:
    person = staff.get(member.specialist_id) if member.specialist_id else None
    if person is None:
        return "Nobody is their specialist: the coordinator answers."
    gone = "" if person.active else ", who does not work here any more (the coordinator answers)"
    return f"Their specialist is {person.name}{gone}; the backup is {say_whose(person.backup_id, staff, 'nobody')}."


def _put_offs(schedule: Schedule, number: Number, member: Member) -> tuple[str, ...]:
    """A moment that is being held: each time it was put off, until when and why."""
    if schedule.next_at is None:
        return ()
    due = say_time(schedule.next_at, member.zone)
    return tuple(
        f"{schedule.flow}: due {due}, put off until {say_time(datetime.fromisoformat(until), member.zone)}: {why}."
        for until, why in put_offs(number, schedule.id).items()
    )


def _under_way(looking: Looking, number: Number, member: Member, staff: Mapping[UUID, Staff]) -> tuple[str, ...]:
    """The open conversation and threads, what waits for a person, and alerts."""
    read, zone = looking.reader.rows, member.zone
    talks = read(Conversation, "x.number_id = %(id)s and x.state = 'open'", id=number.id)
    threads = read(Thread, "x.number_id = %(id)s and x.closed_at is null", id=number.id)
    waits = read(QueueItem, "x.number_id = %(id)s and x.closed_at is null order by x.since", id=number.id)
    alerts = read(Escalation, "x.number_id = %(id)s and x.state <> 'closed'", id=number.id)
    return (
        *(f"In the conversation {talk.flow} since {say_time(talk.started_at, zone)}." for talk in talks),
        *(f"In the thread {thread.tag} with {say_whose(thread.staff_id, staff, 'somebody')}." for thread in threads),
        *(say_queue(item, staff, zone) for item in waits),
        *(say_escalation(alert, staff, zone) for alert in alerts),
        *say_passed_over(looking.reader, alerts, staff, zone),
    )


def _set_for_later(looking: Looking, number: Number, member: Member, ahead: Ahead) -> tuple[str, ...]:
    """What is set besides what was lived through; of that only what was set aside, which does not come by itself."""
    where = "x.number_id = %(id)s and (x.aside or not x.kind = any(%(kinds)s)) order by x.due_at"
    timers = looking.reader.rows(Timer, where, id=number.id, kinds=list(ahead.planned))
    aside = {True: " (set aside after failing; somebody was told)", False: ""}
    return tuple(
        f"{say_time(timer.due_at, member.zone)}: {COMING.get(timer.kind, timer.kind)}{aside[timer.aside]}."
        for timer in timers
    )


def _last(looking: Looking, number: Number, member: Member) -> tuple[str, ...]:
    given = {"id": number.id, "last": LAST}
    sent = looking.reader.rows(Outbound, "x.number_id = %(id)s order by x.at desc, x.seq desc limit %(last)s", **given)
    came = looking.reader.rows(Inbound, "x.number_id = %(id)s order by x.received_at desc limit %(last)s", **given)
    told = [(row.at, f"To them: {row.kind}, {row.state}. Why: {say_reason(row.reason)}. [{row.id}]") for row in sent]
    told += [(row.received_at, f"From them: {row.state}, ended in {_ended(row)}. [{row.id}]") for row in came]
    return tuple(f"{say_time(at, member.zone)}. {line}" for at, line in sorted(told)[-LAST:])


def _ended(message: Inbound) -> str:
    return ", ".join(message.ends.get("in", ())) or "nothing yet"


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""
