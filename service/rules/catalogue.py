"""What flows may ask of the service: one catalogue of actions, facts, slots and words.

The capabilities register a handler for each action that is `ready`; arguments and results come with the kinds below.
"""

from flows.engine.catalogue import Action, Argument, Catalogue
from flows.engine.kinds import Kind
from service.rules.segments import count_segments, outside_gsm
from service.rules.wording import WORDING

YES_OR_NO = Kind("yes or no", longest=3)
WORDS = Kind("words")
LANGUAGE = Kind("one of", options=("en", "es"), longest=2)
RHYTHM = Kind("one of", options=("morning", "afternoon", "evening", "ask"), longest=9)
WHO_SEES = Kind("one of", options=("me", "maybe", "unknown"), longest=7)

_ACTIONS = (
    Action(
        "record_consent",
        "Writes a yes or no about texts into the consent ledger, with the wording that was answered.",
        {"answer": Argument(Kind("one of", options=("yes", "no"), longest=3))},
    ),
    Action(
        "set_rhythm",
        "Sets the time of day for check-ins; ask leaves it to the specialist to talk it over.",
        {"rhythm": Argument(RHYTHM)},
    ),
    Action("note_shared_phone", "Notes who else sees this phone.", {"seen_by": Argument(WHO_SEES)}),
    Action(
        "pause",
        "Rests everything that is not an answer; without a number of days, until the member comes back.",
        {"days": Argument(Kind("number", 1, 365, longest=3), optional=True)},
    ),
    Action("resume", "Ends a pause."),
    Action("set_language", "Sets the language of our texts.", {"language": Argument(LANGUAGE)}),
)

# Declared with their kinds, so that flows can be written, checked and tested; the service has no handler for them yet,
# and a flow that uses one is refused when it is to be published.
_LATER = (
    Action(
        "place_call",
        "Rings the member and joins them with their specialist.",
        results={"outcome": Kind("one of", options=("answered", "voicemail", "missed"), longest=9)},
        ready=False,
    ),
    Action("keep_goal", "Keeps what matters to the member, word for word.", {"goal": Argument(WORDS)}, ready=False),
    Action("drop_goal", "Lets go of what the member said mattered.", ready=False),
    Action(
        "join_circle",
        "Gives the member a seat in a circle under a name of their own.",
        {"circle": Argument(WORDS), "handle": Argument(WORDS)},
        {"joined": YES_OR_NO},
        ready=False,
    ),
    Action("record_story", "Rings the member to record their story.", results={"recorded": YES_OR_NO}, ready=False),
    Action(
        "share_story",
        "Sets who may hear a story; what reaches others rests for a day first.",
        {"level": Argument(Kind("one of", options=("specialist", "circle", "members", "nobody"), longest=10))},
        ready=False,
    ),
    Action(
        "find_resource",
        "Looks for a place in the directory: open now first, near first.",
        {"need": Argument(WORDS), "near": Argument(Kind("postal code", longest=10))},
        {"found": YES_OR_NO, "place": Kind("words", longest=70)},
        ready=False,
    ),
    Action(
        "note_resource",
        "Notes in the directory whether a place worked out.",
        {"worked": Argument(Kind("one of", options=("yes", "no", "not_gone"), longest=8))},
        ready=False,
    ),
    Action("freeze_phone", "Sends nothing personal to this phone until it is verified.", ready=False),
    Action(
        "unlink_phone", "Takes this number off the member, for good, and keeps it from being written to.", ready=False
    ),
    Action(
        "verify_word",
        "Compares a word with the one the member chose.",
        {"word": Argument(WORDS)},
        {"right": YES_OR_NO},
        ready=False,
    ),
    Action(
        "check_number",
        "Asks the reassigned numbers database whether the number changed hands.",
        results={"owner": Kind("one of", options=("same", "changed", "unknown"), longest=7)},
        ready=False,
    ),
)

_FACTS = {
    "member.language": LANGUAGE,
    "member.discreet": YES_OR_NO,
    "specialist.on_duty": YES_OR_NO,
    "is_paused": YES_OR_NO,
    "consent.given": YES_OR_NO,
    "days_since_reply": Kind("number", longest=4),
    "local_time": Kind("time", longest=5),
}

# The greatest length, in characters, that a slot may have in a text; the check counts segments with these.
_SLOTS = {"me": 12, "specialist": 12, "org": 18, "hours": 24, "time": 8, "opens": 18}

# Read before any flow: consent words as whole messages, then the three doors to a person and to rest.
_CONSENT = (
    "stop|stopall|unsubscribe|cancel|end|quit|revoke|optout|opt out|alto|parar|basta|cancelar|no mas|"
    "start|unstop|empezar|reanudar|help|info|ayuda"
)
_DOORS = "talk|hablar|now|ahora|pause|pausa"
_SERVICE = (
    "call|llamar|back|volver|less|menos|skip|paso|why|porque|por que|language|idioma|en|es|english|spanish|ingles|"
    "espanol|menu|find|buscar|circle|grupo|story|historia|quiet|discreto|myinfo|my info|misdatos|mis datos"
)

CATALOGUE = Catalogue(
    actions={action.name: action for action in (*_ACTIONS, *_LATER)},
    facts=_FACTS,
    slots=_SLOTS,
    consent_words=frozenset(_CONSENT.split("|")),
    door_words=frozenset(_DOORS.split("|")),
    service_words=frozenset(_SERVICE.split("|")),
    measure=count_segments,
    outside_gsm=outside_gsm,
    wording=WORDING,
)
