"""One step of a conversation."""

from dataclasses import replace
from datetime import UTC, datetime

from flows.engine import effects as follow
from flows.engine.events import ActionDone, Event, Recorded, Replied, Silent, Skipped, Started, Woke
from flows.engine.facts import Facts
from flows.engine.flow import Flow
from flows.engine.session import Session, new_session
from flows.engine.step import advance
from tests.flows.engine.flow_files import compiled, shipped_flows

NOW = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # a Friday, 14:00 in Chicago
SLOTS = {
    "me": "Sam",
    "specialist": "Ana",
    "org": "Riverbend",
    "hours": "9 to 5",
    "time": "3 pm",
    "opens": "Monday at 9",
}
FACTS = Facts("en", "America/Chicago", SLOTS, {"specialist.on_duty": True})


def walk(flow: Flow, *events: Event, facts: Facts = FACTS) -> tuple[Session, tuple[follow.Effect, ...]]:
    """Take events one after another; the session at the end and the effects of the last."""
    session, effects = advance({flow.name: flow}, new_session(flow.name), Started(), facts, NOW)
    for event in events:
        session, effects = advance({flow.name: flow}, session, event, facts, NOW)
    return session, effects


def said(effects: tuple[follow.Effect, ...]) -> list[str]:
    """The texts among some effects."""
    return [effect.text for effect in effects if isinstance(effect, follow.Say)]


QUESTION = """
    first:
      ask: {en: "Well, {me}?"}
      keep: feeling
      replies:
        low: {number: 1 to 2, words: [bad], go: low}
        set: {words: [set], value: 5}
        anything: {go: heard}
      silence:
        - {after: 3 hours, repeat: yes}
        - {after: 1 day, go: quiet}
      say: {en: "Kept {feeling}."}
      end: yes
    low: {say: {en: Low.}, end: yes}
    heard: {say: {en: Heard.}, pass: {to: specialist, promise: same shift}, end: yes}
    quiet: {end: yes}
"""
KEEPS = "keeps: {feeling: number 1 to 5}\nunsure: {en: Unsure.}"


def test_a_question_is_told_and_waits_until_its_first_rung_of_silence() -> None:
    """What follows from a start is the text and a wait with a fence."""
    session, effects = walk(compiled(QUESTION, KEEPS))

    assert said(effects) == ["Well, Sam?"]
    assert effects[-1] == follow.Wait(datetime(2026, 3, 6, 23, 0, tzinfo=UTC), fence=1)
    assert session.running == ("made-up", "first")


def test_a_number_is_kept_and_a_word_is_not_guessed_into_one() -> None:
    """A reply matched by words keeps its value where it has one, else nothing."""
    flow = compiled(QUESTION, KEEPS)

    assert follow.Keep("feeling", 2) in walk(flow, Replied("2"))[1]
    assert not [effect for effect in walk(flow, Replied("bad"))[1] if isinstance(effect, follow.Keep)]


def test_a_reply_without_a_goal_goes_on_with_the_same_step() -> None:
    """What stands after the question then happens, with the value that was kept."""
    session, effects = walk(compiled(QUESTION, KEEPS), Replied("set"))

    assert said(effects) == ["Kept 5."]
    assert session.ended
    assert effects[-1] == follow.Finished("made-up", {})


def test_other_words_take_the_way_of_anything_in_the_order_in_which_its_verbs_are_written() -> None:
    """The text comes before the person, because the file says so."""
    effects = walk(compiled(QUESTION, KEEPS), Replied("my dog died"))[1]

    assert [type(effect) for effect in effects] == [follow.Say, follow.Pass, follow.Finished]
    assert effects[1] == follow.Pass("specialist", "same shift", "made-up", "heard")


def test_what_is_unsure_is_asked_back_once_and_then_passed_on() -> None:
    """The second time, a person reads it: nobody is asked twice what they mean."""
    flow = compiled(QUESTION, KEEPS)
    once, again = walk(flow, Replied("9")), walk(flow, Replied("9"), Replied("9"))

    assert said(once[1]) == ["Unsure."]
    assert isinstance(once[1][-1], follow.Wait)
    assert said(again[1]) == ["Heard."]


def test_silence_climbs_its_ladder_and_leads_away_in_the_end() -> None:
    """The question is asked again once, a day by the calendar goes by, and the flow ends."""
    flow = compiled(QUESTION, KEEPS)
    asked_again, left = walk(flow, Silent(1)), walk(flow, Silent(1), Silent(2))

    assert said(asked_again[1]) == ["Well, Sam?"]
    assert asked_again[1][-1] == follow.Wait(datetime(2026, 3, 7, 20, 0, tzinfo=UTC), fence=2)
    assert left[0].ended
    assert said(left[1]) == []


def test_a_stale_fence_changes_nothing() -> None:
    """A timer that was meant for an earlier step is not this step's silence."""
    flow = compiled(QUESTION, KEEPS)
    before = walk(flow, Replied("9"))[0]

    assert advance({flow.name: flow}, before, Silent(1), FACTS, NOW) == (before, ())
    assert advance({flow.name: flow}, before, Woke(7), FACTS, NOW) == (before, ())


def test_words_that_a_question_has_no_place_for_go_to_a_person_and_the_question_stays() -> None:
    """Without anything, nothing is lost: the specialist gets it, and a right answer still counts."""
    flow = compiled(
        """
        first:
          ask: {en: Well?}
          replies: {low: {words: [bad], go: low}}
          silence: [{after: 1 day, go: low}]
        low: {end: yes}
        """
    )
    session, effects = walk(flow, Replied("my dog died"))

    assert effects[0] == follow.Pass("specialist", None, "made-up", "first")
    assert isinstance(effects[1], follow.Wait)
    assert advance({flow.name: flow}, session, Replied("bad"), FACTS, NOW)[0].ended


def test_skipping_goes_where_the_step_says_or_where_silence_leads() -> None:
    """SKIP is a door at every question."""
    assert walk(compiled(QUESTION, KEEPS), Skipped())[0].ended
    session, effects = walk(shipped_flows()["check-in"], Skipped())
    assert said(effects) == ["That is fine, Sam. Until another time."]
    assert session.ended


def test_a_choice_takes_the_first_condition_that_holds() -> None:
    """Facts decide; what is unknown is not so, and the way left over is taken."""
    flow = compiled(
        """
        first:
          choose:
            - {when: specialist.on_duty, go: here}
            - {otherwise: away}
        here: {say: {en: Here.}, end: yes}
        away: {say: {en: Away.}, end: yes}
        """
    )
    assert said(walk_start(flow, FACTS)) == ["Here."]
    assert said(walk_start(flow, Facts("en", "America/Chicago"))) == ["Away."]


def walk_start(flow: Flow, facts: Facts) -> tuple[follow.Effect, ...]:
    """The effects of a start with these facts."""
    return advance({flow.name: flow}, new_session(flow.name), Started(), facts, NOW)[1]


def test_turns_bring_every_prompt_before_any_comes_again() -> None:
    """Twelve conversations with the check-in begin with twelve different texts, the thirteenth with the first."""
    flows = shipped_flows()
    begun = []
    for turn in range(13):
        facts = Facts("en", "America/Chicago", SLOTS, turns={"check-in": turn})
        begun += said(advance(flows, new_session("check-in"), Started(), facts, NOW)[1])

    assert len(set(begun)) == 12
    assert begun[12] == begun[0]


OUTER = """
    first:
      run: {flow: inner, with: {n: "4"}, keep: {got: answer}}
      say: {en: "Got {got}."}
      end: yes
"""
INNER = """
    first:
      ask: {en: "Inner {n}?"}
      keep: answer
      replies: {yes: {number: 1 to 5, go: done}}
      silence: [{after: 1 day, go: done}]
    done: {end: yes}
"""


def inner() -> Flow:
    """The flow that OUTER runs."""
    return replace(compiled(INNER, "takes: {n: number}\nkeeps: {answer: number 1 to 5}\ngives: [answer]"), name="inner")


def test_a_flow_that_is_run_takes_values_and_gives_values_back() -> None:
    """The session is a stack: the inner flow waits, ends, and the outer one goes on with what it gave."""
    outer = compiled(OUTER, "keeps: {got: number 1 to 5}")
    flows = {"made-up": outer, "inner": inner()}
    session, effects = advance(flows, new_session("made-up"), Started(), FACTS, NOW)

    assert said(effects) == ["Inner 4?"]
    assert session.running == ("inner", "first")
    session, effects = advance(flows, session, Replied("3"), FACTS, NOW)
    assert said(effects) == ["Got 3."]
    assert session.ended


def test_a_flow_that_is_not_there_is_told_to_a_person() -> None:
    """The conversation ends and says so; it never raises and never hangs."""
    session, effects = walk(compiled(OUTER, "keeps: {got: number 1 to 5}"))

    assert session.ended
    assert effects == (follow.Stuck("the flow inner is not there"),)


def test_a_circle_without_a_wait_is_stopped() -> None:
    """A flow that the check would have refused still cannot run for ever."""
    session, effects = walk(compiled("one: {then: two}\ntwo: {then: one}"))

    assert session.ended
    assert effects == (follow.Stuck("the flow made-up goes round without a wait"),)


def test_a_wait_goes_on_when_its_time_comes_and_not_for_words() -> None:
    """Nine o'clock on Monday is nine o'clock where the member lives, after the clocks have changed on Sunday too."""
    flow = compiled('first: {wait: {until: "monday 9:00"}, say: {en: Morning.}, end: yes}')
    waiting, effects = walk(flow)

    assert effects == (follow.Wait(datetime(2026, 3, 9, 14, 0, tzinfo=UTC), fence=1),)
    assert advance({flow.name: flow}, waiting, Replied("hello"), FACTS, NOW) == (waiting, ())
    assert said(advance({flow.name: flow}, waiting, Woke(1), FACTS, NOW)[1]) == ["Morning."]


def test_an_action_is_asked_for_with_typed_arguments() -> None:
    """What is kept is handed over as it is."""
    effects = walk(shipped_flows()["welcome"], Replied("yes"), Replied("3"))[1]

    assert effects[:2] == (
        follow.Keep("rhythm", "evening"),
        follow.Do("set_rhythm", {"rhythm": "evening"}, "welcome", "when"),
    )


def test_an_event_for_something_else_is_not_taken() -> None:
    """An action nobody waits for and a second start change nothing."""
    session = walk(compiled(QUESTION, KEEPS))[0]

    for event in (ActionDone("pause", {}), Started()):
        assert advance({"made-up": compiled(QUESTION, KEEPS)}, session, event, FACTS, NOW) == (session, ())


def test_a_text_whose_placeholder_has_no_value_is_not_sent() -> None:
    """Rather than a hole in a text, a person is told."""
    session, effects = walk(compiled('first: {say: {en: "Kept {feeling}."}, end: yes}', KEEPS))

    assert session.ended
    assert isinstance(effects[-1], follow.Stuck)


def test_a_recording_is_an_answer_where_one_is_asked_for() -> None:
    """Its reference is kept; elsewhere a person gets it, and the question stays."""
    asked = """
        first:
          ask: {en: Say it your way.}
          keep: voice
          replies: {told: {is: recording, go: done}, anything: {go: done}}
          silence: [{after: 1 day, go: done}]
        done: {end: yes}
    """
    effects = walk(compiled(asked, "keeps: {voice: recording}"), Recorded("r1"))[1]
    elsewhere = walk(compiled(QUESTION, KEEPS), Recorded("r1"))

    assert effects[0] == follow.Keep("voice", "r1")
    assert elsewhere[1][0] == follow.Pass("specialist", None, "made-up", "first")
    assert elsewhere[0].running == ("made-up", "first")


def test_an_answer_without_words_keeps_what_the_reply_stands_for() -> None:
    """A picture alone keeps the reply's own value, never an empty text that a later slot would trip over."""
    asked = """
        first:
          ask: {en: What shall we call it?}
          keep: name
          replies: {anything: {value: it, go: done}}
          silence: [{after: 1 day, go: done}]
        done: {say: {en: "So {name}."}, end: yes}
    """
    effects = walk(compiled(asked, "keeps: {name: words up to 20}"), Replied(" "))[1]

    assert said(effects) == ["So it."]
