"""The small read: who is read by it, what it brings, and that a decision which turns to others finds out that it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from service.assembly import conversation_handlers
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.inbox import Inbox
from service.staff_texts import decide_staff
from service.store.commit import write
from service.store.database import open_pool
from service.store.gather import Wanted, gather
from service.store.narrow import gather_narrow, is_alone
from service.store.rows import Number, Outbound, Staff
from service.store.scene import NotGathered, Scene
from tests.house import SAM, phone, setting
from tests.service.test_inbox import KEYS, people, text


@pytest.fixture
def inbox(database: str) -> Iterator[Inbox]:
    """An inbox over Sam and the staff."""
    house = replace(setting(), new_id=new_id)
    with open_pool(database) as pool:
        with pool.connection() as connection:
            people(connection)
        yield Inbox(pool, KEYS, house, conversation_handlers(), decide_staff, Clock(), lambda: None)


def both(inbox: Inbox, number: Number) -> tuple[tuple[Scene, ...], Scene]:
    """What the narrow read and the wide one bring of a number."""
    wanted, now = Wanted(ids=(number.id,)), inbox.clock.now()
    with inbox.pool.connection() as connection:
        (wide,) = gather(connection, wanted, now, KEYS)
        return gather_narrow(connection, wanted, now, KEYS), wide


@pytest.mark.parametrize("words", [(), ("EN",), ("PAUSE", "BACK"), ("STOP",), ("hello?", "DONE")])
def test_it_brings_what_the_wide_read_brings_of_the_member(inbox: Inbox, words: tuple[str, ...]) -> None:
    """Row by row and fact by fact, but for other people; a member with somebody beside them is left to the wide read."""
    for place, body in enumerate(words):
        inbox.take(text(f"SM{place}", body))
    narrow, wide = both(inbox, phone(1))
    assert bool(narrow) == is_alone(wide)
    for scene in narrow:
        assert scene.narrow
        for kind, rows in wide.rows.items():
            if kind not in (Staff, Number):
                assert tuple(rows.values()) == scene.all(kind)
        assert scene.number == wide.number
        assert scene.get(Staff, SAM.specialist_id) == wide.get(Staff, SAM.specialist_id)
        assert scene.facts.items() <= wide.facts.items()
        for name in wide.facts.keys() - scene.facts.keys():
            with pytest.raises(NotGathered):
                scene.fact(name)


def test_what_caps_count_reaches_back_to_the_first_of_their_seven_days(inbox: Inbox) -> None:
    """In a week in which clocks are set back, that day began more than seven times 24 hours ago."""
    now = inbox.clock.now()
    ago = (timedelta(hours=1), timedelta(days=7, minutes=40), timedelta(days=9))
    texts = [Outbound(new_id(), SAM.number_id, "routine", 2, "", "en", now - back, now - back) for back in ago]
    with inbox.pool.connection() as connection:
        [scene] = gather(connection, Wanted(ids=(SAM.number_id,)), now, KEYS)
        write(connection, [scene.with_rows(*texts)], KEYS)
    (narrow,), wide = both(inbox, phone(1))
    assert len(narrow.fact("routine_at")) == len(wide.fact("routine_at")) == 2


def test_staff_and_strangers_are_left_to_the_wide_read(inbox: Inbox) -> None:
    """Their texts always concern others."""
    narrow, wide = both(inbox, phone(21))
    assert (narrow, is_alone(wide)) == ((), False)


def test_who_waits_for_a_person_is_left_to_the_wide_read(inbox: Inbox) -> None:
    """An open thread, an entry in a queue and an alert bring others in."""
    inbox.take(text("SM1", "saw a heron"))
    assert both(inbox, phone(1))[0] == ()


def test_a_narrow_scene_says_that_others_were_not_gathered(inbox: Inbox) -> None:
    """It never answers as if there were nobody."""
    ((scene,), _) = both(inbox, phone(1))
    for ask in (
        lambda: scene.all(Staff),
        lambda: scene.all(Number),
        lambda: scene.get(Staff, new_id()),
        lambda: scene.get(Number, phone(21).id),
        lambda: scene.fact("tags"),
        lambda: scene.fact("running", 0),
        lambda: scene.with_rows(scene.number).all(Staff),
        lambda: scene.cancel(("silence", new_id())).all(Staff),
    ):
        with pytest.raises(NotGathered):
            ask()
    assert scene.staff is None
    assert scene.get(Number, scene.number.id) == scene.number
