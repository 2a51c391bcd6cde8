"""TwiML as the provider reads it: the verbs of a document, and what is wrong with it.

The vocabulary is Twilio's (https://www.twilio.com/docs/voice/twiml and /messaging/twiml), as far as a check-in service needs it.
"""

from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

Kind = Literal["voice", "messaging"]
LARGEST = 64 * 1024
_SPOKEN = {
    "Say": {"voice", "language", "loop"},
    "Play": {"loop", "digits"},
    "Pause": {"length"},
}
_GATHER = (
    "input action method timeout speechTimeout maxSpeechTime finishOnKey numDigits partialResultCallback "
    "partialResultCallbackMethod language hints bargeIn debug actionOnEmptyResult dtmfDetection speechModel enhanced"
)
_RECORD = (
    "action method timeout finishOnKey maxLength playBeep trim recordingStatusCallback recordingStatusCallbackMethod "
    "recordingStatusCallbackEvent transcribe transcribeCallback"
)
_DIAL = (
    "action method timeout hangupOnStar timeLimit callerId record trim recordingStatusCallback "
    "recordingStatusCallbackMethod recordingStatusCallbackEvent answerOnBridge ringTone sequential"
)
_VERBS: dict[Kind, dict[str, set[str]]] = {
    "voice": {
        **_SPOKEN,
        "Gather": set(_GATHER.split()),
        "Record": set(_RECORD.split()),
        "Dial": set(_DIAL.split()),
        "Redirect": {"method"},
        "Reject": {"reason"},
        "Hangup": set(),
    },
    "messaging": {
        "Message": {"to", "from", "action", "method", "statusCallback"},
        "Redirect": {"method"},
    },
}
_CHILDREN = {
    "Gather": set(_SPOKEN),
    "Message": {"Body", "Media"},
    "Dial": {"Number", "Conference", "Queue", "Client", "Sip"},
}
_OPEN = {"Say"}


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its name, attributes, text without outer blanks, and the verbs inside it."""

    name: str
    attributes: dict[str, str]
    text: str
    inside: tuple["Verb", ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The verbs in order, and what is wrong, in words; verbs that are wrong are left in."""

    verbs: tuple[Verb, ...]
    problems: tuple[str, ...]


def read_twiml(kind: Kind, text: str) -> Document:
    """Read a document; one that cannot be read at all has no verbs and says why, with Twilio's error code."""
    if len(text.encode("utf-8", "replace")) > LARGEST:
        return Document((), ("over 64 KB (error 11750)",))
    if "<!" in text.split("<Response", 1)[0]:
        return Document((), ("a document type is not allowed (error 12100)",))
    try:
        root = ET.fromstring(text)  # noqa: S314 - no document type, so no entities to expand
    except ET.ParseError as problem:
        return Document((), (f"not well-formed: {problem} (error 12100)",))
    if root.tag != "Response":
        return Document((), (f"the root is <{root.tag}>, not <Response> (error 12102)",))
    verbs = tuple(_verb(element) for element in root)
    return Document(verbs, tuple(problem for verb in verbs for problem in _find_problems(verb, kind)))


def _verb(element: ET.Element) -> Verb:
    words = " ".join("".join(element.itertext()).split()) if element.tag in _OPEN else (element.text or "").strip()
    return Verb(str(element.tag), dict(element.attrib), words, tuple(_verb(inner) for inner in element))


def _find_problems(verb: Verb, kind: Kind) -> list[str]:
    known = _VERBS[kind]
    if verb.name not in known:
        return [f"<{verb.name}> is not a {kind} verb"]
    found = [f"<{verb.name}> has no attribute {name}" for name in sorted(verb.attributes.keys() - known[verb.name])]
    if verb.name in _OPEN:
        return found
    return found + [problem for inner in verb.inside for problem in _find_inner_problems(verb.name, inner)]


def _find_inner_problems(outer: str, inner: Verb) -> list[str]:
    if inner.name not in _CHILDREN.get(outer, set()):
        return [f"<{inner.name}> is not allowed inside <{outer}>"]
    allowed = _SPOKEN.get(inner.name)
    if allowed is None:
        return []
    return [f"<{inner.name}> has no attribute {name}" for name in sorted(inner.attributes.keys() - allowed)]
