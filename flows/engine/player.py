"""A terminal phone: what is typed goes to the engine, what is said comes back as lines, and time moves on command.

hello there        what the member writes
:later 2 hours     time goes by
:done place=Main   an action is done, with results; :failed says that it could not be done
:state             where the conversation stands and what it has kept
:fact NAME VALUE   what the service knows changes; :language es changes the texts
:quit              leave
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from flows.engine import effects as follow
from flows.engine.catalogue import Catalogue
from flows.engine.effects import Effect
from flows.engine.flow import Ask, Reply
from flows.engine.kinds import Value, read_literal
from flows.engine.matching import present_verb
from flows.engine.moments import read_length
from flows.engine.problems import suggest
from flows.engine.rehearsal import Rehearsal

COMMANDS = (":later", ":done", ":failed", ":state", ":fact", ":language", ":help", ":quit")
HELP = "Write as the member would, or :later 2 hours, :state, :fact specialist.on_duty no, :language es, :done, :quit."


def play(rehearsal: Rehearsal, typed: Iterable[str], catalogue: Catalogue, *, spoken: bool = False) -> Iterator[str]:
    """Play a conversation from what is typed, line by line, yielding what to show.

    In spoken mode the words for a voice are shown, with the keys that may be pressed, and a single digit is a key.
    """
    rehearsal.start({})
    yield from shown(rehearsal, spoken=spoken)
    for line in typed:
        words = line.strip()
        if words == ":quit":
            return
        if words:
            yield from _typed(rehearsal, words, catalogue, spoken=spoken)


def shown(rehearsal: Rehearsal, *, spoken: bool = False) -> Iterator[str]:
    """What the latest event led to, as lines."""
    for effect in rehearsal.latest:
        line = _line(effect, spoken=spoken)
        if line:
            yield line
    keys = _keys(rehearsal) if spoken else ""
    if keys:
        yield keys


def _typed(rehearsal: Rehearsal, words: str, catalogue: Catalogue, *, spoken: bool) -> Iterator[str]:
    """One line of input: a command, or the member's words."""
    command, _, rest = words.partition(" ")
    if not command.startswith(":"):
        rehearsal.write(words)
        yield from shown(rehearsal, spoken=spoken)
    elif command == ":later":
        yield from _later(rehearsal, rest, spoken=spoken)
    elif command in (":done", ":failed"):
        yield from _done(rehearsal, command, rest, catalogue, spoken=spoken)
    elif command in (":fact", ":language"):
        yield _changed(rehearsal, command, rest, catalogue)
    elif command == ":state":
        yield from _state(rehearsal)
    else:
        yield HELP if command == ":help" else f"There is no {command}. {suggest(command, COMMANDS)}"


def _later(rehearsal: Rehearsal, rest: str, *, spoken: bool) -> Iterator[str]:
    length = read_length(rest)
    if length is None:
        yield f'"{rest}" is no length of time. Write :later 30 minutes, :later 24 hours or :later 2 days.'
        return
    rehearsal.let(length)
    yield f"-- {_clock(rehearsal)} --"
    yield from shown(rehearsal, spoken=spoken)


def _done(rehearsal: Rehearsal, command: str, rest: str, catalogue: Catalogue, *, spoken: bool) -> Iterator[str]:
    asked = next((effect for effect in reversed(rehearsal.latest) if isinstance(effect, follow.Do)), None)
    kinds = catalogue.actions[asked.action].results if asked and asked.action in catalogue.actions else {}
    pairs = (part.partition("=") for part in rest.split())
    results = {name: read_literal(kinds[name], value) for name, _, value in pairs if name in kinds}
    if rehearsal.done(None if command == ":failed" else results):
        yield from shown(rehearsal, spoken=spoken)
    else:
        yield "No action is waited for."


def _changed(rehearsal: Rehearsal, command: str, rest: str, catalogue: Catalogue) -> str:
    """Change the language or a fact."""
    if command == ":language":
        values = {**rehearsal.facts.values, "member.language": rest}
        rehearsal.facts = replace(rehearsal.facts, language=rest, values=values)
        return f"The member's language is {rest} now."
    name, _, said = rest.partition(" ")
    kind = catalogue.facts.get(name)
    value: Value = read_literal(kind, said) if kind else None
    if kind is None:
        return f'There is no fact "{name}". {suggest(name, catalogue.facts)}'
    if value is None:
        return f'{name} is {kind}, and "{said}" is not.'
    rehearsal.facts = replace(rehearsal.facts, values={**rehearsal.facts.values, name: value})
    return f"{name} is {said} now."


def _state(rehearsal: Rehearsal) -> Iterator[str]:
    """Where the conversation stands: its frames from the outermost in, what each has kept, and what is waited for."""
    if rehearsal.session.ended:
        yield "The conversation has ended."
    for frame in rehearsal.session.frames:
        kept = ", ".join(f"{name} = {value}" for name, value in frame.values.items()) or "nothing kept"
        yield f"{frame.flow} / {frame.step}: {kept}"
    if rehearsal.wait is not None:
        until = rehearsal.wait.until.astimezone(ZoneInfo(rehearsal.facts.zone))
        yield f"It is {_clock(rehearsal)}; silence or a wait is over {until:%A %H:%M}."


def _clock(rehearsal: Rehearsal) -> str:
    return f"{rehearsal.now.astimezone(ZoneInfo(rehearsal.facts.zone)):%A %d %B, %H:%M}"


def _line(effect: Effect, *, spoken: bool) -> str:
    """One effect as a line; waits are told by :state."""
    if isinstance(effect, follow.Say):
        return f"{'(says)' if spoken else '<'} {effect.spoken or effect.text if spoken else effect.text}"
    if isinstance(effect, follow.Pass):
        promise = f", promised {effect.promise}" if effect.promise else ""
        return f"  [passed to {effect.to}{promise}]"
    if isinstance(effect, follow.Alert):
        return f"  [alert, tier {effect.tier}: {effect.reason}]"
    if isinstance(effect, follow.Do):
        told = ", ".join(f"{name}={value}" for name, value in effect.arguments.items())
        return f"  [{effect.action} {told}]".replace(" ]", "]")
    if isinstance(effect, follow.Stuck):
        return f"  [stuck: {effect.problem}]"
    return f"  [kept {effect.name} = {effect.value}]" if isinstance(effect, follow.Keep) else _end(effect)


def _end(effect: Effect) -> str:
    return "  [the conversation has ended]" if isinstance(effect, follow.Finished) else ""


def _keys(rehearsal: Rehearsal) -> str:
    """The keys that answer the present question, as a caller would be told of them."""
    verb = present_verb(rehearsal.flows, rehearsal.session)
    if not isinstance(verb, Ask):
        return ""
    told = [f"{key} {reply.name}" for reply in verb.replies.values() for key in _keys_of(reply)]
    return f"  [keys: {', '.join([*told, '0 a person'])}]"


def _keys_of(reply: Reply) -> list[str]:
    return [f"{low}" if low == high else f"{low}-{high}" for low, high in reply.ranges if high < 100]
