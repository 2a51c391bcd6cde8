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
from service.gateways.ids import new_id
from service.promises import TIMER_HANDLERS as PROMISES
from service.store.reading import Reader
from service.store.rows import Call, Conversation, Escalation, Ledger, Number, QueueItem, Schedule, Timer
from service.threads import TIMER_HANDLERS as THREADS
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
def looking(database: str) -> Iterator[Looking]:
    """How the tests look at their database."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield Looking(Reader(connection, KEYS), ZONE, NOW, new_id)


def told(looking: Looking) -> str:
    """All that is told of the member, as one text."""
    found = explain_member(looking, PHONE)
    assert found is not None
    return "\n".join(found.sentences)


def test_a_member_without_consent_is_told_as_such(database: str, looking: Looking) -> None:
    """Whoever wonders why nothing goes out reads it first."""
    number = a_number(PHONE)
    member = a_member(number)
    store(database, number, owned(number, member), member)
    text = told(looking)
    assert "No consent is on record" in text
    assert "Nobody is their specialist" in text


def test_what_was_put_off_is_told_with_its_reasons(database: str, looking: Looking) -> None:
    """Each time, until when and why; it does not look as if its rule were over."""
    why = {NOW.isoformat(): "they are talking with a person", (NOW + timedelta(days=1)).isoformat(): "paused"}
    schedule_id = new_id()
    number = replace(a_number(PHONE, consent="given"), memory={"put_off": {str(schedule_id): why}})
    member = a_member(number)
    schedule = Schedule(
        schedule_id, member.id, number.id, "feedback", "FREQ=DAILY;COUNT=1", "2026-03-06T08:00:00", next_at=NOW - timedelta(hours=2)
    )  # fmt: skip
    store(database, number, owned(number, member), member, schedule)
    lines = [line for line in told(looking).splitlines() if line.startswith("feedback")]
    assert lines[0] == "feedback: its last moment is being held."
    assert [line.rpartition(": ")[2] for line in lines[1:]] == ["they are talking with a person.", "paused."]
    assert "put off until Saturday 7 March 2026, 10:00" in lines[2]


def test_the_ledger_is_told_in_order(database: str, looking: Looking) -> None:
    """Each yes and no with its proof, in the order in which they were said."""
    number = a_number(PHONE, consent="stopped")
    member = a_member(number)
    stopped = Ledger(new_id(), number.id, NOW, "stopped", "text")
    given = Ledger(new_id(), number.id, EARLIER, "given", "import", "signed on paper")
    store(database, number, owned(number, member), member, stopped, given)
    text = told(looking)
    assert "They said STOP" in text
    assert text.index("given, by import") < text.index("stopped, by text")
    assert "(signed on paper)" in text


def test_a_pause_and_the_window_are_told_in_their_own_time(database: str, looking: Looking) -> None:
    """The window is the member's; it is ten in the morning where they are."""
    number = a_number(PHONE)
    member = replace(a_member(number), paused_at=EARLIER, paused_until=NOW + timedelta(days=1))
    store(database, number, owned(number, member), member)
    text = told(looking)
    assert "They paused, until Saturday 7 March 2026, 10:00:00" in text
    assert "it is 10:00 there, so that is open now" in text


def test_a_pause_that_has_run_out_is_not_told(database: str, looking: Looking) -> None:
    """A pause is told while it lasts, also where its end was not carried out yet."""
    number = a_number(PHONE)
    member = replace(a_member(number), paused_at=EARLIER, paused_until=NOW)
    store(database, number, owned(number, member), member)
    assert "paused" not in told(looking)


def test_schedules_tell_their_next_moments(database: str, looking: Looking) -> None:
    """Nine o'clock stays nine o'clock over the change of clocks on 8 March."""
    number = a_number(PHONE)
    member = a_member(number)
    schedule = Schedule(new_id(), member.id, number.id, "check-in", "FREQ=DAILY", "2026-03-01T09:00:00")
    store(database, number, owned(number, member), member, schedule)
    found = explain_member(looking, PHONE)
    assert found is not None
    moments = ["2026-03-07T14:00:00+00:00", "2026-03-08T13:00:00+00:00", "2026-03-09T13:00:00+00:00"]
    assert found.data["schedules"] == [{"flow": "check-in", "rule": "FREQ=DAILY", "next": moments}]
    assert "next Saturday 7 March 2026, 09:00:00" in told(looking)


def test_what_is_under_way_is_told(database: str, looking: Looking) -> None:
    """The conversation, what waits and for whom, and what is set for later."""
    staff_number, number = a_number("+15555550199"), a_number(PHONE)
    rosa = a_specialist(staff_number)
    member = a_member(number, specialist_id=rosa.id)
    talk = Conversation(new_id(), member.id, number.id, "check-in", {"check-in": 2}, "{}", NOW, "schedule")
    waits = QueueItem(new_id(), number.id, "talk", NOW, member.id, rosa.id)
    timer = Timer("silence", talk.id, number.id, NOW + timedelta(hours=1))
    store(database, staff_number, owned(staff_number, rosa), rosa)
    store(database, number, owned(number, member), member, talk, waits, timer)
    text = told(looking)
    assert "Their specialist is Rosa; the backup is nobody." in text
    assert "In the conversation check-in since" in text
    assert "Waits for Rosa since" in text
    assert "Friday 6 March 2026, 11:00:00 (America/New_York): the conversation goes on without an answer." in text


def test_the_last_messages_tell_their_reasons_and_no_words(database: str, looking: Looking) -> None:
    """The newest come last, and none shows what was written."""
    number = a_number(PHONE)
    member = a_member(number)
    texts = [an_outbound(number, body="secret", at=NOW - timedelta(minutes=back)) for back in range(LAST + 5)]
    came = replace(an_inbound(number, "secret"), received_at=NOW + timedelta(minutes=1), ends={"in": ["queue"]})
    store(database, number, owned(number, member), member, came, *texts)
    lines = [line for line in told(looking).splitlines() if "To them" in line or "From them" in line]
    assert len(lines) == LAST
    assert "From them: settled, ended in queue." in lines[-1]
    assert all("Why: a rule." in line for line in lines[:-1])
    assert "secret" not in told(looking)


def test_a_number_that_is_no_members_has_nothing_to_tell(database: str, looking: Looking) -> None:
    """An unknown number has no story, also once it has written."""
    assert explain_member(looking, PHONE) is None
    store(database, a_number(PHONE))
    assert explain_member(looking, PHONE) is None


def called(about: Number, whom: Number, place: int, alert: int) -> tuple[Escalation, Call]:
    """An alert about a number, and the call that told somebody of it."""
    at = NOW - timedelta(minutes=place)
    escalation = Escalation(new_id(), alert, about.id, 2, "words", at)
    return escalation, Call(
        new_id(), whom.id, "alert", "landline", "en", at, at, 0, escalation.id, state="failed", ended="busy"
    )


def test_calls_are_told_of_the_member_they_were_about_and_of_whom_they_rang(database: str, looking: Looking) -> None:
    """The last ones, in order; of one of staff that is nearly all there is to tell."""
    number, theirs, other = a_number(PHONE), a_number("+15555550199"), a_number("+15555550124")
    rosa, member = a_specialist(theirs), a_member(number)
    store(database, theirs, owned(theirs, rosa), rosa)
    store(database, other, *called(other, theirs, 90, 99))
    rows = [row for place in range(LAST + 2) for row in called(number, theirs, place, place + 1)]
    store(database, number, owned(number, member), member, *rows)
    for phone, first in ((PHONE, "09:51:00"), ("+15555550199", "09:51:00")):
        found = explain_member(looking, phone)
        assert found is not None
        calls = [line for line in found.sentences if line.startswith("Call to Rosa (specialist)")]
        assert len(calls) == LAST
        assert first in calls[0]
        assert "10:00:00" in calls[-1]
        assert all("(busy)" in line for line in calls)


def test_one_of_staff_is_told_by_what_concerns_their_phone(database: str, looking: Looking) -> None:
    """Who they are, their STOP, and that nobody called."""
    number = a_number(PHONE, consent="stopped")
    rosa = a_specialist(number)
    store(database, number, owned(number, rosa), rosa)
    text = told(looking)
    assert "Rosa (specialist), of staff since" in text
    assert "They said STOP: neither texts nor calls go" in text
    assert text.endswith("No call was placed to this phone.")


def test_what_is_set_for_later_is_told_in_words() -> None:
    """A kind of timer that a capability brings has words for whoever asks."""
    assert {*LADDER, *PROMISES, *THREADS, *DELIVERIES, *unreached_handlers(TwilioErrors())} - COMING.keys() == set()
