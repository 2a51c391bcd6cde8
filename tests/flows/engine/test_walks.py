"""Properties of every conversation, over random histories of every shipped flow."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine import effects as follow
from flows.engine.check.rest import MOST_TEXTS
from flows.engine.events import ActionDone, Event, Replied, Silent, Skipped, Started, Woke
from flows.engine.facts import Facts
from flows.engine.kinds import Value
from flows.engine.session import Session, dump_session, load_session, new_session
from flows.engine.step import advance
from service.rules.catalogue import CATALOGUE
from tests.flows.engine.flow_files import shipped_flows

NAMES = sorted(shipped_flows())
WORDS = ["yes", "no", "sí", "1", "2", "3", "4", "9", "bad", "mal", "ok", "SKIP", "morning evening", "gracias", "👍", ""]
TEXTS = st.sampled_from(WORDS) | st.text(max_size=30)
SLOTS = {"me": "Sam", "specialist": "Ana", "org": "Riverbend", "hours": "9 to 5", "time": "3 pm", "opens": "Monday"}
EVENTS = st.one_of(
    st.builds(Replied, TEXTS),
    st.builds(Silent, st.integers(-1, 12)),
    st.builds(Woke, st.integers(-1, 12)),
    st.just(Skipped()),
    st.builds(Started),
    st.builds(ActionDone, st.sampled_from(sorted(CATALOGUE.actions)), st.none()),
    st.just("time comes"),
)
START = datetime(2026, 3, 6, 20, tzinfo=UTC)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts as they may come, a language that no flow has among them."""
    values: dict[str, Value] = {"specialist.on_duty": draw(st.sampled_from([True, False, None]))}
    turns = dict.fromkeys(NAMES, draw(st.integers(0, 40)))
    zone = draw(st.sampled_from(["America/Chicago", "America/Phoenix", "Pacific/Kiritimati"]))
    return Facts(draw(st.sampled_from(["en", "es", "fr"])), zone, SLOTS, values, turns)


def event_of(drawn: Event | str, session: Session) -> Event:
    """A drawn event; `time comes` is the fence that the session waits behind."""
    return drawn if not isinstance(drawn, str) else Silent(session.fence)


@settings(max_examples=150)
@given(st.sampled_from(NAMES), facts(), st.lists(EVENTS, max_size=25))
def test_random_histories_keep_every_promise_of_the_engine(name: str, known: Facts, drawn: list[Event | str]) -> None:
    """Nothing raises; a session survives storage, waits or has ended, says its fence, and is changed by no stale one."""
    flows, now = shipped_flows(), START
    session, effects = advance(flows, new_session(name), Started(taken(name)), known, now)
    unanswered = 0
    for one in drawn:
        now += timedelta(minutes=7)
        stored = load_session(json.loads(json.dumps(dump_session(session))))
        assert stored == session
        event = event_of(one, session)
        after, effects = advance(flows, stored, event, known, now)
        assert advance(flows, session, event, known, now) == (after, effects)
        check_wait(session, after, effects, now)
        check_stale(session, after, effects, event)
        unanswered = 0 if isinstance(event, Replied | Skipped) else unanswered
        unanswered += sum(1 for effect in effects if isinstance(effect, follow.Say))
        assert unanswered <= MOST_TEXTS
        session = after


def taken(name: str) -> dict[str, Value]:
    """Values of the right kinds for what a flow takes, as the service would give them."""
    made_up: dict[str, Value] = {"number": 3, "yes or no": True, "date": "2026-03-09", "time": "14:00", "words": "Rosa"}
    takes = shipped_flows()[name].takes
    return {value: kind.options[0] if kind.options else made_up[kind.name] for value, kind in takes.items()}


def check_wait(before: Session, after: Session, effects: tuple[follow.Effect, ...], now: datetime) -> None:
    """A conversation that went on waits behind a new fence, for a time or an action, or has ended and says so."""
    if before == after:
        return
    closing = effects[-1]
    if after.ended:
        assert isinstance(closing, follow.Finished)
        assert after.running is None
        return
    assert after.fence > before.fence
    if isinstance(closing, follow.Wait):
        assert closing.fence == after.fence
        assert closing.until > now
    else:
        assert isinstance(closing, follow.Do)
        assert CATALOGUE.actions[closing.action].results


def check_stale(before: Session, after: Session, effects: tuple[follow.Effect, ...], event: Event) -> None:
    """A fence of another time changes nothing."""
    if isinstance(event, Silent | Woke) and event.fence != before.fence:
        assert (after, effects) == (before, ())


def test_an_ended_conversation_takes_nothing_more() -> None:
    """Whatever comes late changes nothing."""
    known = Facts("en", "America/Chicago", SLOTS)
    session = advance(shipped_flows(), new_session("check-in"), Started(), known, START)[0]
    ended = advance(shipped_flows(), session, Skipped(), known, START)[0]

    for event in (Replied("hi"), Silent(ended.fence), Skipped(), Started()):
        assert advance(shipped_flows(), ended, event, known, START) == (ended, ())
