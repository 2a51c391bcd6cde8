"""The door for texts, on a real database: one read, one write, nothing lost, nothing carried out twice."""

from __future__ import annotations

import base64
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from flows.engine.flow import Flow
from service.assembly import conversation_handlers, timer_handlers
from service.due import Due
from service.gateways.clock import Clock
from service.gateways.crashing import TAKING
from service.gateways.ids import new_id
from service.gateways.keys import read_keys
from service.inbox import Inbox, Incoming, NotStored
from service.rules.setting import Setting
from service.staff_texts import decide_staff
from service.store.codec import decode
from service.store.commit import write
from service.store.database import Pool, open_pool
from service.store.gather import Wanted, gather
from service.store.rows import Escalation, Inbound, Outbound, QueueItem, Timer
from service.store.scene import Scene
from service.turns import Turns
from tests.house import NOW, SAM, phone, setting, staff_rows

KEYS = read_keys(",".join(f"{name}:{use}:{base64.b64encode(bytes([place]) * 32).decode()}" for place, (name, use) in
                          enumerate((("d1", "data"), ("i1", "index")))))  # fmt: skip


class Counting(psycopg.Connection[Any]):
    """A connection that counts the statements of everybody."""

    statements: int = 0

    def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the library has it
        """Count what is executed, by whatever cursor, then wait for the server."""
        Counting.statements += gen.__name__ in ("_execute_gen", "execute")
        return super().wait(gen, *arguments, **options)


@pytest.fixture
def house() -> Setting:
    """The made-up organisation, with ids that never come twice."""
    return replace(setting(), new_id=new_id)


@pytest.fixture
def inbox(database: str, house: Setting) -> Iterator[Inbox]:
    """An inbox over an empty database in which Sam and the staff are known."""
    with open_pool(database) as pool:
        with pool.connection() as connection:
            people(connection)
        yield Inbox(pool, KEYS, house, conversation_handlers(), decide_staff, Clock(), lambda: None)


def people(connection: psycopg.Connection[Any]) -> None:
    """Store Sam, who has said yes, and the staff."""
    numbers = [replace(phone(place, "staff"), version=0) for place in (21, 22, 23, 24)]
    numbers.append(replace(phone(1, "member", "given"), version=0))
    numbers = [replace(number, blind=KEYS.blind(number.number)) for number in numbers]
    rows = [row for row in staff_rows() if type(row).__name__ == "Staff"]
    scene = Scene(numbers[0], {type(numbers[0]): {n.key: n for n in numbers}}).with_rows(*numbers, *rows, SAM)
    assert 0 in write(connection, [scene], KEYS)


def text(sid: str, body: str, sender: str = "+15555550101") -> Incoming:
    """A text of Sam's."""
    return Incoming(sid, sender, "+15555550100", body)


def stored(inbox: Inbox) -> Scene:
    """Sam as the database has them now."""
    with inbox.pool.connection() as connection:
        return gather(connection, Wanted(ids=(phone(1).id,)), inbox.clock.now(), KEYS)[0]


def count(inbox: Inbox, query: str) -> int:
    """A number that a query gives."""
    with inbox.pool.connection() as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


def counting_door(database: str, house: Setting, pool: Any) -> Inbox:  # noqa: ANN401 - of counting connections
    """An inbox whose statements are counted, over Sam and the staff."""
    with pool.connection() as connection:
        people(connection)
    return Inbox(cast("Pool", pool), KEYS, house, conversation_handlers(), decide_staff, Clock(), lambda: None)


def statements_for(door: Inbox, sid: str, body: str) -> int:
    """How many statements a text of Sam's takes."""
    Counting.statements = 0
    assert door.take(text(sid, body)) == "taken"
    return Counting.statements


def test_a_text_is_one_read_and_one_write(database: str, house: Setting) -> None:
    """Two statements for each text, each its own commit (DESIGN.md); a third where it turns out that others are concerned.

    It is remembered that they are: the next text of that number is read with them at once.
    """
    options = {"autocommit": True, "prepare_threshold": 0}
    with ConnectionPool(database, connection_class=Counting, min_size=1, kwargs=options) as pool:
        door = counting_door(database, house, pool)
        assert statements_for(door, "SM1", "EN") == 2
        assert statements_for(door, "SM2", "saw a heron") == 3
        assert statements_for(door, "SM3", "i want to kill myself") == 2
        assert statements_for(door, "SM4", "STOP") == 2


def test_a_repeat_changes_nothing(inbox: Inbox) -> None:
    """The provider may call again with the same id: nothing is stored, sent or asked twice."""
    assert inbox.take(text("SM1", "saw a heron")) == "taken"
    before = count(inbox, "select count(*) from outbound")
    assert inbox.take(text("SM1", "saw a heron")) == "repeat"
    assert count(inbox, "select count(*) from outbound") == before
    assert count(inbox, "select count(*) from inbound") == 1


def test_a_hundred_repeats_at_once_are_one(inbox: Inbox) -> None:
    """Ten threads with the same id: one message, one set of consequences."""
    outcomes: list[str] = []
    threads = [threading.Thread(target=lambda: outcomes.append(inbox.take(text("SM9", "hola")))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["repeat"] * 9 + ["taken"]
    assert count(inbox, "select count(*) from inbound") == 1
    assert count(inbox, "select count(*) from queue") == 1


def test_many_texts_at_once_are_all_stored_and_decided(inbox: Inbox) -> None:
    """One number from many threads of two processes: each text is stored; what could not be decided in three tries waits unsettled."""
    processes = (inbox, replace(inbox, _turns=Turns()))
    threads = [threading.Thread(target=comes_again, args=(processes[place % 2], place)) for place in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(inbox, "select count(*) from inbound") == 12
    unsettled = count(inbox, "select count(*) from inbound where state = 'unsettled'")
    assert count(inbox, "select count(*) from timers where kind = 'unsettled'") == unsettled


def comes_again(inbox: Inbox, place: int) -> None:
    """The provider brings a text until it is taken."""
    while True:
        with contextlib.suppress(NotStored):
            inbox.take(text(f"SM{place}", f"words {place}"))
            return


def test_texts_of_one_number_take_turns_and_nobody_else_waits_for_them(inbox: Inbox) -> None:
    """While one of its texts is in hand, the next has not begun; another number's is taken in meanwhile."""
    held, go_on, began = threading.Event(), threading.Event(), list[str]()

    def slow(point: str) -> None:
        if point == "before_text":
            began.append(point)
            held.set()
            go_on.wait(60)

    slow_inbox = replace(inbox, crash=slow)
    threads = [threading.Thread(target=slow_inbox.take, args=(text(f"SM{place}", "hello"),)) for place in range(3)]
    for thread in threads:
        thread.start()
    assert held.wait(60)
    other = text("SM9", "hello", "+15555550177")
    assert replace(slow_inbox, crash=lambda _: None).take(other) == "taken"
    assert len(began) == 1
    go_on.set()
    for thread in threads:
        thread.join()
    assert count(inbox, "select count(*) from inbound where state = 'settled'") == 4


def test_a_decision_that_fails_keeps_the_message_and_tells_a_person(inbox: Inbox) -> None:
    """An error is nobody's silence: stored unsettled, in a queue, and taken up again."""
    broken = replace(inbox, setting=replace(inbox.setting, flows=fails, texts=None))  # type: ignore[arg-type]
    assert broken.take(text("SM1", "help")) == "unsettled"
    scene = stored(inbox)
    assert [(i.body, i.state) for i in scene.all(Inbound)] == [("help", "unsettled")]
    assert [item.why for item in scene.all(QueueItem)] == ["unread"]
    timer = Timer("unsettled", scene.all(Inbound)[0].id, scene.number.id, NOW)
    settled = inbox.settle_again(scene, inbox.setting, timer, inbox.clock.now())
    assert [i.state for i in settled.all(Inbound)] == ["settled"]
    assert [m.kind for m in settled.all(Outbound) if m.number_id == scene.number.id] == ["answer"]


HIGH = "i want to kill myself"


def broken(inbox: Inbox) -> Inbox:
    """The same door, but whatever is decided there fails."""
    return replace(inbox, setting=replace(inbox.setting, flows=fails, texts=None))  # type: ignore[arg-type]


def due_now(inbox: Inbox) -> Due:
    """What carries out whatever is due at this door."""
    handlers = timer_handlers(inbox.handlers, inbox, inbox.setting.errors)
    return Due(inbox.pool, KEYS, inbox.setting, handlers, inbox.clock, lambda: None)


def alerts(inbox: Inbox) -> int:
    """How many texts of an alert there are."""
    return count(inbox, "select count(*) from outbound where kind = 'alert'")


def test_words_of_danger_that_cannot_be_decided_reach_a_phone_at_once(inbox: Inbox) -> None:
    """The lexicon alone reads them, and the ladder begins; when they are decided a minute later, nobody is told again."""
    assert broken(inbox).take(text("SM1", HIGH)) == "unsettled"
    [escalation] = stored(inbox).all(Escalation)
    assert escalation.why.startswith("unscreened")
    [came] = stored(inbox).all(Inbound)
    assert (came.state, came.ends["in"]) == ("unsettled", ["alert", "queue"])
    due_now(inbox).run()
    assert alerts(inbox) == 1
    assert "kill" not in "".join(m.body for m in everything_sent(inbox))
    with inbox.pool.connection() as connection:
        connection.execute("update timers set due_at = %s where kind = 'unsettled'", (inbox.clock.now(),))
    due_now(inbox).run()
    [came] = stored(inbox).all(Inbound)
    assert (came.state, "alert" in came.ends["in"]) == ("settled", True)
    assert (alerts(inbox), count(inbox, "select count(*) from escalations")) == (1, 1)
    assert count(inbox, "select count(*) from outbound where kind = 'safety'") == 1


def everything_sent(inbox: Inbox) -> list[Outbound]:
    """Every text that there is to send, to whomever."""
    with inbox.pool.connection() as connection:
        rows = connection.execute("select row_to_json(o) from outbound o").fetchall()
    return [decode(Outbound, row[0], KEYS) for row in rows]


def test_an_alert_that_was_closed_before_its_text_could_be_decided_is_not_raised_again(inbox: Inbox) -> None:
    """Somebody has looked after it by then."""
    broken(inbox).take(text("SM1", HIGH))
    with inbox.pool.connection() as connection:
        connection.execute("update escalations set state = 'closed'")
    assert inbox.take(text("SM1", HIGH)) == "taken"
    assert count(inbox, "select count(*) from escalations") == 1


def test_a_repeat_that_cannot_be_decided_either_adds_nothing(inbox: Inbox) -> None:
    """One alert, one entry for whoever looks after the service."""
    for _ in range(3):
        assert broken(inbox).take(text("SM1", HIGH)) == "unsettled"
    assert count(inbox, "select count(*) from escalations") == 1
    assert count(inbox, "select count(*) from queue where why = 'unread'") == 1
    assert count(inbox, "select count(*) from queue where why = 'danger'") == 1


def test_words_of_danger_of_a_number_that_is_written_to_all_the_time_reach_a_phone(inbox: Inbox) -> None:
    """What is only kept, since others write about its number without end, does not wait a minute for its alert."""
    busy = Busy(*(getattr(inbox, part.name) for part in fields(Inbox)))
    assert busy.take(text("SM1", HIGH)) == "unsettled"
    assert count(inbox, "select count(*) from escalations") == 1


def test_a_repeat_of_an_unsettled_text_settles_it(inbox: Inbox) -> None:
    """When the provider calls again after a failure, the message is decided then."""
    replace(inbox, setting=replace(inbox.setting, texts=None)).take(text("SM1", "help"))  # type: ignore[arg-type]
    assert inbox.take(text("SM1", "help")) == "taken"
    assert count(inbox, "select count(*) from inbound where state = 'settled'") == 1


@pytest.mark.parametrize(
    "body", ["", "\x00", "\ud800 lone", "x" * 20_000, "👩‍👩‍👧‍👦" * 50, "' ; drop table numbers; --", "{me}"]
)
def test_odd_bodies_are_stored_and_reach_a_person(inbox: Inbox, body: str) -> None:
    """Undecodable, empty and enormous texts are kept and passed on."""
    assert inbox.take(text("SM1", body)) == "taken"
    assert count(inbox, "select count(*) from queue where closed_at is null") == 1


def test_words_are_not_readable_in_the_database(inbox: Inbox) -> None:
    """What is at rest is sealed: no body, name or number stands in any column."""
    inbox.take(text("SM1", "canary heron"))
    with inbox.pool.connection() as connection:
        for table in ("inbound", "outbound", "numbers", "members", "staff", "threads"):
            rows = connection.execute(f"select {table}::text from {table}").fetchall()
            assert rows or table == "threads"
            dump = " ".join(row[0] for row in rows)
            assert not any(word in dump for word in ("canary", "Sam", "5555550101", "Rosa"))
            assert b"canary heron".hex() not in dump


def test_a_database_that_is_away_is_said_so_in_two_seconds(house: Setting) -> None:
    """No connection, no 200."""
    with open_pool("postgresql://postgres@127.0.0.1:1/none") as pool:
        door = Inbox(pool, KEYS, house, conversation_handlers(), decide_staff, Clock(), lambda: None)
        with pytest.raises(NotStored):
            door.take(text("SM1", "hola"))


def test_parts_of_a_text_are_found_again(inbox: Inbox) -> None:
    """Two texts within two minutes are screened as one, also when they come by two requests."""
    inbox.take(text("SM1", "i took all my"))
    inbox.take(text("SM2", "pills at once"))
    assert count(inbox, "select count(*) from escalations") == 1


def fails(_versions: object) -> dict[str, Flow]:
    """A shelf that cannot be read."""
    raise RuntimeError("the shelf is broken")


def test_keys_come_from_fixed_bytes() -> None:
    """The tests' own keys open what they sealed, and only at its place."""
    sealed = KEYS.seal("hola", "inbound.body.1")
    assert KEYS.open(sealed, "inbound.body.1") == "hola"
    with pytest.raises(ValueError, match="does not open"):
        KEYS.open(sealed, "inbound.body.2")


@dataclass(frozen=True, slots=True)
class Busy(Inbox):
    """An inbox whose number is written to by somebody else just before each of its first six writes."""

    writes: list[None] = field(default_factory=list)

    def _written(self, connection: psycopg.Connection[Any], scene: Scene) -> bool:
        self.writes.append(None)
        if len(self.writes) <= 6:
            connection.execute("update numbers set version = version + 1")
        return Inbox._written(self, connection, scene)


@pytest.mark.parametrize(("words", "outcome"), [("STOP", "taken"), ("saw a heron", "unsettled")])
def test_a_stop_is_in_force_before_it_is_answered_however_busy_its_number_is(
    inbox: Inbox, words: str, outcome: str
) -> None:
    """Other words are kept for a minute and a person is told; a STOP is decided until it holds."""
    busy = Busy(*(getattr(inbox, part.name) for part in fields(Inbox)))
    assert busy.take(text("SM1", words)) == outcome
    assert (stored(inbox).number.consent == "stopped") == (words == "STOP")
    assert count(inbox, "select count(*) from outbound where kind = 'consent'") == (words == "STOP")


def test_a_number_in_doubt_that_writes_is_in_doubt_no_more(inbox: Inbox, database: str) -> None:
    """Whatever the provider said, a phone that writes takes texts; a call proves nothing, as a landline can call."""
    inbox.take(text("SM1", "hello"))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("""update numbers set memory = memory || '{"bad": 30006}', version = version + 1""")
        inbox.take(replace(text("CA1", ""), kind="call"))
        asked = "select memory ->> 'bad' from numbers where id = %s"
        assert connection.execute(asked, (SAM.number_id,)).fetchone() == ("30006",)
        inbox.take(text("SM2", "here i am"))
        assert connection.execute(asked, (SAM.number_id,)).fetchone() == (None,)


class Died(BaseException):
    """The process is gone: what it had in hand is lost."""


@pytest.mark.parametrize("place", TAKING)
def test_a_process_may_die_while_a_text_comes_in(inbox: Inbox, place: str) -> None:
    """The webhook was not answered, so the provider comes again; the text is stored and carried out once."""

    def crash(point: str) -> None:
        if point == place:
            raise Died

    with pytest.raises(Died):
        replace(inbox, crash=crash).take(text("SM1", "TALK"))
    assert len(stored(inbox).all(Inbound)) == (place == "after_text")
    assert inbox.take(text("SM1", "TALK")) == ("repeat" if place == "after_text" else "taken")
    assert [row.sid for row in stored(inbox).all(Inbound)] == ["SM1"]
    assert len(stored(inbox).all(QueueItem)) == 1
