"""What flows may ask of the service: one catalogue of actions, facts, slots and words.

The capabilities register a handler for each action that is `ready`; arguments and results come with the kinds below.
"""

from flows.engine.catalogue import Action, Argument, Catalogue
from flows.engine.kinds import Kind
from service.rules.segments import count_segments, outside_gsm
from service.rules.wording import WORDING

YES_OR_NO = Kind("yes or no", longest=3)
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
    actions={action.name: action for action in _ACTIONS},
    facts=_FACTS,
    slots=_SLOTS,
    consent_words=frozenset(_CONSENT.split("|")),
    door_words=frozenset(_DOORS.split("|")),
    service_words=frozenset(_SERVICE.split("|")),
    measure=count_segments,
    outside_gsm=outside_gsm,
    wording=WORDING,
)
