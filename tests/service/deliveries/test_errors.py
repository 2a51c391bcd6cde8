"""What the provider's errors say about a number, about words, or about all of us, also where they come in a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from service.deliveries.choosing import IN_DOUBT
from service.gateways.ids import new_id
from service.store.commit import write
from service.store.dialing import Result, note_call
from service.store.rows import Call, Number, QueueItem
from service.store.scene import scene_of
from tests.service.deliveries.office import Office
from tests.stored import KEYS, a_number, a_specialist, owned

EVERYBODY = (20003, 21606, 21703, 30002, 30022, 30023, 30032, 30034)
PERMANENT = (21211, 21614, 30005, 30006)
FOR_NOW = (20429, 21611, 30001)


def someone(office: Office, role: str = "coordinator", place: int = 77) -> Number:
    """Somebody of staff with this role."""
    number = a_number(f"+120255501{place}", "given")
    person = a_specialist(number, role.title(), role)
    office.add(owned(number, person), person)
    return number


def timers(office: Office, kind: str) -> list[tuple[UUID, str]]:
    """The numbers and fences of what is due of a kind."""
    rows = office.rows("select number_id, fence from timers where kind = %s", kind)
    return [(row["number_id"], row["fence"]) for row in rows]


def handed(office: Office, number: Number, kind: str = "routine") -> UUID:
    """A message that the provider took."""
    message = office.queue(number, kind)
    office.deliveries.run()
    assert office.state(message) == "sent"
    return message


def fail(office: Office, message: UUID, code: int, status: str = "failed") -> bool:
    """The provider's report that a message failed."""
    return office.deliveries.report(message, office.row(message)["sid"], status, code)


@pytest.mark.parametrize("code", EVERYBODY)
def test_an_error_about_the_account_in_a_report_holds_routine_texts_alone(office: Office, code: int) -> None:
    """The create calls go well, the texts do not: check-ins wait, what people wrote and safety are tried; the coordinator's queue has it once."""
    cora = someone(office)
    first, second = handed(office, office.known(11)), handed(office, office.known(12))
    assert fail(office, first, code)
    assert fail(office, second, code)
    waiting = office.queue(office.known(13), "routine")
    others = [office.queue(office.known(14 + place), kind) for place, kind in enumerate(("alert", "safety", "person"))]
    office.deliveries.run()
    assert office.state(waiting) == "queued"
    assert {office.state(other) for other in others} == {"sent"}
    assert timers(office, "account refused") == [(cora.id, str(code))]


def test_the_hold_ends_by_itself_and_the_next_trouble_is_told_anew(office: Office) -> None:
    """Held for minutes of machine time; within ten minutes it is the same trouble, of which people know."""
    someone(office)
    fail(office, handed(office, office.known(11)), 30034)
    office.change("delete from timers")
    waiting = office.queue(office.known(12), "routine")
    office.change("update senders set held_until = held_until - interval '5 minutes 1 second'")
    office.deliveries.run()
    assert office.state(waiting) == "sent"
    fail(office, waiting, 30034)
    assert timers(office, "account refused") == []
    office.change("update senders set held_until = held_until - interval '16 minutes'")
    fail(office, handed(office, office.known(13)), 30034)
    assert len(timers(office, "account refused")) == 1


def entry_of(office: Office, number: Number) -> UUID:
    """It stands in somebody's queue that the account is refused."""
    entry = QueueItem(new_id(), number.id, "account", office.deliveries.clock.now(), role="coordinator")
    with psycopg.connect(office.database, autocommit=True) as connection:
        [version] = connection.execute("select version from numbers where id = %s", (number.id,)).fetchall()
        scene = scene_of(replace(number, version=version[0])).with_rows(entry)
        assert 0 in write(connection, [scene], KEYS)
    return entry.id


def test_an_incident_is_over_when_a_text_was_taken_after_the_hold(office: Office) -> None:
    """Not before: while nothing is sent nobody knows. Then whoever has it in their queue is told, and the next trouble is a new one."""
    cora = someone(office)
    fail(office, handed(office, office.known(11)), 30034)
    office.change("delete from timers")
    entry_of(office, cora)
    assert office.deliveries.end_incidents() == 0
    office.change("update senders set held_until = held_until - interval '5 minutes 1 second'")
    assert office.deliveries.end_incidents() == 0
    taken = handed(office, office.known(12))
    assert office.deliveries.end_incidents() == 0  # its report may still say no
    assert office.deliveries.report(taken, office.row(taken)["sid"], "delivered", None)
    assert office.deliveries.end_incidents() == 1
    assert timers(office, "account works") == [(cora.id, "")]
    assert office.rows("select held_until, held_code from senders") == [{"held_until": None, "held_code": None}]
    assert office.deliveries.end_incidents() == 0
    fail(office, handed(office, office.known(13)), 20003)
    assert timers(office, "account refused") == [(cora.id, "20003")]


@pytest.mark.parametrize(("refusing", "fence"), [(False, "told"), (True, "")])
def test_whoever_has_the_text_that_it_is_over_is_not_told_again(office: Office, fence: str, *, refusing: bool) -> None:
    """It waited since the first refusal, and is the first to go; where it failed all the same, another tells them."""
    cora = someone(office)
    entry_of(office, cora)
    office.refuse(20003)
    waiting = office.queue(replace(cora, version=2), "staff", reason={"rule": "told: account_works"})
    office.deliveries.run()
    assert office.state(waiting) == "queued"
    office.accept()
    office.change("update senders set held_until = held_until - interval '61 seconds'")
    office.let_pass(timedelta(minutes=1))
    office.deliveries.run()
    sid = office.row(waiting)["sid"]
    assert office.deliveries.report(waiting, sid, "failed" if refusing else "delivered", 30008 if refusing else None)
    handed(office, office.known(12))
    office.change("update outbound set state = 'delivered' where id <> %s", waiting)
    assert office.deliveries.end_incidents() == 1
    assert office.rows("select fence from timers where kind = 'account works'") == [{"fence": fence}]


@pytest.mark.parametrize(("later", "ended"), [(60, 0), (121, 1)])
def test_an_incident_is_over_where_no_carrier_reports(office: Office, later: int, ended: int) -> None:
    """A text of which nothing bad was heard for two minutes was taken."""
    someone(office)
    fail(office, handed(office, office.known(11)), 30034)
    office.change("update senders set held_until = held_until - interval '1 hour'")
    handed(office, office.known(12))
    office.change("update outbound set claimed_at = claimed_at - %s", timedelta(seconds=later))
    assert office.deliveries.end_incidents() == ended


@pytest.mark.parametrize("closed", [False, True])
def test_a_call_about_the_account_is_followed_by_the_next_while_its_entry_is_open(
    office: Office, *, closed: bool
) -> None:
    """Whatever closes the entry ends the calls, those under way too."""
    cora = someone(office)
    entry = entry_of(office, cora)
    office.change("update queue set closed_at = %s where %s", office.deliveries.clock.now(), closed)
    now = office.deliveries.clock.now()
    call = Call(
        new_id(), cora.id, "account", "account", "en", now, now, 0, incident_id=entry, state="sending", claim=entry
    )
    office.add(replace(cora, version=2), call)
    with psycopg.connect(office.database, autocommit=True) as connection:
        note_call(connection, Result(call.id, entry, "failed", code=20003), now)
    assert timers(office, "no texts go out") == ([] if closed else [(cora.id, "1")])


@pytest.mark.parametrize("code", EVERYBODY)
def test_an_error_about_the_account_at_once_holds_and_is_told_to_a_supervisor_where_nobody_coordinates(
    office: Office, code: int
) -> None:
    """The routine text is kept for later, and stale ones are not sent when the account works again."""
    supervisor = someone(office, "supervisor")
    office.refuse(code)
    now = office.deliveries.clock.now()
    kept = office.queue(office.known(11), "routine", expires_at=now + timedelta(hours=1))
    office.deliveries.run()
    assert (office.state(kept), timers(office, "account refused")) == ("queued", [(supervisor.id, str(code))])
    fresh = office.queue(office.known(12), "routine", expires_at=now + timedelta(hours=3))
    office.accept()
    office.change("update senders set held_until = now()")
    office.let_pass(timedelta(hours=1))
    office.deliveries.run()
    assert (office.state(kept), office.state(fresh), len(office.accepted())) == ("withheld", "sent", 1)


def test_a_repeated_report_holds_nothing_again(office: Office) -> None:
    """What the provider repeats days later is no news about the account."""
    first = handed(office, office.known(11))
    assert fail(office, first, 30002)
    office.change("update senders set held_until = null")
    assert not fail(office, first, 30002)
    assert office.rows("select held_until from senders") == [{"held_until": None}]


def test_a_stop_that_only_the_provider_knows_becomes_ours_by_a_report_too(office: Office) -> None:
    """21610 in a report: what waits is withheld, and the ledger says whose word it was."""
    number = office.known(11)
    message = handed(office, number)
    later = office.queue(number, "answer")
    fail(office, message, 21610)
    office.deliveries.run()
    assert office.state(later) == "withheld"
    assert office.rows("select what, how from consent_ledger") == [{"what": "stopped", "how": "provider"}]


@pytest.mark.parametrize("code", PERMANENT)
@pytest.mark.parametrize("late", [False, True])
def test_a_number_that_takes_no_texts_is_looked_after_by_a_person(office: Office, code: int, *, late: bool) -> None:
    """Never tried again by itself, whether the create call or the report says so."""
    number = office.known(11)
    if late:
        message = handed(office, number)
        fail(office, message, code, "undelivered")
    else:
        office.refuse(code)
        message = office.queue(number, "routine")
        office.deliveries.run()
    assert office.row(message)["error_code"] == code
    assert timers(office, "not reached") == [(number.id, f"{code}:false")]
    office.let_pass(timedelta(days=1))
    assert office.deliveries.run() == 0


def test_nothing_automatic_goes_to_a_number_in_doubt_and_peoples_words_do(office: Office) -> None:
    """Withheld at the last moment, with the reason; a person may try."""
    number = office.known(11, memory={"bad": 30005})
    held = [office.queue(number, kind, kind) for kind in ("routine", "answer")]
    office.queue(number, "person", "a person")
    office.deliveries.run()
    assert office.accepted() == ["a person"]
    assert {office.row(one)["reason"]["withdrawn"] for one in held} == {IN_DOUBT}


def test_a_phone_that_is_off_three_times_in_a_row_is_told_once(office: Office) -> None:
    """The third says so; the fourth says nothing new; one that arrived begins the count anew."""
    number = office.known(11)
    said = []
    for outcome in ("off", "off", "off", "off", "fine", "off", "off", "off"):
        message = handed(office, number)
        if outcome == "off":
            fail(office, message, 30003, "undelivered")
        else:
            office.deliveries.report(message, office.row(message)["sid"], "delivered", None)
        said.append("30003:true" in [fence for _, fence in timers(office, "not reached")])
        office.change("delete from timers")
        office.let_pass(timedelta(hours=1))
    assert said == [False, False, True, False, False, False, False, True]


@pytest.mark.parametrize("kind", ["routine", "answer", "person", "safety", "staff"])
def test_words_that_a_carrier_filters_are_not_sent_again(office: Office, kind: str) -> None:
    """30007, at once or in a report: it has failed, and stays so."""
    message = handed(office, office.known(11), kind)
    fail(office, message, 30007, "undelivered")
    office.refuse(30007)
    other = office.queue(office.known(12), kind)
    office.deliveries.run()
    office.accept()
    office.let_pass(timedelta(hours=3))
    office.deliveries.run()
    assert (office.state(message), office.state(other), len(office.accepted())) == ("undelivered", "failed", 1)


@pytest.mark.parametrize("code", FOR_NOW)
def test_what_is_refused_for_now_is_tried_again_with_longer_pauses_until_it_is_stale(office: Office, code: int) -> None:
    """A second, two, four and so on, never beyond what the text is worth."""
    office.fault("error", code=str(code), count="5")
    now = office.deliveries.clock.now()
    message = office.queue(office.known(11), "routine", expires_at=now + timedelta(seconds=12))
    pauses = []
    for _ in range(3):
        office.deliveries.run()
        row = office.row(message)
        pauses.append(round((row["ready_at"] - office.deliveries.clock.now()).total_seconds()))
        office.set_clock(row["ready_at"])
    office.deliveries.run()
    assert (pauses, office.state(message), office.row(message)["error_code"]) == ([1, 2, 4], "failed", code)
    assert office.accepted() == []


@pytest.mark.parametrize("code", [30001, 30036, 30008])
def test_a_safety_text_that_failed_after_all_is_told_to_people(office: Office, code: int) -> None:
    """The queue of the provider was full, it would have come too late, or nobody knows why."""
    number = office.known(11)
    fail(office, handed(office, number, "safety"), code)
    assert timers(office, "safety unsent") == [(number.id, "failed")]
