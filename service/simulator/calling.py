"""Voice calls: the simulator answers or makes them, walks the TwiML it is given, and notes what was said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from service.simulator.ledger import call_line
from service.simulator.posting import Answer, NotOurs
from service.simulator.records import Call, Said, new_sid
from service.simulator.shapes import API_VERSION
from service.simulator.twiml import Verb, read_twiml
from service.simulator.world import World

# A loop of redirects ends here; no honest call needs as many documents.
MOST_DOCUMENTS = 50


@dataclass(slots=True)
class _Line:
    """A call in progress: what was said so far, and the keys that the person at the phone will press."""

    world: World
    call: Call
    keys: list[str]
    fallback: str = ""
    how: str = "keys"
    said: list[Said] = field(default_factory=list)
    end: str = "completed"

    def form(self, more: dict[str, str]) -> dict[str, str]:
        call = self.call
        return {
            "AccountSid": self.world.options.account_sid,
            "ApiVersion": API_VERSION,
            "CallSid": call.sid,
            "CallStatus": "ringing" if not self.said and call.inbound else "in-progress",
            "Called": call.recipient,
            "Caller": call.sender,
            "Direction": "inbound" if call.inbound else "outbound-api",
            "From": call.sender,
            "To": call.recipient,
        } | more


@dataclass(frozen=True, slots=True)
class _Next:
    """Where the call goes on: another document, with what is posted to get it."""

    url: str
    more: dict[str, str] = field(default_factory=dict)


def call_service(world: World, phone: str, number: str, keys: Sequence[str] = ()) -> Call:
    """Call the organisation from a phone, press the keys when asked for some, and return the call when it is over."""
    call, settings = begin_call(world, phone, number, inbound=True), world.lines.line(number).settings
    return walk_call(world, call, settings["voice_url"], keys, fallback=settings["voice_fallback_url"])


def begin_call(world: World, sender: str, recipient: str, *, inbound: bool, fault: str | None = None) -> Call:
    """Accept a call: sid, ledger, memory."""
    now = world.clock.now()
    call = Call(new_sid("CA"), inbound, sender, recipient, "ringing" if inbound else "queued", now, now, fault=fault)
    world.ledger.append(call_line(call))
    world.memory.keep_call(call)
    return call


def walk_call(
    world: World, call: Call, url: str, keys: Sequence[str] = (), twiml: str | None = None, fallback: str | None = None,
    *, how: str = "keys",
) -> Call:  # fmt: skip
    """Walk a call from its first document to its end; `twiml` is that document when it came with the request.

    `fallback` is asked, once, where a document cannot be had. `how` says who or what picked up (see pickups); what is not
    `keys` presses none.
    """
    line = _Line(world, call, list(keys) if how == "keys" else [], fallback or "", how)
    if how == "voicemail":
        line.said.append(Said("[a mailbox picks up]"))
    following = _play(line, twiml, url) if twiml is not None else _Next(url)
    for _ in range(MOST_DOCUMENTS):
        if following is None or not following.url:  # nothing more to hear, or whoever picked up has gone
            break
        following = _fetch_and_play(line, following)
    return end_call(world, call, line.end, line.said)


def end_call(world: World, call: Call, status: str, said: Sequence[Said] = ()) -> Call:
    """Keep how a call ended and what was heard in it."""
    over = replace(call, status=status, said=tuple(said), updated=world.clock.now())
    world.memory.keep_call(over)
    world.ledger.append({**call_line(over), "kind": "call-ended"})
    return over


def _fetch_and_play(line: _Line, following: _Next) -> _Next | None:
    try:
        answer = line.world.poster.post(following.url, line.form(following.more))
    except NotOurs as problem:
        return _fail(line, following, str(problem), Answer(None))
    if answer.ok:
        return _play(line, answer.text, following.url)
    return _fail(line, following, answer.failure or f"was answered {answer.status}", answer)


def _fail(line: _Line, following: _Next, why: str, answer: Answer) -> _Next | None:
    """Note what went wrong, and go on with the fallback if there is one that was not asked yet."""
    line.world.memory.add_problem(line.world.clock.now(), "call", f"{following.url}: {why}")
    if line.fallback:
        url, line.fallback = line.fallback, ""
        return _Next(url, {"ErrorCode": str(answer.error_code), "ErrorUrl": following.url.partition("#")[0]})
    line.end = "failed"
    return None


def _play(line: _Line, text: str, url: str) -> _Next | None:
    document = read_twiml("voice", text)
    for problem in document.problems:
        line.world.memory.add_problem(line.world.clock.now(), f"TwiML of {url}", problem)
    return _play_verbs(line, document.verbs, url)


def _play_verbs(line: _Line, verbs: Sequence[Verb], url: str) -> _Next | None:
    for verb in verbs:
        if verb.name == "Gather":
            following = _gather(line, verb, url)
            if following:
                return following
        elif verb.name == "Redirect":
            return _Next(urljoin(url, verb.text))
        elif verb.name in {"Hangup", "Reject"}:
            line.end = "busy" if verb.attributes.get("reason") == "busy" else "completed"
            return None
        else:
            _hear(line, verb)
    return None


def _gather(line: _Line, verb: Verb, url: str) -> _Next | None:
    """Hear the question, then press the next keys; with none left the call falls through to the next verb."""
    for inner in verb.inside:
        _hear(line, inner)
    action = urljoin(url, verb.attributes.get("action", url))
    if line.how == "hang-up":
        return _Next("")
    if line.how == "echo" and "speech" in verb.attributes.get("input", "dtmf"):
        return _Next(action, {"SpeechResult": " ".join(inner.text for inner in verb.inside), "Confidence": "0.9"})
    if line.keys:
        pressed = line.keys.pop(0)
        line.said.append(Said(f"[keys {pressed}]"))
        return _Next(action, {"Digits": pressed})
    if verb.attributes.get("actionOnEmptyResult") == "true":
        return _Next(action, {"Digits": ""})
    return None


def _hear(line: _Line, verb: Verb) -> None:
    if verb.name == "Say":
        line.said.append(Said(verb.text, verb.attributes.get("language", "en-US")))
    elif verb.name in {"Play", "Record", "Dial"}:
        line.said.append(Said(f"[{verb.name.lower()}]"))
