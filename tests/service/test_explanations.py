"""Explaining why a message went, was held or was not sent, and what was read in one that came in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from service.explained_words import STATES, say_reason
from service.explanations import Looking, explain_message
from service.gateways.ids import new_id
from service.passed_over import STOPPED, WHAT
from service.rules.kinds import KINDS
from service.store.reading import Reader
from service.store.rows import Audit, Call, Escalation, Heard, QueueItem
from tests.stored import KEYS, NOW, ZONE, a_member, a_number, a_specialist, an_inbound, an_outbound, owned, store

PHONE = "+15555550123"
SECRET = "my very own words"


@pytest.fixture
def reader(database: str) -> Iterator[Reader]:
    """The database of a test, read with the tests' keys."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield Reader(connection, KEYS)


def looking(reader: Reader, *, words: bool = False) -> Looking:
    """How the tests look."""
    return Looking(reader, ZONE, NOW, new_id, words)


def told(reader: Reader, name: object, *, words: bool = False) -> str:
    """All sentences of an explanation as one text."""
    found = explain_message(looking(reader, words=words), str(name))
    assert found is not None
    return "\n".join(found.sentences)


def test_a_withheld_message_tells_the_rule_that_held_it(database: str, reader: Reader) -> None:
    """Why nobody was written to is told with the reason and its values."""
    number = a_number(PHONE)
    member = a_member(number)
    reason = {
        "rule": "already 1 unasked today, which is their cap",
        "flow": "check-in",
        "due": "2026-03-06T15:00:00+00:00",
    }
    message = an_outbound(number, "routine", state="withheld", reason=reason)
    store(database, number, owned(number, member), member, message)
    text = told(reader, message.id)
    assert "already 1 unasked today" in text
    assert "flow check-in" in text
    assert "It was not sent." in text
    assert "Ana (member)" in text


def test_a_withdrawn_message_tells_both_reasons(database: str, reader: Reader) -> None:
    """What let it go out, and what took it back."""
    number = a_number(PHONE)
    reason = {"rule": "their own schedule", "withdrawn": "they said stop"}
    message = an_outbound(number, "routine", state="withheld", reason=reason)
    store(database, number, message)
    text = told(reader, message.id)
    assert "Why: their own schedule." in text
    assert "It was withdrawn: they said stop." in text


def test_a_message_is_found_by_the_providers_id(database: str, reader: Reader) -> None:
    """Whoever looks at the provider's log has only that one."""
    number = a_number(PHONE)
    out, came = an_outbound(number, sid="SM-out", state="sent", sent_at=NOW), an_inbound(number)
    store(database, number, out, came)
    assert "Handed over Friday 6 March 2026, 10:00:00 (America/New_York), as SM-out." in told(reader, "SM-out")
    assert "From a number that nobody knows" in told(reader, "SM-in")


def test_nothing_is_told_of_a_message_that_is_not_there(reader: Reader) -> None:
    """A mistyped id is no crash."""
    assert explain_message(looking(reader), "SM-none") is None


def test_an_inbound_message_tells_what_was_read_and_what_followed(database: str, reader: Reader) -> None:
    """From the words of danger to the alert, the queue and the answer, all hang on the message."""
    staff_number, number = a_number("+15555550199"), a_number(PHONE)
    rosa = a_specialist(staff_number)
    member = a_member(number)
    came = an_inbound(number, SECRET)
    verdict = {"consent": None, "word": "now", "tier": 3, "categories": ["overdose"], "rules": ["od-01"]}
    alert = Escalation(
        new_id(), 4821, number.id, 3, "od-01", NOW, member.id, came.id, state="taken", taken_by=rosa.id, taken_at=NOW
    )
    waits = QueueItem(
        new_id(), number.id, "danger", NOW, member.id, rosa.id, inbound_id=came.id, escalation_id=alert.id
    )
    answer = an_outbound(number, "safety", cause_id=came.id, reason={"rule": "safety_now_on"}, state="delivered")
    settled = replace(came, verdict=verdict, ends={"in": ["alert", "queue"]})
    store(database, staff_number, owned(staff_number, rosa), rosa)
    store(database, number, owned(number, member), member, settled, alert, waits, answer)
    text = told(reader, came.id)
    assert "the service word NOW" in text
    assert "words of danger, tier 3 (overdose; od-01)" in text
    assert "It ended in an alert, a person's queue." in text
    assert "It led to a safety text to Ana (member)" in text
    assert "Why: words of danger were read in their message; the text that is true now is safety_now_on." in text
    assert "Alert 4821, tier 3" in text
    assert "taken by Rosa" in text
    assert "Waits for Rosa since" in text
    assert SECRET not in text


def test_what_staff_meant_is_told(database: str, reader: Reader) -> None:
    """A reply that could have been for two people says that it was asked back."""
    number = a_number(PHONE)
    rosa = a_specialist(number)
    came = replace(an_inbound(number), ends={"in": ["held"], "how": "asked which"})
    store(database, number, owned(number, rosa), rosa, came)
    assert "It ended in a question back: for whom it is (asked which)." in told(reader, came.id)


def test_a_message_that_is_not_decided_says_so(database: str, reader: Reader) -> None:
    """What could not be decided is never told as if it were done."""
    number = a_number(PHONE)
    came = an_inbound(number)
    unsettled = replace(came, state="unsettled", tries=1)
    store(database, number, unsettled)
    assert "not decided yet, after 2 tries" in told(reader, came.id)


def test_words_are_shown_only_when_asked_for_and_that_is_kept(database: str, reader: Reader) -> None:
    """A look at what somebody wrote can be accounted for later."""
    number = a_number(PHONE)
    came = an_inbound(number, SECRET)
    store(database, number, came)
    audits = "select what, about from audit"
    assert SECRET not in told(reader, came.id)
    assert reader.connection.execute(audits).fetchall() == []
    assert SECRET in told(reader, came.id, words=True)
    assert reader.connection.execute(audits).fetchall() == [("words shown by explain", came.id)]


def test_data_has_no_words_either(database: str, reader: Reader) -> None:
    """The form for programs shows as little as the one for people."""
    number = a_number(PHONE)
    came = an_inbound(number, SECRET)
    store(database, number, came, an_outbound(number, cause_id=came.id, body=SECRET))
    found = explain_message(looking(reader), str(came.id))
    assert found is not None
    assert SECRET not in str(found.data)
    assert found.data["followed"][0]["reason"] == {"rule": "a rule"}


def test_a_held_message_tells_when_it_may_go(database: str, reader: Reader) -> None:
    """What waits tells until when it waits, and when it would be stale."""
    number = a_number(PHONE)
    later = NOW + timedelta(hours=1)
    message = an_outbound(number, ready_at=later, expires_at=later + timedelta(hours=4))
    store(database, number, message)
    text = told(reader, message.id)
    assert "It may go Friday 6 March 2026, 11:00:00" in text
    assert "After Friday 6 March 2026, 15:00:00" in text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_message_has_words(kind: str) -> None:
    """A kind that is added must be explained too."""
    assert KINDS[kind].meaning


def test_every_state_of_delivery_has_words() -> None:
    """The states are those of DESIGN.md and the one while an uncertain send is settled."""
    states = ["queued", "sending", "unsure", "sent", "delivered", "undelivered", "failed", "unknown", "withheld"]
    assert STATES.keys() == set(states)


def test_a_reason_without_a_rule_is_named_as_a_fault() -> None:
    """Every message has its reason; one without is the service's mistake and is not papered over."""
    assert "fault" in say_reason({})


def test_an_alert_that_was_called_out_tells_how_the_call_went(database: str, reader: Reader) -> None:
    """Why they were called, how it ended, and what the key did; no words and no number."""
    about, theirs = a_number(PHONE), a_number("+15555550124")
    rosa = a_specialist(theirs)
    escalation = Escalation(new_id(), 1, about.id, 2, "words", NOW)
    message = an_outbound(theirs, "alert", state="undelivered", error_code=30006, escalation_id=escalation.id)
    call = Call(
        new_id(), theirs.id, "alert", "landline", "en", NOW, NOW, 0, escalation.id, state="ended", ended="completed"
    )
    store(database, about, escalation)
    store(database, owned(theirs, rosa), rosa, message, call, Heard(call.id, 0, "call_alert", NOW))
    store_more = Heard(call.id, 1, "call_taken_landline", NOW, "1")
    store(database, a_number("+15555550125"), store_more)
    text = told(reader, message.id)
    assert "Call to Rosa (specialist)" in text
    assert "because that phone gets no texts" in text
    assert "(completed); the key 1 took the alert." in text


def test_whom_an_alert_passed_over_is_told_with_the_reason(database: str, reader: Reader) -> None:
    """Whoever asks why nobody came sooner reads who could not be told."""
    number, theirs = a_number(PHONE), a_number("+15555550124")
    rosa = a_specialist(theirs)
    alert = Escalation(new_id(), 7, number.id, 2, "words of danger", NOW)
    line = Audit(new_id(), NOW, None, WHAT, alert.id, {"running": 7, "staff": str(rosa.id), "why": STOPPED})
    message = an_outbound(theirs, "alert", escalation_id=alert.id)
    store(database, number, owned(theirs, rosa), rosa, alert, message, line)
    assert f"Alert 7 passed over {rosa.name}, " in told(reader, message.id)
    assert "their phone said STOP" in told(reader, message.id)
