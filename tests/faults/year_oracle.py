"""What two years must bring, worked out without any of the service's own rules: dateutil on local time, zoneinfo for instants."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tests.faults.year_people import BEGIN, END, Person

COUNTED = END - timedelta(days=2)  # what comes later may be settled after the end
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Move:
    """A member's zone was changed: when, to which, what their schedule was waiting for (UTC), and when it last spoke."""

    at: datetime
    zone: str
    next_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Life:
    """What was done to one member in the two years."""

    person: Person
    moves: Sequence[Move] = ()
    rests: Sequence[tuple[datetime, datetime]] = ()

    def zone_at(self, at: datetime) -> str:
        """The member's zone at an instant."""
        return next((move.zone for move in reversed(self.moves) if move.at <= at), self.person.member.zone)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one moment of a schedule."""

    due: datetime
    at: datetime
    state: str
    rule: str
    withdrawn: bool = False  # it was queued, and counted, until a pause took it back


@dataclass(slots=True)
class Verdicts:
    """What was wrong, by promise, each with an example in words."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)


def judge(
    lives: Sequence[Life], told: Mapping[str, Sequence[Told]], holidays: Sequence[date], outer: tuple[time, time]
) -> Verdicts:
    """Hold what was told, by schedule, against what must have come."""
    found = Verdicts()
    for life in lives:
        rows = [row for row in told.get(str(life.person.schedule.id), ()) if row.due < COUNTED]
        expected = Counter(moments(life))
        got = Counter(row.due for row in rows)
        name = f"{life.person.schedule.rule} from {life.person.schedule.starts} in {life.zone_at(END)}"
        found.counts["moments"] += len(expected)
        _note(found, "moments that are nowhere", name, (expected - got).elements())
        _note(found, "moments told twice, or of no rule", name, (got - expected).elements())
        _note(found, "withheld without a reason", name, [row.due for row in rows if not row.rule])
        sent = sorted((row for row in rows if row.state != "withheld"), key=lambda row: row.at)
        found.counts["sent"] += len(sent)
        found.counts.update(f"withheld: {row.rule}" for row in rows if row.state == "withheld")
        _judge_sent(found, life, name, sent, holidays, outer)
        _judge_capped(found, life, name, rows)
    return found


def moments(life: Life) -> set[datetime]:
    """Every instant of a member's rule between the beginning and the last that counts, through every change of zone."""
    found: set[datetime] = set()
    after, zone = BEGIN, life.person.member.zone
    for move in life.moves:
        kept = move.next_at is not None and move.next_at <= move.at  # it waits for its window: it keeps its place
        last = move.next_at if kept and move.next_at is not None else move.at
        found |= {at for at in _instants(life.person, zone) if after < at <= last}
        after, zone = last, move.zone
        if not kept and move.last_at is not None:
            after = max(after, _end_of_day_spoken(move, zone))
        if move.next_at is None:
            after = END  # it had come to rest
    return found | {at for at in _instants(life.person, zone) if after < at < COUNTED}


def _instants(person: Person, zone: str) -> Iterator[datetime]:
    """The moments of a rule as clocks in a zone have them; what falls into a gap is later by the gap, what comes twice is the first."""
    rule, begin = person.schedule.rule, datetime.fromisoformat(person.schedule.starts)
    if rule.endswith("Z"):
        head, _, until = rule.rpartition("=")
        local = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        rule = f"{head}={local:%Y%m%dT%H%M%S}"
    for shown in rrulestr(rule, dtstart=begin):
        if shown.replace(tzinfo=UTC) > END + WEEK:
            return
        yield shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _end_of_day_spoken(move: Move, zone: str) -> datetime:
    """Where a schedule spoke on what is today in the new zone, the end of that day there; else the beginning of time."""
    spoke, now = (at.astimezone(ZoneInfo(zone)) for at in (move.last_at or BEGIN, move.at))
    if spoke.date() != now.date():
        return BEGIN
    tomorrow = datetime.combine(now.date() + DAY, time(), ZoneInfo(zone))
    return tomorrow.astimezone(UTC) - timedelta.resolution


def _judge_sent(
    found: Verdicts, life: Life, name: str, sent: Sequence[Told], holidays: Sequence[date], outer: tuple[time, time]
) -> None:
    member = life.person.member
    local = [row.at.astimezone(ZoneInfo(life.zone_at(row.at))).replace(tzinfo=None) for row in sent]
    for row, shown in zip(sent, local, strict=True):
        if not (_inside(member.windows, (member.window_start, member.window_end), shown) and _within(outer, shown)):
            _note(found, "sent outside their hours", name, [row.at])
        if any(begin <= row.at < end for begin, end in life.rests):
            _note(found, "sent while they paused", name, [row.at])
        if row.at < row.due:
            _note(found, "sent before its moment", name, [row.at])
        if life.person.schedule.skip_holidays and row.due.astimezone(ZoneInfo(life.zone_at(row.at))).date() in holidays:
            _note(found, "sent on a holiday", name, [row.at])
    a_day = Counter(shown.date() for shown in local)
    if not life.moves:  # on the day of a change of zone there are two calendars
        _note(found, "more in a day than their cap", name, [day for day, n in a_day.items() if n > member.per_day])
    for place, row in enumerate(sent):
        if _in_a_week(life, sent[: place + 1], row.at) > member.per_week:
            _note(found, "more in seven days than their cap", name, [row.at])


def _judge_capped(found: Verdicts, life: Life, name: str, rows: Sequence[Told]) -> None:
    """What a cap held back, though they had fewer: a worker that came seconds late, or a clock that was set, used it up."""
    cap = life.person.member.per_week
    counted = [row for row in rows if row.state != "withheld" or row.withdrawn]
    held = [row for row in rows if row.state == "withheld" and not row.withdrawn and "in seven days" in row.rule]
    early = [row.at for row in held if _in_a_week(life, counted, row.at) < cap]
    _note(found, "held by a cap that was not reached", name, early)


def _in_a_week(life: Life, sent: Sequence[Told], at: datetime) -> int:
    """How many of these went on the member's day of an instant, by the clocks they have then, or on the six before it."""
    zone = ZoneInfo(life.zone_at(at))
    today = at.astimezone(zone).toordinal()
    return sum(today - 7 < row.at.astimezone(zone).toordinal() <= today for row in sent if row.at <= at)


def _inside(days: Mapping[str, Sequence[str] | None], usual: tuple[str, str], shown: datetime) -> bool:
    """Whether clocks show an hour of the member's own: of that day's window, or of yesterday's beyond midnight."""
    for back in (0, 1):
        day = shown.date() - DAY * back
        window = days.get(str(day.weekday()), usual)
        if window is None:
            continue
        begin, end = (datetime.combine(day, time.fromisoformat(clock)) for clock in window)
        if begin <= shown < (end if end > begin else end + DAY):
            return True
    return False


def _within(outer: tuple[time, time], shown: datetime) -> bool:
    begin, end = outer
    return begin == end or begin <= shown.time() < end


def _note(found: Verdicts, what: str, name: str, examples: Sequence[object] | Iterator[object]) -> None:
    found.wrong[what] += [f"{name}: {example}" for example in examples]
