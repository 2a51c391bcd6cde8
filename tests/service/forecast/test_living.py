"""What a forecast foresees: for members of a file by itself, and for those in a database the very texts that then come."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.assembly import conversation_handlers, planned_handlers
from service.due import Due
from service.forecast.adding_up import add_up
from service.forecast.answering import Answering
from service.forecast.imagined import imagine
from service.forecast.living import Life, NeverRests, World, live_through
from service.forecast.standing import standing
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.importing import Desk, import_members
from service.publishing import open_shelf, publish_shipped
from service.roster import House
from service.rules.catalogue import CATALOGUE
from service.rules.roster_files import read_members
from service.rules.setting import Setting
from service.store.database import Pool, open_pool
from service.store.reading import Reader
from service.store.rows import Outbound, Timer
from tests.house import PUBLISHED, ROOT, setting
from tests.stored import KEYS

START = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)  # a Monday, eight in the morning in New York
HEAD = "name,phone,language,zone,specialist_phone,channel,rule,flow,consent_date,consent_how\n"
YES = "2026-02-01,signed form"
HANDLERS = conversation_handlers()


def member(
    place: int,
    rule: str = "FREQ=DAILY;BYHOUR=10",
    consent: str = YES,
    language: str = "en",
    zone: str = "America/New_York",
) -> str:
    """A line of members.csv."""
    return f'Ana,+1555555{place:04d},{language},{zone},,text,"{rule}",,{consent}\n'


def world(using: Setting, days: int = 7, answering: Answering = "none") -> World:
    """Days from the start on."""
    return World(using, HANDLERS, planned_handlers(HANDLERS), START, START + timedelta(days=days), answering)


def foreseen(*lines: str, days: int = 7, answering: Answering = "none") -> list[Outbound]:
    """Every message to members of a file with these lines."""
    using = setting()
    house = House(using.organisation, using.new_id, START, using.flows)
    lives = imagine(read_members((HEAD + "".join(lines)).encode()).rows, PUBLISHED, house)
    days_of = world(using, days, answering)
    return [
        row for place, life in enumerate(lives) if isinstance(life, Life) for row in live_through(days_of, life, place)
    ]


def sent(rows: list[Outbound]) -> list[tuple[str, str]]:
    """When each text goes, on a clock in UTC, and of which kind it is."""
    return [(f"{row.ready_at:%a %H:%M}", row.kind) for row in rows if row.state != "withheld"]


def held(rows: list[Outbound]) -> list[str]:
    """Why texts are held."""
    return [str(row.reason["rule"]) for row in rows if row.state == "withheld"]


def test_a_rule_speaks_at_its_moments_in_the_members_zone() -> None:
    """Ten in New York is an hour before ten in Chicago."""
    rule = "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=10"
    assert sent(foreseen(member(1, rule))) == [("Mon 15:00", "routine"), ("Wed 15:00", "routine")]
    assert sent(foreseen(member(1, rule, zone="America/Chicago"))) == [
        ("Mon 16:00", "routine"),
        ("Wed 16:00", "routine"),
    ]


def test_caps_hold_in_a_forecast() -> None:
    """Four unasked in seven days, and the others with their reason."""
    rows = foreseen(member(1))
    assert len(sent(rows)) == 4
    assert held(rows) == ["already 4 unasked in seven days, which is their cap"] * 3


def test_the_welcome_comes_before_anything_else() -> None:
    """Somebody whose consent is not on record gets the welcome and nothing of their rule."""
    rows = foreseen(member(1, consent=","))
    assert {row.reason.get("flow") for row in rows if row.state != "withheld"} == {"welcome"}
    assert set(held(rows)) == {"no consent on record: the welcome comes first"}


def test_turns_go_on_from_one_check_in_to_the_next() -> None:
    """The prompts of the check-in come one after the other."""
    texts = [row.body for row in foreseen(member(1)) if row.state != "withheld"]
    assert len(set(texts)) == len(texts) == 4


def test_answers_bring_answers_and_words_to_staff() -> None:
    """Every second question is answered; the same file gives the same forecast each time."""
    line = member(1).replace(",,text", ",+15555550199,text")
    rows = foreseen(line, member(2), answering="typical", days=14)
    kinds = {kind for _, kind in sent(rows)}
    assert {"routine", "answer", "staff"} <= kinds
    assert sent(foreseen(line, member(2), answering="typical", days=14)) == sent(rows)


def test_a_timer_that_never_rests_is_an_error_and_no_endless_run() -> None:
    """A decision that sets its own timer for now again would never end."""
    using = setting()
    house = House(using.organisation, using.new_id, START, using.flows)
    (life,) = imagine(read_members((HEAD + member(1)).encode()).rows, PUBLISHED, house)
    assert isinstance(life, Life)
    again = replace(world(using), planned={"check-in": lambda scene, _setting, timer, _now: scene.with_rows(timer)})
    with pytest.raises(NeverRests, match="check-in"):
        list(live_through(again, life))


def test_rows_that_an_import_would_leave_out_are_told() -> None:
    """The import's own reason."""
    using = setting()
    rows = read_members((HEAD + member(1).replace('"FREQ=DAILY;BYHOUR=10",,', '"FREQ=DAILY",tea,')).encode()).rows
    (told,) = imagine(rows, PUBLISHED, House(using.organisation, using.new_id, START, using.flows))
    assert isinstance(told, str)
    assert "no flow of this name" in told


@pytest.fixture
def pool(database: str, tmp_path: Path) -> Iterator[Pool]:
    """Connections to a database in which the shipped flows are published."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, START)
    with open_pool(database, 2) as opened:
        yield opened


def move(clock: Path, to: datetime) -> None:
    """Set *now*, a little fast, so that what is due at a moment is due."""
    offset = (to - datetime.now(UTC)).total_seconds()
    clock.write_text(f'{{"offset": {offset}}}')


def outlive(pool: Pool, database: str, clock: Path, until: datetime) -> None:
    """Let the service itself carry out everything that comes due, moment by moment; what it writes is sent at once."""
    using = replace(setting(), flows=open_shelf(database, CATALOGUE), new_id=new_id)
    due = Due(pool, KEYS, using, planned_handlers(HANDLERS), Clock(clock), lambda: None)
    while True:
        with pool.connection() as connection:
            timers = Reader(connection, KEYS).rows(Timer, "true order by x.due_at limit 1")
        if not timers or timers[0].due_at >= until:
            return
        move(clock, timers[0].due_at)
        due.run()
        with pool.connection() as connection:
            connection.execute("update outbound set state = 'sent' where state = 'queued'")


def minutes(rows: list[Outbound]) -> list[tuple[str, str, str, int, str]]:
    """Each message by minute, whether it is held, kind, segments and words, in order."""
    held = {"withheld": "held"}
    told = [(f"{row.at:%d %H:%M}", held.get(row.state, "sent"), row.kind, row.segments, row.body) for row in rows]
    return sorted(told)


def test_what_is_foreseen_is_what_comes(pool: Pool, database: str, tmp_path: Path) -> None:
    """For members in a database, the forecast has the texts that the service then writes, and those that it withholds."""
    lines = [member(place, rule, consent, language) for place, (rule, consent, language) in enumerate(PEOPLE)]
    desk = Desk(pool, KEYS, House(setting().organisation, new_id, START, setting().flows), writes=True)
    import_members(desk, read_members((HEAD + "".join(lines)).encode()).rows)
    using = replace(setting(), flows=open_shelf(database, CATALOGUE))
    with pool.connection() as connection:
        lives = list(standing(connection, KEYS, planned_handlers(HANDLERS), START))
    found = [row for life in lives for row in live_through(world(using, 5), life)]
    outlive(pool, database, tmp_path / "clock", START + timedelta(days=5))
    with pool.connection() as connection:
        came = Reader(connection, KEYS).rows(Outbound, "true")
    assert len(came) > 12
    assert minutes(found) == minutes(list(came))


PEOPLE = [
    ("FREQ=DAILY;BYHOUR=10", YES, "en"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH;BYHOUR=18;BYMINUTE=30", YES, "es"),
    ("FREQ=DAILY;BYHOUR=8", YES, "en"),
    ("FREQ=DAILY;BYHOUR=10", ",", "es"),
    ("FREQ=HOURLY;INTERVAL=7", YES, "en"),
]


def test_nothing_is_foreseen_of_an_empty_house(pool: Pool) -> None:
    """No members, no texts."""
    with pool.connection() as connection:
        assert list(standing(connection, KEYS, planned_handlers(HANDLERS), START)) == []
    assert add_up([], 1.0).texts == 0
