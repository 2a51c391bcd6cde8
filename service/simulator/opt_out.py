"""STOP, START and HELP as the provider reads them when it, and not the service, confirms a STOP (--opt-out provider)."""

from service.simulator.accepting import accept
from service.simulator.delivering import deliver
from service.simulator.records import Message
from service.simulator.world import World

# Twilio's default words: whole messages, in any case.
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START = frozenset({"start", "yes", "unstop"})
HELP = frozenset({"help", "info"})
STOPPED = "You have been unsubscribed and will get no more texts from this number. Reply START to get them again."
STARTED = "You will get texts from this number again. Reply STOP to end them."
HELPED = "Reply STOP to end texts from this number. Message and data rates may apply."


def apply_opt_out(world: World, message: Message) -> str | None:
    """Act on a consent word as the provider does; returns STOP, START or HELP for the webhook, None for other words."""
    word = message.body.strip().casefold()
    stopped = world.memory.is_stopped(message.recipient, message.sender)
    if word in STOP:
        world.memory.set_stopped(message.recipient, message.sender, stopped=True)
        return _answer(world, message, "STOP", None if stopped else STOPPED)
    if word in START and stopped:
        world.memory.set_stopped(message.recipient, message.sender, stopped=False)
        return _answer(world, message, "START", STARTED)
    return _answer(world, message, "HELP", HELPED) if word in HELP else None


def _answer(world: World, message: Message, kind: str, text: str | None) -> str:
    if text:
        deliver(world, accept(world, "provider", message.recipient, message.sender, text))
    return kind
