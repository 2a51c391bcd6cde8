"""Explaining how things stand with a member."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from config.twilio_errors import TwilioErrors
from service.deliveries.telling import TIMER_HANDLERS as DELIVERIES
from service.deliveries.unreached import unreached_handlers
from service.escalations import TIMER_HANDLERS as LADDER
from service.explained_people import COMING, LAST, explain_member
from service.explanations import Looking
from service.foretelling import Ahead
from service.gateways.ids import new_id
from service.planning import ONCE, set_next
from service.promises import TIMER_HANDLERS as PROMISES
from service.store.reading import Reader
from service.store.rows import Call, Conversation, Escalation, Ledger, Number, QueueItem, Schedule, Timer
from service.store.scene import scene_of
from service.threads import TIMER_HANDLERS as THREADS
from tests.foretold import ahead_of
from tests.house import setting
from tests.stored import (
    EARLIER,
    KEYS,
    NOW,
    ZONE,
    a_member,
    a_number,
    a_specialist,
    an_inbound,
    an_outbound,
    owned,
    store,
)

PHONE = "+15555550123"


@pytest.fixture
def ahead(database: str) -> Ahead:
    """How the tests foretell."""
    return ahead_of(database, NOW)


@pytest.fixture
def looking(database: str) -> Iterator[Looking]:
    """How the tests look at their database."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield Looking(Reader(connection, KEYS), ZONE, NOW, new_id)


def told(looking: Looking, ahead: Ahead) -> str:
    """All that is told of the member, as one text."""
    found = explain_member(looking, PHONE, ahead)
    assert found is not None
    return "\n".join(found.sentences)


def test_a_member_without_consent_is_told_as_such(database: str, looking: Looking, ahead: Ahead) -> None:
    """Whoever wonders why nothing goes out reads it first."""
    number = a_number(PHONE)
    member = a_member(number)
    store(database, number, owned(number, member), member)
    text = told(looking, ahead)
    assert "No consent is on record" in text
    assert "Nobody is their specialist" in text


def test_what_was_put_off_is_told_with_its_reasons(database: str, looking: Looking, ahead: Ahead) -> None:
    """Each time, until when and why; it does not look as if its rule were over."""
    why = {NOW.isoformat(): "they are talking with a person", (NOW + timedelta(days=1)).isoformat(): "paused"}
    schedule_id = new_id()
    number = replace(a_number(PHONE, consent="given"), memory={"put_off": {str(schedule_id): why}})
    member = a_member(number)
    schedule = Schedule(
        schedule_id, member.id, number.id, "feedback", "FREQ=DAILY;COUNT=1", "2026-03-06T08:00:00", next_at=NOW - timedelta(hours=2)
    )  # fmt: skip
    timer = Timer("check-in", schedule_id, number.id, NOW + timedelta(days=1), fence="1")
    store(database, number, owned(number, member), member, schedule, timer)
    lines = [line for line in told(looking, ahead).splitlines() if line.startswith("feedback")]
    assert (
        "next Saturday 7 March 2026, 10:00:00 (America/New_York) (put off; its own moment is Friday 08:00)" in lines[0]
    )
    assert [line.rpartition(": ")[2] for line in lines[1:]] == ["they are talking with a person.", "paused."]
    assert "put off until Saturday 7 March 2026, 10:00" in lines[2]


def test_the_ledger_is_told_in_order(database: str, looking: Looking, ahead: Ahead) -> None:
    """Each yes and no with its proof, in the order in which they were said."""
    number = a_number(PHONE, consent="stopped")
    member = a_member(number)
    stopped = Ledger(new_id(), number.id, NOW, "stopped", "text")
    given = Ledger(new_id(), number.id, EARLIER, "given", "import", "signed on paper")
    store(database, number, owned(number, member), member, stopped, given)
    text = told(looking, ahead)
    assert "They said STOP" in text
    assert text.index("given, by import") < text.index("stopped, by text")
    assert "(signed on paper)" in text


def test_a_pause_and_the_window_are_told_in_their_own_time(database: str, looking: Looking, ahead: Ahead) -> None:
    """The window is the member's; it is ten in the morning where they are."""
    number = a_number(PHONE)
    member = replace(a_member(number), paused_at=EARLIER, paused_until=NOW + timedelta(days=1))
    store(database, number, owned(number, member), member)
    text = told(looking, ahead)
    assert "They paused, until Saturday 7 March 2026, 10:00:00" in text
    assert "it is 10:00 there, so that is open now" in text


def test_a_pause_that_has_run_out_is_not_told(database: str, looking: Looking, ahead: Ahead) -> None:
    """A pause is told while it lasts, also where its end was not carried out yet."""
    number = a_number(PHONE)
    member = replace(a_member(number), paused_at=EARLIER, paused_until=NOW)
    store(database, number, owned(number, member), member)
    assert "paused" not in told(looking, ahead)


RULE = ("FREQ=DAILY", "2026-03-01T09:00:00")


def planned(database: str, schedule: Schedule, consent: str = "given", **fields: object) -> None:
    """A member with one schedule, its next moment set as the service sets it."""
    number = a_number(PHONE, consent)
    member = replace(a_member(number), id=schedule.member_id, per_day=3, per_week=9, **fields)  # type: ignore[arg-type]
    schedule = replace(schedule, number_id=number.id)
    scene = scene_of(number).with_rows(owned(number, member), member)
    scene = set_next(scene, schedule, member, setting().organisation, NOW)
    store(database, number, *scene.changed.values())


def a_schedule(rule: str = "FREQ=DAILY", starts: str = "2026-03-01T09:00:00", **fields: object) -> Schedule:
    """A schedule of a member who is not there yet."""
    return replace(Schedule(new_id(), new_id(), new_id(), "check-in", rule, starts), **fields)  # type: ignore[arg-type]


def test_schedules_tell_their_next_moments(database: str, looking: Looking, ahead: Ahead) -> None:
    """Nine o'clock stays nine o'clock over the change of clocks on 8 March."""
    planned(database, a_schedule())
    found = explain_member(looking, PHONE, ahead)
    assert found is not None
    moments = ["2026-03-07T14:00:00+00:00", "2026-03-08T13:00:00+00:00", "2026-03-09T13:00:00+00:00"]
    assert found.data["schedules"] == [
        {"flow": "check-in", "rule": "FREQ=DAILY", "active": True, "next": moments, "left_out": []}
    ]
    assert found.data["next_text"] == {"at": moments[0], "flow": "check-in"}
    assert "next Saturday 7 March 2026, 09:00:00" in told(looking, ahead)
    assert "the next unasked text goes Saturday 7 March 2026, 09:00:00 (America/New_York) (check-in)." in told(
        looking, ahead
    )


def test_open_now_is_told_by_the_hours_that_decide(database: str, looking: Looking, ahead: Ahead) -> None:
    """Their own hours reach to eleven, the organisation's to eight: at half past nine nothing goes."""
    planned(database, a_schedule(), window_start="09:00", window_end="23:00", windows={"6": None})
    text = told(replace(looking, now=NOW + timedelta(hours=11, minutes=30)), ahead)
    assert "Unasked texts go from 09:00 to 20:00 in America/New_York" in text
    assert "it is 21:30 there, so that is closed now" in text
    assert "On Sundays none go." in text


def test_what_is_left_out_is_told_with_its_reason(database: str, looking: Looking, ahead: Ahead) -> None:
    """Monday's moment falls into their pause: the next text is Wednesday's, and Monday says why it is none."""
    schedule = a_schedule("FREQ=WEEKLY;BYDAY=MO,WE")
    planned(database, schedule, paused_at=EARLIER, paused_until=NOW + timedelta(days=4))
    text = told(looking, ahead)
    assert "left out Monday 9 March 2026, 09:00:00 (America/New_York): paused" in text
    assert "the next unasked text goes Wednesday 11 March 2026, 09:00:00" in text


def test_without_consent_nothing_is_foretold_as_if_it_went(database: str, looking: Looking, ahead: Ahead) -> None:
    """Every moment is left out, and each says so."""
    planned(database, a_schedule(), consent="declined")
    text = told(looking, ahead)
    assert "If nobody writes meanwhile, no text goes to them unasked in the coming 35 days." in text
    assert "check-in is left out: no consent on record" in text
    assert "next Saturday" not in text


def test_a_reminder_tells_when_it_speaks(database: str, looking: Looking, ahead: Ahead) -> None:
    """Three hours before eight in the morning is a quarter to eight the evening before."""
    visit = a_schedule(
        ONCE, "2026-03-10T05:00:00", kind="time-bound", date_id=new_id(), date_at="2026-03-10T08:00:00", relative="3 hours before"
    )  # fmt: skip
    planned(database, visit)
    text = told(looking, ahead)
    assert (
        "next Monday 9 March 2026, 19:45:00 (America/New_York) (within their hours; its own moment is Tuesday 05:00)"
        in text
    )


def test_what_waits_for_the_hours_says_until_when_and_why(database: str, looking: Looking, ahead: Ahead) -> None:
    """Due at seven, it goes at nine."""
    planned(database, a_schedule(starts="2026-03-01T07:00:00"))
    text = told(looking, ahead)
    assert "next Saturday 7 March 2026, 09:00:00 (America/New_York) (put off; its own moment is Saturday 07:00)" in text
    waits = "Saturday 7 March 2026, 07:00:00 (America/New_York): check-in waits until Saturday 7 March 2026, 09:00:00"
    assert f"{waits} (America/New_York), as it is put off: outside their hours." in text


def test_one_that_was_removed_is_not_told_as_ended(database: str, looking: Looking, ahead: Ahead) -> None:
    """Whoever wonders why it is silent learns that somebody took it away."""
    number = a_number(PHONE, "given")
    member = a_member(number)
    removed = Schedule(new_id(), member.id, number.id, "check-in", *RULE, active=False)
    ended = replace(removed, id=new_id(), flow="feedback", rule="FREQ=DAILY;COUNT=1", last_at=EARLIER)
    store(database, number, owned(number, member), member, removed, ended)
    text = told(looking, ahead)
    assert "check-in: by the rule FREQ=DAILY, it was removed and speaks no more." in text
    assert "feedback: by the rule FREQ=DAILY;COUNT=1, it has no moment left; it last spoke Sunday 1 February" in text


def test_a_cap_that_is_reached_is_told(database: str, looking: Looking, ahead: Ahead) -> None:
    """One went out today already."""
    number = a_number(PHONE, "given")
    member = a_member(number)
    went = an_outbound(number, "routine", state="sent", at=NOW - timedelta(hours=1))
    store(database, number, owned(number, member), member, went)
    assert "They had already 1 unasked today, which is their cap." in told(looking, ahead)


def test_a_flow_that_is_not_published_is_foretold_as_a_fault(database: str, looking: Looking, ahead: Ahead) -> None:
    """Nobody gets a crash for an answer, nor a promise that will not be kept."""
    planned(database, a_schedule(flow="nowhere"))
    assert "it cannot be decided as things are" in told(looking, ahead)


def test_what_is_under_way_is_told(database: str, looking: Looking, ahead: Ahead) -> None:
    """The conversation, what waits and for whom, and what is set for later."""
    staff_number, number = a_number("+15555550199"), a_number(PHONE)
    rosa = a_specialist(staff_number)
    member = a_member(number, specialist_id=rosa.id)
    talk = Conversation(new_id(), member.id, number.id, "check-in", {"check-in": 2}, "{}", NOW, "schedule")
    waits = QueueItem(new_id(), number.id, "talk", NOW, member.id, rosa.id)
    timer = Timer("thread", new_id(), number.id, NOW + timedelta(hours=1))
    store(database, staff_number, owned(staff_number, rosa), rosa)
    store(database, number, owned(number, member), member, talk, waits, timer)
    text = told(looking, ahead)
    assert "Their specialist is Rosa; the backup is nobody." in text
    assert "In the conversation check-in since" in text
    assert "Waits for Rosa since" in text
    assert "the thread closes, if nobody writes and nothing waits." in text


def test_the_last_messages_tell_their_reasons_and_no_words(database: str, looking: Looking, ahead: Ahead) -> None:
    """The newest come last, and none shows what was written."""
    number = a_number(PHONE)
    member = a_member(number)
    texts = [an_outbound(number, body="secret", at=NOW - timedelta(minutes=back)) for back in range(LAST + 5)]
    came = replace(an_inbound(number, "secret"), received_at=NOW + timedelta(minutes=1), ends={"in": ["queue"]})
    store(database, number, owned(number, member), member, came, *texts)
    lines = [line for line in told(looking, ahead).splitlines() if "To them" in line or "From them" in line]
    assert len(lines) == LAST
    assert "From them: settled, ended in queue." in lines[-1]
    assert all("Why: a rule." in line for line in lines[:-1])
    assert "secret" not in told(looking, ahead)


def test_a_number_that_is_no_members_has_nothing_to_tell(database: str, looking: Looking, ahead: Ahead) -> None:
    """An unknown number has no story, also once it has written."""
    assert explain_member(looking, PHONE, ahead) is None
    store(database, a_number(PHONE))
    assert explain_member(looking, PHONE, ahead) is None


def called(about: Number, whom: Number, place: int, alert: int) -> tuple[Escalation, Call]:
    """An alert about a number, and the call that told somebody of it."""
    at = NOW - timedelta(minutes=place)
    escalation = Escalation(new_id(), alert, about.id, 2, "words", at)
    return escalation, Call(
        new_id(), whom.id, "alert", "landline", "en", at, at, 0, escalation.id, state="failed", ended="busy"
    )


def test_calls_are_told_of_the_member_they_were_about_and_of_whom_they_rang(
    database: str, looking: Looking, ahead: Ahead
) -> None:
    """The last ones, in order; of one of staff that is nearly all there is to tell."""
    number, theirs, other = a_number(PHONE), a_number("+15555550199"), a_number("+15555550124")
    rosa, member = a_specialist(theirs), a_member(number)
    store(database, theirs, owned(theirs, rosa), rosa)
    store(database, other, *called(other, theirs, 90, 99))
    rows = [row for place in range(LAST + 2) for row in called(number, theirs, place, place + 1)]
    store(database, number, owned(number, member), member, *rows)
    for phone, first in ((PHONE, "09:51:00"), ("+15555550199", "09:51:00")):
        found = explain_member(looking, phone, ahead)
        assert found is not None
        calls = [line for line in found.sentences if line.startswith("Call to Rosa (specialist)")]
        assert len(calls) == LAST
        assert first in calls[0]
        assert "10:00:00" in calls[-1]
        assert all("(busy)" in line for line in calls)


def test_one_of_staff_is_told_by_what_concerns_their_phone(database: str, looking: Looking, ahead: Ahead) -> None:
    """Who they are, their STOP, and that nobody called."""
    number = a_number(PHONE, consent="stopped")
    rosa = a_specialist(number)
    store(database, number, owned(number, rosa), rosa)
    text = told(looking, ahead)
    assert "Rosa (specialist), of staff since" in text
    assert "They said STOP: neither texts nor calls go" in text
    assert text.endswith("No call was placed to this phone.")


def test_what_is_set_for_later_is_told_in_words() -> None:
    """A kind of timer that a capability brings has words for whoever asks."""
    assert {*LADDER, *PROMISES, *THREADS, *DELIVERIES, *unreached_handlers(TwilioErrors())} - COMING.keys() == set()
