"""`peerline flows forecast`: what would be sent over the coming days, hour by hour, with segments and cost."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.table import Table

from config.organisation import Organisation, OrganisationProblem, load_organisation
from config.texts import load_texts
from flows.engine.compile import compile_flow
from flows.engine.flow import Flow
from flows.engine.problems import FlowProblems
from service.assembly import assemble, conversation_handlers, planned_handlers
from service.cli.asking import asking
from service.cli.environment import settings_or_exit
from service.forecast.adding_up import SHOWN, Forecast, Line, add_up
from service.forecast.alike import foresee
from service.forecast.answering import Answering
from service.forecast.drawing import to_svg
from service.forecast.imagined import imagine
from service.forecast.living import Life, World
from service.forecast.standing import standing
from service.gateways.clock import Clock
from service.kept_words import read_words
from service.publishing import read_sources
from service.roster import House
from service.rules.catalogue import CATALOGUE
from service.rules.local_time import to_local
from service.rules.roster_files import read_members
from service.rules.setting import Setting

LONGEST = 92  # days; beyond a quarter of a year, guesses about silence and pauses mean little


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast, of how many members, from when, for how long; who was left out and why; and what it rests on."""

    forecast: Forecast
    organisation: Organisation
    members: int
    left_out: Mapping[str, int]
    start: datetime
    days: int
    answers: Answering

    @property
    def cost(self) -> Decimal | None:
        """What the segments cost, where a price is known."""
        price = self.organisation.segment_price
        return None if price is None else price.amount * self.forecast.segments


def forecast_command(
    members: Annotated[Path | None, typer.Option("--members", help="members.csv: as if it were imported now.")] = None,
    live: Annotated[bool, typer.Option("--live", help="The members there are; names are never shown.")] = False,
    days: Annotated[int, typer.Option(min=1, max=LONGEST, help="How many days to look ahead.")] = 7,
    answers: Annotated[str, typer.Option(help="none: nobody answers. typical: every second question is.")] = "none",
    start: Annotated[str, typer.Option("--from", help="From when, as 2026-12-01T09:00:00+00:00; else now.")] = "",
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw it into this .svg file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Tell what would be sent over the coming days, with the same flows, rules, windows and caps as in earnest.

    With --members, the flow files of this installation are used, published or not, and no database is needed.
    """
    if (members is None) is not live:
        raise typer.BadParameter("Give --members FILE or --live, one of the two.")
    if plot is not None and plot.suffix != ".svg":
        raise typer.BadParameter("The plot is an SVG: give it a name that ends in .svg.")
    wish = Wish(days, _answering(answers), _start(start))
    outlook = _of_file(members, wish) if members is not None else _of_members(wish)
    if plot is not None:
        plot.write_text(to_svg(outlook.forecast, outlook.start, days, outlook.organisation.zone), "utf-8")
    if as_json:
        print(orjson.dumps(_plain(outlook), option=orjson.OPT_INDENT_2).decode())
    else:
        _show(outlook)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: how many days, how members answer, and from when (None: now)."""

    days: int
    answers: Answering
    start: datetime | None


def _answering(text: str) -> Answering:
    known: dict[str, Answering] = {"none": "none", "typical": "typical"}
    if text not in known:
        raise typer.BadParameter("--answers is none or typical.")
    return known[text]


def _start(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("--from is a moment such as 2026-12-01T09:00:00+00:00.") from None
    if found is not None and found.tzinfo is None:
        raise typer.BadParameter("--from needs its offset, such as +00:00 at the end.")
    return found


def _of_file(file: Path, wish: Wish) -> Outlook:
    roster = read_members(_bytes(file))
    setting = _imagined_setting()
    now = wish.start or Clock().now()
    flows = dict.fromkeys(_flows(), 1)
    found = list(imagine(roster.rows, flows, House(setting.organisation, setting.new_id, now, setting.flows)))
    left_out = Counter(one for one in found if isinstance(one, str))
    if roster.mistakes:
        left_out[f"mistakes in {file.name}; peerline members import tells each"] = len(
            {mistake.line for mistake in roster.mistakes}
        )
    return _outlook(setting, [one for one in found if isinstance(one, Life)], left_out, wish, now)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise typer.BadParameter(f"{file} cannot be read: {problem.strerror}.") from None


def _imagined_setting() -> Setting:
    """What decisions consult, from files alone; ids and codes count up, since nothing is kept."""
    folder = Path(os.environ.get("PEERLINE_CONFIG", "config"))
    ids, codes, flows = count(1), count(1_000_001), _flows()
    words, lexicon = read_words(folder)
    try:
        organisation = load_organisation(folder)
    except OrganisationProblem as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None
    return Setting(
        organisation, load_texts(folder), words, lexicon,
        lambda versions: {name: flows[name] for name in versions},
        lambda: UUID(int=next(ids)), lambda: str(next(codes)),
    )  # fmt: skip


def _flows() -> Mapping[str, Flow]:
    folder = Path(os.environ.get("PEERLINE_FLOWS", "flows"))
    try:
        found = [compile_flow(source, file, CATALOGUE) for file, source in read_sources(folder).items()]
    except FlowProblems as problems:
        print(problems, file=sys.stderr)
        raise typer.Exit(1) from None
    return {flow.name: flow for flow in found}


def _of_members(wish: Wish) -> Outlook:
    peerline = assemble(settings_or_exit())
    now = peerline.clock.now()
    with asking(), peerline.pool, peerline.pool.connection() as connection:
        kinds = planned_handlers(conversation_handlers())
        return _outlook(peerline.setting, standing(connection, peerline.keys, kinds, now), {}, wish, now)


def _outlook(
    setting: Setting, lives: Iterable[Life], left_out: Mapping[str, int], wish: Wish, now: datetime
) -> Outlook:
    organisation, seen, handlers = setting.organisation, count(), conversation_handlers()
    end = now + timedelta(days=wish.days)
    world = World(setting, handlers, planned_handlers(handlers), now, end, wish.answers)
    counted = (life for life, _ in zip(lives, seen, strict=False))
    messages = ((organisation.main_number, row) for row in foresee(world, counted))
    forecast = add_up(messages, organisation.sender_rate)
    return Outlook(forecast, organisation, next(seen), left_out, now, wish.days, wish.answers)


def _plain(outlook: Outlook) -> dict[str, object]:
    zone, forecast, price = outlook.organisation.zone, outlook.forecast, outlook.organisation.segment_price
    hours = [
        {"at": f"{to_local(hour.at, zone):%Y-%m-%dT%H:%M}", "number": hour.sender, "texts": hour.texts, "segments": hour.segments}
        for hour in forecast.hours
    ]  # fmt: skip
    cost = None if price is None else {"amount": str(outlook.cost), "currency": price.currency}
    return {
        "from": outlook.start, "days": outlook.days, "zone": zone, "answers": outlook.answers, "members": outlook.members,
        "left_out": outlook.left_out, "texts": forecast.texts, "segments": forecast.segments, "cost": cost,
        "hours": hours, "held": forecast.held, "longest_wait": forecast.lines,
    }  # fmt: skip


def _show(outlook: Outlook) -> None:
    console, forecast = Console(), outlook.forecast
    console.print(_table(outlook))
    price = outlook.organisation.segment_price
    cost = "" if price is None else f", {outlook.cost:.2f} {price.currency}"
    span = f"{_many(outlook.members, 'member')}, {_many(outlook.days, 'day')}"
    print(f"{span}: {_many(forecast.texts, 'text')}, {_many(forecast.segments, 'segment')}{cost}.")
    assumed = "nobody answers" if outlook.answers == "none" else "every second question is answered, an hour later"
    print(f"It is assumed that {assumed}. Words of people and alerts are not in it.")
    for why, times in forecast.held.items():
        print(f"Not sent, {_many(times, 'time')}: {why}")
    for why, people in outlook.left_out.items():
        print(f"Left out, {people}: {why}")
    for line in forecast.lines:
        if line.seconds >= 60:
            print(_waiting(line, outlook))


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _table(outlook: Outlook) -> Table:
    zone, price = outlook.organisation.zone, outlook.organisation.segment_price
    titles = ["Hour", "Number", "Unasked", "Answers", "To staff", "Segments", *([price.currency] if price else [])]
    table = Table(title=f"By the hour, on the clocks of {zone}")
    for place, title in enumerate(titles):
        table.add_column(title, justify="right" if place > 1 else "left", no_wrap=True)
    day = None
    for hour in outlook.forecast.hours:
        local, segments = to_local(hour.at, zone), sum(hour.segments.values())
        if day is not None and local.date() != day:
            table.add_section()
        day = local.date()
        cost = [f"{price.amount * segments:.2f}"] if price else []
        told = [str(hour.texts.get(kind, 0) or "") for kind in SHOWN]
        table.add_row(f"{local:%a %d %b %H:%M}", hour.sender, *told, str(segments), *cost)
    return table


def _waiting(line: Line, outlook: Outlook) -> str:
    when = to_local(line.since, outlook.organisation.zone)
    told = f"{line.sender}: the longest line is on {when:%a %d %b at %H:%M}, {line.seconds / 60:.0f} minutes"
    rate = outlook.organisation.sender_rate
    ends = "; routine texts at its end would be too late and not be sent." if line.is_too_long else "."
    return f"{told} at {rate:g} segments a second{ends}"
