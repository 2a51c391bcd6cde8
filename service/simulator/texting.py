"""A phone sends a text: it is accepted, the service is told by a signed webhook, and what it answers is carried out."""

from collections.abc import Mapping

from service.simulator.accepting import accept, is_number
from service.simulator.delivering import deliver
from service.simulator.faults import WEBHOOKS
from service.simulator.opt_out import apply_opt_out
from service.simulator.posting import Answer, NotOurs
from service.simulator.records import Message
from service.simulator.shapes import API_VERSION
from service.simulator.twiml import Verb, read_twiml
from service.simulator.world import World

WEBHOOK = "/twilio/messages"


def send_text(world: World, phone: str, number: str, body: str) -> tuple[Message, int | None]:
    """Send a text from a phone to a number of the organisation.

    Returns the message and the status that the webhook was answered with, None if it was not answered: the message is
    kept all the same, as with a provider, and stands in the list of messages.
    """
    message = accept(world, "phone", phone, number, body)
    opt_out = apply_opt_out(world, message) if world.options.provider_opt_out else None
    if world.faults.take(WEBHOOKS, phone):
        return message, None
    return message, _tell_service(world, message, {"OptOutType": opt_out} if opt_out else {})


def send_again(world: World, message: Message) -> int | None:
    """Post the webhook of a message once more, with the same sid, as a provider that is not sure does."""
    return _tell_service(world, message, {}, repeat=True)


def _tell_service(world: World, message: Message, more: dict[str, str], *, repeat: bool = False) -> int | None:
    settings, form = world.lines.line(message.recipient).settings, _webhook_form(world, message) | more
    answer = _ask(world, settings["sms_url"], form, repeat=repeat)
    if answer.ok:
        _carry_out(world, message, answer)
    else:
        why = answer.failure or f"was answered {answer.status}"
        world.memory.add_problem(world.clock.now(), WEBHOOK, f"{message.sid}: {why}")
        _ask_fallback(world, message, settings, form, answer.error_code)
    return answer.status


def _ask_fallback(
    world: World, message: Message, settings: Mapping[str, str], form: dict[str, str], error_code: int
) -> None:
    """Ask the number's fallback, if it has one, with the first address and what went wrong there."""
    if not settings["sms_fallback_url"]:
        return
    more = {"ErrorCode": str(error_code), "ErrorUrl": settings["sms_url"].partition("#")[0]}
    answer = _ask(world, settings["sms_fallback_url"], form | more)
    if answer.ok:
        _carry_out(world, message, answer)


def _ask(world: World, url: str, form: dict[str, str], *, repeat: bool = False) -> Answer:
    try:
        return world.poster.post(url, form, repeat=repeat)
    except NotOurs as problem:
        return Answer(None, failure=str(problem))


def _webhook_form(world: World, message: Message) -> dict[str, str]:
    """All that Twilio posts with an incoming message; places are empty, as they are for a number it cannot place."""
    places = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}
    countries = {"FromCountry": _country(message.sender), "ToCountry": _country(message.recipient)}
    return {
        **places,
        **countries,
        "AccountSid": world.options.account_sid,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender,
        "MessageSid": message.sid,
        "NumMedia": "0",
        "NumSegments": str(message.segments),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.recipient,
    }


def _country(number: str) -> str:
    return "US" if number.startswith("+1") or not is_number(number) else ""


def _carry_out(world: World, message: Message, answer: Answer) -> None:
    document = read_twiml("messaging", answer.text)
    for problem in document.problems:
        world.memory.add_problem(world.clock.now(), f"TwiML of {WEBHOOK}", problem)
    for verb in document.verbs:
        if verb.name == "Message":
            _reply(world, message, verb)


def _reply(world: World, message: Message, verb: Verb) -> None:
    body = "".join(inner.text for inner in verb.inside if inner.name == "Body") or verb.text
    recipient = verb.attributes.get("to", message.sender)
    callback = verb.attributes.get("statusCallback")
    if body:
        deliver(world, accept(world, "reply", message.recipient, recipient, body, callback=callback))
