"""A conversation played without a service: for the tests in flow files, the terminal player and the forecast.

The same engine, a member who exists only here, and a clock that is moved by hand. The session is written to JSON and
read back before every event, so that what is stored is proved each time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows.engine import effects as follow
from flows.engine.effects import Effect
from flows.engine.events import ActionDone, Event, Replied, Silent, Skipped, Started
from flows.engine.facts import Facts
from flows.engine.flow import Flow
from flows.engine.kinds import Value
from flows.engine.matching import names_reply, takes_anything
from flows.engine.moments import Length, after
from flows.engine.normalise import plain_words
from flows.engine.session import Session, dump_session, load_session, new_session
from flows.engine.step import traced
from flows.engine.walk import Visit

SKIP_WORDS = frozenset({"skip", "paso"})
MADE_UP = {
    "me": "Sam",
    "specialist": "Ana",
    "org": "Riverbend",
    "hours": "Mon to Fri 9 to 5",
    "time": "3:15 pm",
    "opens": "Monday at 9",
}


@dataclass(slots=True)
class Rehearsal:
    """One conversation under way.

    `latest` holds the effects since the last thing that happened, `visits` all ways walked. `not_for_flows` are the
    words that the service reads before any flow.
    """

    flows: Mapping[str, Flow]
    facts: Facts
    now: datetime
    session: Session
    latest: list[Effect] = field(default_factory=list)
    texts: int = 0
    visits: set[Visit] = field(default_factory=set)
    wait: follow.Wait | None = None
    unheard: int = 0
    not_for_flows: frozenset[str] = frozenset()

    def start(self, values: Mapping[str, Value]) -> None:
        """Begin the conversation."""
        self.latest = []
        self._take(Started(values))

    def write(self, text: str) -> None:
        """The member writes: a named reply first, then SKIP, then any words; what finds no place goes to a person.

        Words of consent and the doors to a person never reach the flow, which stays where it is.
        """
        self.latest = []
        if plain_words(text) in self.not_for_flows:
            self._hand_over()
        elif names_reply(self.flows, self.session, text, self.facts) is not None:
            self._take(Replied(text))
        elif plain_words(text) in SKIP_WORDS:
            self._take(Skipped())
        elif takes_anything(self.flows, self.session):
            self._take(Replied(text))
        else:
            self._hand_over()

    def let(self, length: Length) -> None:
        """Let time go by, stopping at everything that comes due on the way."""
        self.latest = []
        target = after(length, self.facts.zone, self.now)
        while self.wait is not None and self.wait.until <= target and not self.session.ended:
            self.now, fence = max(self.now, self.wait.until), self.wait.fence
            self.wait = None
            self._take(Silent(fence))
        self.now = target

    def done(self, result: Mapping[str, Value] | None) -> bool:
        """The action that is waited for is done; false if none is."""
        asked = next((effect for effect in reversed(self.latest) if isinstance(effect, follow.Do)), None)
        before = self.session
        if asked is not None:
            self.latest = []
            self._take(ActionDone(asked.action, result))
        return self.session != before

    def _hand_over(self) -> None:
        """What no step takes stands in a person's queue, as the service does it."""
        flow, step = self.session.running or ("", "")
        self.unheard += 1
        self.latest.append(follow.Pass("specialist", None, flow, step))

    def _take(self, event: Event) -> None:
        stored = load_session(json.loads(json.dumps(dump_session(self.session))))
        self.session, effects, visits = traced(self.flows, stored, event, self.facts, self.now)
        self.latest += effects
        self.visits |= set(visits)
        self.texts += sum(1 for effect in effects if isinstance(effect, follow.Say))
        waits = [effect for effect in effects if isinstance(effect, follow.Wait)]
        is_behind = self.wait is None or self.session.ended or self.wait.fence != self.session.fence
        self.wait = waits[-1] if waits else None if is_behind else self.wait


def rehearse(
    flows: Mapping[str, Flow], name: str, facts: Facts, now: datetime, not_for_flows: frozenset[str] = frozenset()
) -> Rehearsal:
    """A conversation with a flow, not yet begun. `now` is aware; slots that `facts` leaves out are made up."""
    known = replace(facts, slots={**MADE_UP, **facts.slots})
    return Rehearsal(flows, known, now, new_session(name), not_for_flows=not_for_flows)
