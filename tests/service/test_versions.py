"""Publishing versions of flows while people are in them, on a real database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import orjson
import psycopg
import pytest

from flows.engine.problems import Finding
from flows.engine.session import load_session
from service.assembly import conversation_handlers
from service.conversations import Beginning, begin, go_on, replied, silent
from service.flow_history import NoSuchVersion, history, version_at, version_before
from service.gateways.ids import new_id
from service.publishing import PublishingRefused, digest_of, open_shelf
from service.rules.catalogue import CATALOGUE
from service.store.commit import write
from service.store.database import open_pool
from service.store.flow_versions import current_versions, hold
from service.store.reading import Reader
from service.store.rows import Audit, Conversation, Outbound, QueueItem, Schedule, Timer
from service.store.scene import Scene
from service.versions import NotConfirmed, Order, Press, Published, publish_files
from tests.house import setting
from tests.stored import KEYS, NOW, a_member, a_number, a_specialist, an_inbound, owned, scene_at, store

ANA = "+15555550123"
BASE = """\
flow: hello
title: A hello
purpose: A small flow for tests.
languages: [en, es]
silence:
  - {after: 24 hours, go: quietly}
steps:
  first:
    ask:
      en: "How is today? TALK for a person."
      es: "¿Qué tal hoy? HABLAR para una persona."
    replies:
      good: {words: {en: [good], es: [bien]}, go: thanks}
      anything: {go: heard}
  thanks:
    say: {en: "Good to hear.", es: "Qué bueno."}
    then: quietly
  heard:
    pass: {to: specialist}
    then: quietly
  quietly:
    end: yes
"""
WARMER = BASE.replace("Good to hear.", "Good to hear from you.")
RENAMED = WARMER.replace("  first:", "  greeting:") + "renamed: {first: greeting}\n"
WITHOUT = WARMER.replace("  first:", "  greeting:")
ASKS_NOTHING = WARMER.replace("  first:", "  greeting:") + "renamed: {first: thanks}\n"


@pytest.fixture
def press(database: str) -> Iterator[Press]:
    """A press over a database in which no flow was ever published."""
    with psycopg.connect(database) as connection:
        connection.execute("delete from published")
        connection.execute("delete from flow_versions")
    with open_pool(database, 2) as pool:
        shelf = open_shelf(database, CATALOGUE)
        yield Press(pool, KEYS, replace(setting(), flows=shelf), conversation_handlers(), CATALOGUE)


def publish(press: Press, *sources: str, confirmed: bool = False, by: str = "Cora") -> Published:
    """Publish these sources together."""
    named = {f"file{place}.yaml": source for place, source in enumerate(sources)}
    return publish_files(press, named, Order(by, "a reason", confirmed), NOW)


def test_a_flow_that_schedules_begin_may_not_take_what_they_cannot_give(database: str, press: Press) -> None:
    """Nothing is published; without such a schedule it may be, since another flow can run it."""
    number = a_number(ANA)
    member = a_member(number)
    schedule = Schedule(new_id(), member.id, number.id, "hello", "FREQ=DAILY", "2026-03-06T09:00:00")
    taking = BASE.replace("steps:", "takes:\n  coach: words up to 10\nsteps:", 1)
    publish(press, taking)
    store(database, number, owned(number, member), member, schedule)
    with pytest.raises(PublishingRefused, match="takes coach, which a schedule cannot give"):
        publish(press, taking.replace("Good to hear.", "Good to hear that."))
    publish(press, BASE)


def arrive(database: str, phone: str = ANA, consent: str = "given") -> None:
    """A member with a specialist, both in the database."""
    theirs, rosas = a_number(phone, consent), a_number(phone.replace("5550", "5551"))
    rosa = a_specialist(rosas)
    ana = a_member(theirs, "Ana", rosa.id)
    store(database, owned(rosas, rosa), rosa)
    store(database, owned(theirs, ana), ana)


def carry_out(press: Press, database: str, scene: Scene) -> None:
    """Write what was decided."""
    with psycopg.connect(database, autocommit=True) as connection:
        assert 0 in write(connection, [scene], press.keys)


def start(press: Press, database: str, phone: str = ANA, flow: str = "hello") -> None:
    """Begin a conversation as a schedule would."""
    scene = scene_at(database, phone)
    carry_out(press, database, begin(scene, press.setting, press.handlers, Beginning(flow, "schedule", "a rule"), NOW))


def say(press: Press, database: str, words: str, phone: str = ANA) -> None:
    """The member's reply to the open conversation."""
    scene = scene_at(database, phone)
    inbound = an_inbound(scene.number, words)
    inbound = replace(inbound, sid=str(inbound.id))
    moment = replied(words, inbound, NOW + timedelta(hours=1))
    carry_out(press, database, go_on(scene.with_rows(inbound), press.setting, press.handlers, moment))


def conversation(database: str, phone: str = ANA) -> Conversation:
    """The open conversation of a number."""
    found = scene_at(database, phone).conversation
    assert found is not None
    return found


def step(one: Conversation) -> str:
    """The step on which a conversation stands."""
    return load_session(orjson.loads(one.session)).frames[-1].step


def texts(press: Press) -> list[str]:
    """Every text to members and staff, in the order of writing."""
    with press.pool.connection() as connection:
        return [row.body for row in Reader(connection, KEYS).rows(Outbound, "true order by x.seq")]


def timers(press: Press) -> list[str]:
    """The kinds of the timers that are set."""
    with press.pool.connection() as connection:
        return [row.kind for row in Reader(connection, KEYS).rows(Timer, "true order by x.kind")]


def rows_of(press: Press, kind: type[Audit] | type[QueueItem]) -> int:
    """How many rows of a kind there are."""
    with press.pool.connection() as connection:
        return len(Reader(connection, KEYS).rows(kind, "true"))


def codes(findings: tuple[Finding, ...]) -> set[str]:
    """The codes of the errors among findings."""
    return {finding.code for finding in findings if finding.severity == "error"}


def test_a_new_version_takes_the_place_of_the_old_one(press: Press, database: str) -> None:
    """What changes is told in words, and who published it and why is kept."""
    publish(press, BASE)
    done = publish(press, WARMER, by="Ana")
    assert current_versions(database) == {"hello": 2}
    assert [str(change) for change in done.flows[0].changes] == [
        'In the step "thanks", the text in English was: Good to hear.\n    It is now: Good to hear from you.'
    ]
    with press.pool.connection() as connection:
        newest, first = history(connection, "hello")
    assert (newest.version, newest.is_current, newest.published_by, newest.note) == (2, True, "Ana", "a reason")
    assert (first.version, first.is_current, first.digest) == (1, False, digest_of(BASE))


def test_what_is_published_already_makes_no_version(press: Press, database: str) -> None:
    """Publishing again is harmless."""
    publish(press, BASE)
    done = publish(press, BASE)
    assert (done.flows[0].version, done.flows[0].replaces) == (1, 1)
    assert current_versions(database) == {"hello": 1}


def test_people_finish_on_the_version_they_began_with(press: Press, database: str) -> None:
    """A better wording reaches the next conversation, not the one under way; publishing says who stands where."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    done = publish(press, WARMER)
    (standing,) = done.flows[0].standings
    assert (standing.fate, standing.people, standing.step, standing.version) == ("stays", 1, "first", 1)
    say(press, database, "good")
    assert texts(press)[-1] == "Good to hear."
    start(press, database)
    say(press, database, "good")
    assert texts(press)[-1] == "Good to hear from you."


def test_a_renamed_step_takes_its_people_over(press: Press, database: str) -> None:
    """They answer in the new version; the timer of their silence is as it was, and what happened is in the audit."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    before = conversation(database)
    done = publish(press, RENAMED)
    (standing,) = done.flows[0].standings
    assert (standing.fate, standing.goes_to) == ("moves", "greeting")
    after = conversation(database)
    assert (after.versions, step(after), after.fence) == ({"hello": 2}, "greeting", before.fence)
    assert (timers(press), rows_of(press, Audit)) == (["silence"], 1)
    say(press, database, "good")
    assert texts(press)[-1] == "Good to hear from you."


def test_the_silence_of_those_taken_over_is_heard(press: Press, database: str) -> None:
    """The fence that the timer carries still is the conversation's."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    publish(press, RENAMED)
    scene = scene_at(database, ANA)
    after = go_on(scene, press.setting, press.handlers, silent(conversation(database).fence, NOW + timedelta(days=1)))
    assert after.conversation is None


def test_nobody_is_left_on_a_step_that_goes_without_a_word(press: Press, database: str) -> None:
    """It is told and nothing is published; confirmed, they finish on their version, and nobody falls silent."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    with pytest.raises(NotConfirmed) as asked:
        publish(press, WITHOUT)
    assert '1 person stands on "first" of version 1' in str(asked.value)
    assert current_versions(database) == {"hello": 1}
    publish(press, WITHOUT, confirmed=True)
    assert conversation(database).versions == {"hello": 1}
    say(press, database, "good")
    assert texts(press)[-1] == "Good to hear."


def test_what_was_confirmed_once_is_not_asked_again(press: Press, database: str) -> None:
    """Who finishes on an old version does so whatever comes later."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    publish(press, WITHOUT, confirmed=True)
    (standing,) = publish(press, WITHOUT.replace("Good to hear", "Very good to hear")).flows[0].standings
    assert (standing.fate, standing.version) == ("stays", 1)


def test_somebody_called_over_without_a_place_goes_to_a_person(press: Press, database: str) -> None:
    """Confirmed, their conversation ends and stands in their specialist's queue, instead of asking into the void."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    with pytest.raises(NotConfirmed):
        publish(press, ASKS_NOTHING)
    assert rows_of(press, QueueItem) == 0
    publish(press, ASKS_NOTHING, confirmed=True)
    assert scene_at(database, ANA).conversation is None
    assert (rows_of(press, QueueItem), timers(press)) == (1, ["promise"])


def test_who_is_on_a_version_that_can_no_longer_be_read_goes_to_a_person(press: Press, database: str) -> None:
    """A release may read less than an old one did; nobody is left in a conversation that cannot go on."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    with psycopg.connect(database) as connection:
        connection.execute("alter table flow_versions disable trigger user")
        connection.execute("update flow_versions set source = 'flow: hello'")
        connection.execute("alter table flow_versions enable trigger user")
    fresh = replace(press, setting=replace(press.setting, flows=open_shelf(database, CATALOGUE)))
    with pytest.raises(NotConfirmed):
        publish(fresh, WARMER)
    publish(fresh, WARMER, confirmed=True)
    assert scene_at(database, ANA).conversation is None
    assert rows_of(press, QueueItem) == 1


def test_people_on_an_older_version_are_taken_over_too(press: Press, database: str) -> None:
    """Who forgot `renamed:` can add it with the next version."""
    publish(press, BASE)
    arrive(database)
    start(press, database)
    publish(press, WITHOUT, confirmed=True)
    assert [one.people for one in publish(press, RENAMED).flows[0].standings] == [1]
    assert (conversation(database).versions, step(conversation(database))) == ({"hello": 3}, "greeting")


def test_a_flow_beneath_moves_and_what_runs_above_keeps_its_version(press: Press, database: str) -> None:
    """Only the flow that was published anew is another; the flow that is run under way finishes as it began."""
    outer = BASE.replace("flow: hello", "flow: outer").replace(
        '    say: {en: "Good to hear.", es: "Qué bueno."}', "    run: hello"
    )
    publish(press, outer, BASE)
    arrive(database)
    start(press, database, flow="outer")
    say(press, database, "good")
    publish(press, WARMER)
    renamed = (
        outer.replace("  thanks:", "  inside:").replace("go: thanks", "go: inside") + "renamed: {thanks: inside}\n"
    )
    publish(press, renamed)
    after = conversation(database)
    frames = [(frame.flow, frame.step) for frame in load_session(orjson.loads(after.session)).frames]
    assert frames == [("outer", "inside"), ("hello", "first")]
    assert after.versions == {"outer": 2, "hello": 1}


def test_all_files_are_published_or_none(press: Press, database: str) -> None:
    """A mistake in one keeps the others back, and every mistake is told."""
    with pytest.raises(PublishingRefused) as refused:
        publish(press, BASE, BASE.replace("flow: hello", "flow: other").replace("go: thanks", "go: thansk"))
    assert {finding.file for finding in refused.value.findings if finding.severity == "error"} == {"file1.yaml"}
    assert current_versions(database) == {}


def test_what_cannot_be_carried_out_is_refused(press: Press) -> None:
    """An action that does not work yet, and a flow that nobody published: each has its line."""
    with pytest.raises(PublishingRefused) as refused:
        publish(press, BASE.replace("    pass: {to: specialist}", "    do: drop_goal"))
    assert "publish.not-ready" in codes(refused.value.findings)
    with pytest.raises(PublishingRefused) as refused:
        publish(press, BASE.replace("    pass: {to: specialist}", "    run: rest"))
    assert "publish.flow" in codes(refused.value.findings)


def test_a_version_that_would_break_another_flow_is_refused(press: Press, database: str) -> None:
    """What other published flows rely on cannot be taken away under them."""
    giving = BASE.replace("languages:", "keeps: {word: words}\ngives: [word]\nlanguages:").replace(
        "    replies:", "    keep: word\n    replies:"
    )
    outer = BASE.replace("flow: hello", "flow: outer").replace("languages:", "keeps: {word: words}\nlanguages:")
    outer = outer.replace("    pass: {to: specialist}", "    run: {flow: hello, keep: {word: word}}")
    publish(press, giving, outer)
    with pytest.raises(PublishingRefused) as refused:
        publish(press, BASE)
    assert {finding.file for finding in refused.value.findings if finding.severity == "error"} == {
        "outer (as published)"
    }
    assert current_versions(database) == {"hello": 1, "outer": 1}


def test_going_back_is_a_new_version_with_the_old_words(press: Press, database: str) -> None:
    """History only grows; the same is checked as for any other version."""
    publish(press, BASE)
    publish(press, WARMER)
    with press.pool.connection() as connection:
        assert version_before(connection, "hello").source == BASE
        assert version_at(connection, "hello").source == WARMER
    publish(press, BASE)
    assert current_versions(database) == {"hello": 3}
    with press.pool.connection() as connection:
        assert version_before(connection, "hello").source == WARMER


def test_what_was_never_published_is_said(press: Press) -> None:
    """With the nearest name, or the versions that there are."""
    publish(press, BASE)
    with press.pool.connection() as connection:
        with pytest.raises(NoSuchVersion, match="Did you mean"):
            history(connection, "helo")
        with pytest.raises(NoSuchVersion, match="There are: 1"):
            version_at(connection, "hello", 7)
        with pytest.raises(NoSuchVersion, match="no earlier version"):
            version_before(connection, "hello")


def test_two_that_publish_at_once_take_turns(press: Press, database: str) -> None:
    """Each is a version of its own, and the second is told what the first had changed."""
    publish(press, BASE)
    told: list[Published] = []
    second = Thread(target=lambda: told.append(publish(press, RENAMED, by="Second")))
    with psycopg.connect(database) as first, psycopg.connect(database, autocommit=True) as watch:
        hold(first)
        second.start()
        while second.is_alive() and watch.execute("select true from pg_locks where not granted").fetchone() is None:
            second.join(0.02)
        assert told == []
    second.join()
    assert [one.version for one in told[0].flows] == [2]
