"""One is lived through for all who stand alike, and the forecast is the same as if each were lived through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.assembly import conversation_handlers, planned_handlers
from service.forecast.alike import foresee, standing_of
from service.forecast.answering import Answering
from service.forecast.imagined import imagine
from service.forecast.living import Life, World, live_through
from service.roster import House
from service.rules.roster_files import MemberRow
from service.store.rows import Outbound, Schedule, Timer
from tests.house import PUBLISHED, setting

START = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
HANDLERS = conversation_handlers()
USING = setting()
HOUSE = House(USING.organisation, USING.new_id, START, USING.flows)
YES = START.date()


def world(answering: Answering = "none") -> World:
    """Ten days from the start on."""
    return World(USING, HANDLERS, planned_handlers(HANDLERS), START, START + timedelta(days=10), answering)


def row(line: int, name: str = "Ana", **fields: object) -> MemberRow:
    """A row of members.csv, with a rule and a yes on record."""
    usual = MemberRow(
        line, name, f"+1555555{line:04d}", "en", "America/New_York", "+15555550199", "FREQ=DAILY;BYHOUR=10", "check-in",
        YES, "signed form",
    )  # fmt: skip
    return replace(usual, **fields)  # type: ignore[arg-type]


def lives(*rows: MemberRow) -> list[Life]:
    """The members of these rows."""
    return [life for life in imagine(rows, PUBLISHED, HOUSE) if isinstance(life, Life)]


def told(messages: list[Outbound]) -> list[tuple[datetime, str, str, int, object]]:
    """What a forecast counts of each message, in order."""
    return sorted((m.ready_at, m.kind, m.state, m.segments, str(m.reason.get("rule"))) for m in messages)


rows = st.builds(
    row,
    st.integers(1, 99),
    st.sampled_from(["Ana", "Bob", "Zoë", "Maximiliano", "Li 李", "Al-Amin"]),
    language=st.sampled_from(["en", "es"]),
    zone=st.sampled_from(["America/New_York", "America/Los_Angeles"]),
    rule=st.sampled_from(["FREQ=DAILY;BYHOUR=10", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=21", ""]),
    consent_date=st.sampled_from([YES, None]),
    specialist_phone=st.sampled_from(["+15555550199", None]),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rows, min_size=2, max_size=8, unique_by=lambda one: one.phone), st.sampled_from(["none", "typical"]))
def test_sharing_days_changes_nothing(people: list[MemberRow], answering: Answering) -> None:
    """Whoever they are, the forecast is that of each lived through alone."""
    found = lives(*people)
    alone = [one for place, life in enumerate(found) for one in live_through(world(answering), life, place)]
    assert told(list(foresee(world(answering), found))) == told(alone)


def test_names_of_one_length_are_alike_and_others_are_not() -> None:
    """What a name costs in a text is its length, as long as its letters are of the cheap alphabet."""
    ana, bob, max_, zoe = lives(row(1), row(2, "Bob"), row(3, "Maximiliano"), row(4, "Zoë"))
    first, second, third, fourth = (standing_of(world(), life, 0) for life in (ana, bob, max_, zoe))
    assert first == second
    assert len({first, third, fourth}) == 3


def test_answers_are_part_of_how_somebody_stands() -> None:
    """Every second one answers, so neighbours differ where answers are foreseen."""
    ana, bob = lives(row(1), row(2, "Bob"))
    assert standing_of(world(), ana, 0) == standing_of(world(), bob, 1)
    assert standing_of(world("typical"), ana, 0) != standing_of(world("typical"), bob, 1)


def test_who_is_spread_by_chance_is_like_nobody() -> None:
    """The minute of a spread rhythm is drawn for each schedule."""
    (ana,) = lives(row(1))
    (schedule,) = ana.scene.all(Schedule)
    assert standing_of(world(), replace(ana, scene=ana.scene.with_rows(replace(schedule, spread=30))), 0) is None


def test_which_timer_is_for_which_schedule_is_part_of_it() -> None:
    """Two with the same schedules and the same moments, the other way round, do not stand alike."""
    (ana,) = lives(row(1))
    (first,) = ana.scene.all(Schedule)
    (timer,) = ana.timers.values()
    second = replace(first, id=USING.new_id(), flow="rough-day")
    scene = ana.scene.with_rows(second)
    later = timer.due_at + timedelta(hours=1)

    def with_timers(*timers: Timer) -> Life:
        return Life(scene, {one.key: one for one in timers})

    one = with_timers(timer, replace(timer, subject=second.id, due_at=later))
    other = with_timers(replace(timer, due_at=later), replace(timer, subject=second.id))
    assert standing_of(world(), one, 0) != standing_of(world(), other, 0)
