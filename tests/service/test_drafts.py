"""Drafts of flows: on test phones, and on no others."""

from dataclasses import replace

import pytest

from service.drafts import DraftRefused, Trial, put_draft, take_drafts_away
from service.flow_history import history
from service.publishing import PublishingRefused, open_shelf
from service.rules.catalogue import CATALOGUE
from service.store.flow_versions import current_versions
from service.versions import Press
from tests.service.test_versions import ANA, BASE, WARMER, arrive, conversation, press, publish, say, start, texts
from tests.stored import NOW, scene_at

OTHER = "+15555550124"
__all__ = ["press"]  # the fixture


@pytest.fixture
def trying(press: Press, database: str) -> Press:
    """A press of an organisation with one test phone, Ana's, and with a first version published."""
    publish(press, BASE)
    arrive(database)
    arrive(database, OTHER)
    return listing(press, ANA)


def listing(press: Press, *phones: str) -> Press:
    """The press of an organisation with these test phones."""
    organisation = replace(press.setting.organisation, test_phones=phones)
    return replace(press, setting=replace(press.setting, organisation=organisation))


def put(press: Press, source: str = WARMER, phone: str = ANA, *, starts: bool = False) -> int:
    """Put a draft on a phone."""
    return put_draft(press, Trial("hello.yaml", source, phone, "Cora", starts), NOW)


def test_a_test_phone_gets_the_draft_and_nobody_else_does(trying: Press, database: str) -> None:
    """Nothing is published by it, and the other phone goes on as before."""
    assert put(trying) == 1
    start(trying, database)
    start(trying, database, OTHER)
    assert (conversation(database).versions, conversation(database, OTHER).versions) == ({"hello": -1}, {"hello": 1})
    say(trying, database, "good")
    assert texts(trying)[-1] == "Good to hear from you."
    assert current_versions(database) == {"hello": 1}


def test_a_conversation_begins_at_once_where_it_is_wished(trying: Press, database: str) -> None:
    """The question goes to the phone right away, with the words of the draft."""
    put(trying, WARMER.replace("How is today?", "How is it today?"), starts=True)
    assert conversation(database).versions == {"hello": -1}
    assert texts(trying) == ["How is it today? TALK for a person."]


def test_a_phone_that_is_no_test_phone_is_refused(trying: Press, database: str) -> None:
    """Whoever's it is: nobody gets a draft who is not meant to."""
    with pytest.raises(DraftRefused, match="no test phone"):
        put(trying, phone=OTHER)
    start(trying, database, OTHER)
    assert conversation(database, OTHER).versions == {"hello": 1}
    with pytest.raises(DraftRefused, match="nobody's yet"):
        put(listing(trying, "+15555550177"), phone="+15555550177")


def test_a_phone_that_is_listed_no_longer_gets_what_everybody_gets(trying: Press, database: str) -> None:
    """A number that changes hands brings no draft to its new owner."""
    put(trying)
    start(listing(trying), database)
    assert conversation(database).versions == {"hello": 1}


def test_a_phone_without_a_yes_begins_nothing(trying: Press, database: str) -> None:
    """A test phone is asked for its consent like any other."""
    quiet = "+15555550125"
    arrive(database, quiet, consent="stopped")
    with pytest.raises(DraftRefused, match="has not said yes"):
        put(listing(trying, quiet), phone=quiet, starts=True)
    assert texts(trying) == []


def test_a_draft_is_checked_like_a_version(trying: Press, database: str) -> None:
    """Mistakes are told, and the phone keeps what it had."""
    with pytest.raises(PublishingRefused, match="thansk"):
        put(trying, BASE.replace("go: thanks", "go: thansk"))
    with pytest.raises(PublishingRefused, match="cannot do"):
        put(trying, BASE.replace("    pass: {to: specialist}", "    do: drop_goal"))
    start(trying, database)
    assert conversation(database).versions == {"hello": 1}


def test_drafts_are_taken_away_again(trying: Press, database: str) -> None:
    """The conversation under way finishes with the draft; the next one is with what is published."""
    put(trying, starts=True)
    assert take_drafts_away(trying, ANA, NOW) == ("hello",)
    assert take_drafts_away(trying, ANA, NOW) == ()
    say(trying, database, "good")
    assert texts(trying)[-1] == "Good to hear from you."
    start(trying, database)
    assert conversation(database).versions == {"hello": 1}


def test_the_newest_draft_counts_and_publishing_leaves_it_alone(trying: Press, database: str) -> None:
    """A phone tries on while others publish; history tells drafts apart."""
    put(trying, BASE.replace("Good to hear.", "First try."))
    put(trying, BASE.replace("Good to hear.", "Second try."), starts=True)
    assert publish(trying, WARMER).flows[0].standings == ()
    say(trying, database, "good")
    assert texts(trying)[-1] == "Second try."
    with trying.pool.connection() as connection:
        assert [one.version for one in history(connection, "hello")] == [2, 1, -1, -2]


def test_a_flow_that_was_never_published_can_be_tried(trying: Press, database: str) -> None:
    """A new flow is tried before it exists for anybody."""
    put(trying, BASE.replace("flow: hello", "flow: newcomer"), starts=True)
    assert conversation(database).versions == {"newcomer": -1}
    assert scene_at(database, ANA).number.memory["drafts"] == {"newcomer": -1}
    assert open_shelf(database, CATALOGUE)({"newcomer": -1})["newcomer"].name == "newcomer"
