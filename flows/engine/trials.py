"""Playing the tests of a flow file, and what they leave untried.

Every line that does not hold is told with its place; after the first one, the rest of that test would only repeat it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.engine import effects as follow
from flows.engine.catalogue import Catalogue
from flows.engine.effects import Effect
from flows.engine.facts import Facts
from flows.engine.flow import Flow
from flows.engine.kinds import Value, read_literal
from flows.engine.problems import Place
from flows.engine.rehearsal import Rehearsal, rehearse
from flows.engine.script import Done, Expect, Later, They, Trial, We
from flows.engine.walk import Visit

_EFFECTS = ("passed", "promise", "alert", "did")
BASICS = {"consent.given": True, "is_paused": False, "specialist.on_duty": True, "days_since_reply": 0}


@dataclass(frozen=True, slots=True)
class Failure:
    """A line of a test that does not hold."""

    trial: str
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one test: the first line that did not hold, if any, and every way that was walked."""

    failure: Failure | None
    visits: frozenset[Visit]


class _NotSo(Exception):
    """A line does not hold, for this reason."""


def run_trial(flows: Mapping[str, Flow], flow: Flow, trial: Trial, catalogue: Catalogue) -> Outcome:
    """Play one test of a flow with the engine itself."""
    place = trial.place
    try:
        zone = ZoneInfo(trial.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return Outcome(Failure(trial.name, place, f'There is no time zone "{trial.zone}".'), frozenset())
    now = trial.now.replace(tzinfo=zone).astimezone(UTC)
    play = rehearse(flows, flow.name, _facts(flow, trial), now, catalogue.not_for_flows)
    unread: list[str] = []
    play.start(trial.takes)
    unread += _said(play.latest)
    for line in trial.lines:
        try:
            _play(play, line, unread, catalogue)
        except _NotSo as problem:
            return Outcome(Failure(trial.name, line.place, str(problem)), frozenset(play.visits))
    stuck = next((effect.problem for effect in play.latest if isinstance(effect, follow.Stuck)), None)
    failure = Failure(trial.name, place, f"The conversation is stuck: {stuck}.") if stuck else None
    return Outcome(failure, frozenset(play.visits))


def _facts(flow: Flow, trial: Trial) -> Facts:
    facts: Mapping[str, Value] = {**BASICS, "member.language": trial.language, **trial.facts}
    return Facts(trial.language, trial.zone, trial.slots, facts, {flow.name: trial.turn})


def _play(play: Rehearsal, line: object, unread: list[str], catalogue: Catalogue) -> None:
    """Play one line; raises _NotSo where it does not hold."""
    if isinstance(line, We):
        _check_text(line.pattern, unread)
    elif isinstance(line, Expect):
        _check_expected(play, line.wanted, catalogue)
    else:
        if unread:
            raise _NotSo(f'Before this, we also said: "{unread[0]}"')
        _happen(play, line, catalogue)
        unread += _said(play.latest)


def _happen(play: Rehearsal, line: object, catalogue: Catalogue) -> None:
    if isinstance(line, They):
        play.write(line.text)
    elif isinstance(line, Later):
        play.let(line.length)
    elif isinstance(line, Done) and not play.done(None if line.failed else _results(play, line, catalogue)):
        raise _NotSo("No action is waited for here.")


def _results(play: Rehearsal, line: Done, catalogue: Catalogue) -> Mapping[str, Value]:
    """The results of an action in their own kinds."""
    asked = next((effect.action for effect in reversed(play.latest) if isinstance(effect, follow.Do)), "")
    kinds = catalogue.actions[asked].results if asked in catalogue.actions else {}
    return {name: read_literal(kinds[name], words) for name, words in line.results.items() if name in kinds}


def _said(effects: list[Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, follow.Say)]


def _check_text(pattern: str, unread: list[str]) -> None:
    if not unread:
        raise _NotSo("Here we say nothing.")
    text = unread.pop(0)
    if not fits_pattern(pattern, text):
        raise _NotSo(f'Here we say: "{text}"')


def fits_pattern(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern in which `*` stands for any words; one look from left to right, however many there are."""
    first, *middle = pattern.split("*")
    if not middle:
        return text == pattern
    last, at = middle.pop(), len(first)
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    for part in middle:
        found = text.find(part, at, len(text) - len(last))
        if found < 0:
            return False
        at = found + len(part)
    return True


def _check_expected(play: Rehearsal, wanted: Mapping[str, str], catalogue: Catalogue) -> None:
    for name, words in wanted.items():
        found = _found(play, name, wanted, catalogue)
        if words not in found:
            raise _NotSo(f"{name} is {' or '.join(dict.fromkeys(found)) or 'nothing'}, not {words}.")


def _found(play: Rehearsal, name: str, wanted: Mapping[str, str], catalogue: Catalogue) -> list[str]:
    """What may be expected under a name, in words."""
    running = play.session.running or ("none", "none")
    plain = {
        "flow": [running[0]],
        "step": [running[1]],
        "ended": ["yes", "true"] if play.session.ended else ["no", "false"],
        "texts": [str(play.texts)],
        "text": _said(play.latest),
    }
    if name in plain:
        return plain[name]
    if name in _EFFECTS:
        return list(_effects(play, name)) or ["none"]
    return list(_argument(play, name, wanted, catalogue)) or [_kept(play, name)]


def _effects(play: Rehearsal, name: str) -> Iterator[str]:
    """What was passed, promised, raised or done since the last thing that happened."""
    for effect in play.latest:
        if isinstance(effect, follow.Pass) and name in ("passed", "promise"):
            yield effect.to if name == "passed" else (effect.promise or "none")
        elif isinstance(effect, follow.Alert) and name == "alert":
            yield str(effect.tier)
        elif isinstance(effect, follow.Do) and name == "did":
            yield effect.action


def _argument(play: Rehearsal, name: str, wanted: Mapping[str, str], catalogue: Catalogue) -> Iterator[str]:
    """An argument of the action that is expected beside it."""
    action = catalogue.actions.get(wanted.get("did", ""))
    if action is not None and name in action.arguments:
        yield from (
            _words(e.arguments.get(name)) for e in play.latest if isinstance(e, follow.Do) and e.action == action.name
        )


def _kept(play: Rehearsal, name: str) -> str:
    """A kept value, from the running flow outwards, or from what was kept last where the conversation has ended."""
    for frame in reversed(play.session.frames):
        if name in frame.values:
            return _words(frame.values[name])
    kept = [effect.value for effect in play.latest if isinstance(effect, follow.Keep) and effect.name == name]
    return _words(kept[-1] if kept else None)


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
