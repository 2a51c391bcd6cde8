"""What happens to an accepted message: it is sent, it arrives or does not, and each change is reported."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from service.simulator.faults import CALLBACKS, OUTCOMES, Fault
from service.simulator.posting import NotOurs
from service.simulator.queues import Place
from service.simulator.records import Message
from service.simulator.shapes import API_VERSION
from service.simulator.world import World


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a message's life: its new status, and the provider's error code if it went wrong."""

    status: str
    error_code: int | None = None


OVERFLOW = Change("failed", 30001)  # of a queue; a message of a messaging service is taken and then fails
TOO_LATE = Change("failed", 30036)  # its validity ran out before it left


def deliver(world: World, message: Message) -> None:
    """Deliver a message when its number's queue comes to it, and report every change to its StatusCallback.

    As with Twilio there is no report of the first status, queued: sent and then delivered, undelivered or failed. They are
    reported in the background and in order, unless a fault says otherwise.
    """
    if message.service_sid and world.queues.is_full(message.sender, message.segments):
        _go(world, message, (OVERFLOW,))
        return
    world.queues.add(
        Place(
            message.sid, message.sender, message.segments, message.at, message.at + timedelta(seconds=message.validity),
            partial(_leave, world, message),
        )
    )  # fmt: skip


def _leave(world: World, message: Message, in_time: bool) -> None:  # noqa: FBT001 - as a place's `leave` is told
    _go(world, message, _changes(world.faults.take(OUTCOMES, message.recipient)) if in_time else (TOO_LATE,))


def _go(world: World, message: Message, changes: tuple[Change, ...]) -> None:
    fault = world.faults.take(CALLBACKS, message.recipient) if message.callback else None
    if fault and fault.kind == "early-callback":
        _walk(world, message, changes, fault)
    else:
        world.reports.add(partial(_walk, world, message, changes, fault))


def _changes(outcome: Fault | None) -> tuple[Change, ...]:
    if outcome is None:
        return Change("sent"), Change("delivered")
    last = Change(outcome.kind, outcome.code)
    return (last,) if outcome.kind == "failed" else (Change("sent"), last)


def _walk(world: World, message: Message, changes: tuple[Change, ...], fault: Fault | None) -> None:
    """Make the changes, then report them: all at once in time, as reports are quick and the order is what counts."""
    for change in changes:
        if not _make(world, message.sid, change):
            return
        if fault is None or fault.kind == "early-callback":
            _report(world, message, change)
    if fault is not None:
        _report_wrongly(world, message, changes, fault)


def _make(world: World, sid: str, change: Change) -> bool:
    now = world.clock.now()
    found = world.memory.message(sid)
    if found is None or found.status == "canceled":
        return False
    sent = found.sent or (None if change.status == "failed" else now)  # what never left was sent at no time
    world.memory.change_message(sid, status=change.status, error_code=change.error_code, updated=now, sent=sent)
    return True


def _report_wrongly(world: World, message: Message, changes: tuple[Change, ...], fault: Fault) -> None:
    match fault.kind:
        case "late-callback":
            world.reports.add_later(fault.seconds, partial(_report_all, world, message, changes))
        case "duplicate-callback":
            _report_all(world, message, tuple(change for change in changes for _ in range(2)))
        case "reordered":
            _report_all(world, message, changes[::-1])


def _report_all(world: World, message: Message, changes: tuple[Change, ...]) -> None:
    for change in changes:
        _report(world, message, change)


def _report(world: World, message: Message, change: Change) -> None:
    if message.callback is None:
        return
    try:
        answer = world.poster.post(message.callback, _report_form(world, message, change))
    except NotOurs as problem:
        world.memory.add_problem(world.clock.now(), "StatusCallback", str(problem))
        return
    if answer.status is not None and not answer.ok:
        world.memory.add_problem(world.clock.now(), "StatusCallback", f"{change.status} was answered {answer.status}")


def _report_form(world: World, message: Message, change: Change) -> dict[str, str]:
    form = {
        "AccountSid": world.options.account_sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": change.status,
        "SmsSid": message.sid,
        "SmsStatus": change.status,
        "To": message.recipient,
    }
    if change.status == "delivered":
        form["RawDlrDoneDate"] = f"{world.clock.now():%y%m%d%H%M}"
    if change.error_code:
        form["ErrorCode"] = str(change.error_code)
    if message.service_sid:
        form["MessagingServiceSid"] = message.service_sid
    return form
