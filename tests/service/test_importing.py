"""Carrying files of people into a real database."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from config.organisation import load_organisation
from service.gateways.ids import new_id
from service.importing import BATCH, BUSY, Account, Desk, import_members, import_staff
from service.roster import House
from service.rules.roster_files import read_members, read_staff
from service.store.commit import write
from service.store.database import Pool, open_pool
from service.store.rows import Schedule
from tests.house import shelf
from tests.stored import KEYS, NOW, a_number, scene_at, store

MEMBERS = "name,phone,language,zone,specialist_phone,channel,rule,flow,consent_date,consent_how\n"
STAFF = "name,phone,role,language,zone,backup_phone\n"
ANA = (
    "Ana,+1 555 555 0123,es,America/Chicago,+1 555 555 0199,text,FREQ=DAILY;BYHOUR=10,check-in,2026-02-01,signed form\n"
)
BEN = "Ben,+1 555 555 0124,en,America/New_York,+1 555 555 0199,,,,,\n"
ROSA = "Rosa,+1 555 555 0199,specialist,en,America/New_York,+1 555 555 0198\n"
DAN = "Dan,+1 555 555 0198,specialist,en,America/New_York,\n"
HOUSE = House(load_organisation(Path("config")), new_id, NOW, shelf)


@pytest.fixture
def pool(database: str) -> Iterator[Pool]:
    """Connections to a database in which the check-in is published."""
    with psycopg.connect(database) as connection:
        connection.execute("insert into published values ('check-in', 1) on conflict do nothing")
    with open_pool(database, 2) as opened:
        yield opened


def staff(pool: Pool, text: str, *, writes: bool = True) -> list[Account]:
    """Import the rows of a staff.csv."""
    return list(import_staff(Desk(pool, KEYS, HOUSE, writes), read_staff(text.encode()).rows))


def members(pool: Pool, text: str, *, writes: bool = True) -> list[Account]:
    """Import the rows of a members.csv."""
    return list(import_members(Desk(pool, KEYS, HOUSE, writes), read_members(text.encode()).rows))


def whats(accounts: list[Account]) -> list[tuple[int, str]]:
    """What became of each line."""
    return [(account.line, account.what) for account in accounts]


def rows(database: str, table: str) -> int:
    """How many rows a table has."""
    with psycopg.connect(database) as connection:
        found = connection.execute(f"select count(*) from {table}").fetchone()
    return 0 if found is None else int(found[0])


def test_people_come_in_and_know_each_other(database: str, pool: Pool) -> None:
    """A backup that stands further down in the file is found, and a member finds their specialist."""
    assert whats(staff(pool, STAFF + ROSA + DAN)) == [(2, "new"), (3, "new")]
    assert whats(members(pool, MEMBERS + ANA + BEN)) == [(2, "new"), (3, "new")]
    rosa, dan = scene_at(database, "+15555550199").staff, scene_at(database, "+15555550198").staff
    ana = scene_at(database, "+15555550123")
    assert rosa is not None
    assert dan is not None
    assert ana.member is not None
    assert rosa.backup_id == dan.id
    assert ana.member.specialist_id == rosa.id
    assert (ana.number.consent, ana.member.language) == ("given", "es")


def test_a_preview_writes_nothing(database: str, pool: Pool) -> None:
    """What importing would do is told, and nothing is done."""
    assert whats(staff(pool, STAFF + ROSA + DAN, writes=False)) == [(2, "new"), (3, "new")]
    staff(pool, STAFF + ROSA + DAN)
    assert whats(members(pool, MEMBERS + ANA, writes=False)) == [(2, "new")]
    assert (rows(database, "members"), rows(database, "consent_ledger"), rows(database, "numbers")) == (0, 0, 2)


def test_importing_again_changes_nothing(database: str, pool: Pool) -> None:
    """Not a row is added, in the ledger least of all."""
    accounts: list[Account] = []
    for _ in range(2):
        staff(pool, STAFF + ROSA + DAN)
        accounts = members(pool, MEMBERS + ANA + BEN)
    assert whats(accounts) == [(2, "same"), (3, "same")]
    assert (rows(database, "consent_ledger"), rows(database, "audit"), rows(database, "timers")) == (1, 4, 2)


def test_timers_are_set_with_the_schedules_revision(database: str, pool: Pool) -> None:
    """The check-in of who said yes, and the welcome of who was not asked yet."""
    staff(pool, STAFF + ROSA + DAN)
    members(pool, MEMBERS + ANA + BEN)
    (schedule,) = scene_at(database, "+15555550123").all(Schedule)
    ben = scene_at(database, "+15555550124").member
    assert ben is not None
    with psycopg.connect(database) as connection:
        found = set(connection.execute("select kind, subject, fence, due_at from timers"))
    assert found == {("check-in", schedule.id, "1", schedule.next_at), ("welcome", ben.id, "", NOW)}


def test_a_number_that_wrote_before_becomes_the_members(database: str, pool: Pool) -> None:
    """Their first STOP was as a stranger, and is kept."""
    store(database, a_number("+15555550123", consent="stopped"))
    staff(pool, STAFF + ROSA + DAN)
    (account,) = members(pool, MEMBERS + ANA)
    scene = scene_at(database, "+15555550123")
    assert account.what == "new"
    assert "STOP" in account.notes[0]
    assert (scene.number.consent, scene.number.owner, rows(database, "numbers")) == ("stopped", "member", 3)


def test_a_bad_row_is_left_out_and_the_others_come_in(database: str, pool: Pool) -> None:
    """One specialist who is not there yet must not keep a whole file out."""
    staff(pool, STAFF + DAN)
    dans = BEN.replace("0199", "0198")
    assert whats(members(pool, MEMBERS + ANA + dans)) == [(2, "refused"), (3, "new")]
    assert rows(database, "members") == 1


def test_who_backs_up_must_be_there_too(database: str, pool: Pool) -> None:
    """A backup that is nobody leaves the row out, and with it those who named that row's person."""
    eve = "Eve,+1 555 555 0197,specialist,en,America/New_York,+1 555 555 0199\n"
    lost = ROSA.replace("0198", "0177")
    assert whats(staff(pool, STAFF + lost + DAN + eve)) == [(2, "refused"), (3, "new"), (4, "refused")]
    assert rows(database, "staff") == 1


def test_a_staff_number_in_members_is_refused(database: str, pool: Pool) -> None:
    """A number belongs to one person, whichever file came first."""
    staff(pool, STAFF + DAN)
    clash = BEN.replace("0124", "0198").replace("+1 555 555 0199", "")
    (account,) = members(pool, MEMBERS + clash)
    assert account.what == "refused"
    assert "belongs to somebody of staff" in account.notes[0]


def test_a_long_file_is_imported_in_batches(database: str, pool: Pool) -> None:
    """Everybody comes in, and every line has its account."""
    count = BATCH + 5
    lines = [f"M{place},+1 555 555 1{place:03d},en,America/New_York,,,,,,\n" for place in range(count)]
    accounts = members(pool, MEMBERS + "".join(lines))
    assert whats(accounts) == [(place + 2, "new") for place in range(count)]
    assert rows(database, "members") == count


def test_a_number_that_changes_meanwhile_is_decided_again(database: str, pool: Pool) -> None:
    """A STOP that comes between reading and writing is seen: the row is decided on what is true then."""
    number = a_number("+15555550123")
    store(database, number)
    staff(pool, STAFF + ROSA + DAN)
    stops = _Stops(database, times=1)
    desk = Desk(pool, KEYS, replace(HOUSE, new_id=stops), writes=True)
    (account,) = import_members(desk, read_members((MEMBERS + ANA).encode()).rows)
    assert account.what == "new"
    assert scene_at(database, "+15555550123").number.consent == "stopped"
    assert rows(database, "consent_ledger") == 0


def test_a_number_that_never_rests_is_told_and_left(database: str, pool: Pool) -> None:
    """After some tries the row is told as not imported, and nothing of it is written."""
    store(database, a_number("+15555550123"))
    staff(pool, STAFF + ROSA + DAN)
    stops = _Stops(database, times=99)
    desk = Desk(pool, KEYS, replace(HOUSE, new_id=stops), writes=True)
    (account,) = import_members(desk, read_members((MEMBERS + ANA).encode()).rows)
    assert (account.what, account.notes) == ("refused", (BUSY,))
    assert rows(database, "members") == 0


class _Stops:
    """New ids; each of the first ones comes with a STOP from Ana's phone, in between reading and writing."""

    def __init__(self, database: str, times: int) -> None:
        self.database, self.times = database, times

    def __call__(self) -> UUID:
        """A new id, after a STOP where there is one left."""
        if self.times > 0:
            self.times -= 1
            scene = scene_at(self.database, "+15555550123")
            stopped = replace(scene.number, consent="stopped")
            with psycopg.connect(self.database, autocommit=True) as connection:
                write(connection, [scene.with_rows(stopped)], KEYS)
        return new_id()


def test_what_is_private_is_sealed(database: str, pool: Pool) -> None:
    """Neither a name nor a number stands readable in the tables."""
    staff(pool, STAFF + ROSA + DAN)
    members(pool, MEMBERS + ANA)
    with psycopg.connect(database) as connection:
        stored = connection.execute(
            "select m.name, n.number, n.blind from members m join numbers n on n.id = m.number_id"
        )
        (sealed,) = stored.fetchall()
    assert all(b"Ana" not in bytes(value) and b"5550123" not in bytes(value) for value in sealed)
