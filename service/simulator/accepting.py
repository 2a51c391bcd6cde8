"""What the provider accepts: the checks of a message before it counts, and the act of accepting it."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from service.simulator import errors
from service.simulator.errors import Refusal
from service.simulator.ledger import message_line
from service.simulator.queues import LONGEST as LONGEST_VALIDITY
from service.simulator.records import Message, Origin, new_sid
from service.simulator.segments import count_segments
from service.simulator.world import World

LONGEST = 1600
# North American numbers have ten digits after +1; elsewhere E.164 allows seven to fifteen in all.
_NUMBER = re.compile(r"\+(1[2-9]\d{9}|[2-9]\d{6,14})")


def find_refusal(world: World, form: Mapping[str, str]) -> Refusal | None:
    """Tell why the provider would not take this message, or None if it takes it."""
    return _check_recipient(form.get("To", "")) or _check_sender(world, form) or _check_rest(world, form)


def accept(world: World, origin: Origin, sender: str, recipient: str, body: str, **more: str | None) -> Message:
    """Accept a message: give it its sid, write it to the ledger, and only then remember it.

    `more` may hold callback, service_sid, fault and validity (seconds).
    """
    now = world.clock.now()
    status = "received" if origin == "phone" else "queued"
    message = Message(
        sid=new_sid("SM"),
        origin=origin,
        sender=sender,
        recipient=recipient,
        body=body,
        status=status,
        segments=count_segments(body),
        at=now,
        updated=now,
        sent=now if origin == "phone" else None,
        callback=more.get("callback"),
        service_sid=more.get("service_sid"),
        fault=more.get("fault"),
        validity=int(more.get("validity") or LONGEST_VALIDITY),
    )
    world.ledger.append(message_line(message))
    world.memory.keep_message(message)
    return message


def is_number(text: str) -> bool:
    """Tell whether this is a whole phone number with its plus sign."""
    return bool(_NUMBER.fullmatch(text))


def _check_recipient(recipient: str) -> Refusal | None:
    if not recipient:
        return errors.NO_RECIPIENT
    return None if is_number(recipient) else errors.bad_recipient(recipient)


def _check_sender(world: World, form: Mapping[str, str]) -> Refusal | None:
    sender = form.get("From", "")
    if not sender:
        return None if form.get("MessagingServiceSid") else errors.NO_SENDER
    if sender not in world.options.numbers:
        return errors.bad_sender(sender)
    return errors.SAME_NUMBER if sender == form["To"] else None


def _check_rest(world: World, form: Mapping[str, str]) -> Refusal | None:
    body, callback = form.get("Body", ""), form.get("StatusCallback")
    if not body:
        return errors.NO_BODY
    if len(body) > LONGEST:
        return errors.TOO_LONG
    if callback and not _is_url(callback):
        return errors.bad_callback(callback)
    validity = form.get("ValidityPeriod")
    if validity and not (validity.isdecimal() and 1 <= int(validity) <= LONGEST_VALIDITY):
        return errors.bad_parameter("ValidityPeriod", validity)
    sender = form.get("From") or world.options.number
    if world.memory.is_stopped(sender, form["To"]):
        return errors.STOPPED
    # A messaging service takes it all the same, and tells afterwards (30001).
    full = not form.get("MessagingServiceSid") and world.queues.is_full(sender, count_segments(body))
    return errors.QUEUE_FULL if full else None


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
