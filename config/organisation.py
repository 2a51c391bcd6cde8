"""The organisation, as its file describes it: a frozen value, or every mistake of the file at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeVar

from ruamel.yaml.nodes import Node

from config import field_kinds as kinds
from config.lexicons import LANGUAGES
from config.word_files import WordFile, WordsMistake

FILE = "organisation.yaml"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Span = tuple[time, time]
OptOut = Literal["own", "provider"]


@dataclass(frozen=True, slots=True)
class Helpline:
    """Help from outside the organisation, day and night."""

    name: str
    number: str
    text: Mapping[str, str]


MOST_A_DAY, MOST_A_WEEK = 10, 70  # whatever caps are written down: nobody is greeted more often


@dataclass(frozen=True, slots=True)
class Caps:
    """How many texts that nobody asked for a member gets, in the member's own days and weeks."""

    per_day: int = 1
    per_week: int = 4


@dataclass(frozen=True, slots=True)
class CheckIns:
    """How a member's regular check-in treats a day, from when it is first imported or chosen."""

    unless_heard: bool = False
    skip_holidays: bool = False


@dataclass(frozen=True, slots=True)
class LadderPolicy:
    """Minutes until the next person is told. `tier2_minutes` has one wait before each rung of a round."""

    tier2_minutes: tuple[int, ...] = (0, 5, 5)
    round_pause_minutes: int = 5
    tier3_repeat_minutes: int = 5
    outcome_minutes: int = 60


@dataclass(frozen=True, slots=True)
class Price:
    """What the provider charges for one segment, in the currency of its bill."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Later:
    """A flow that begins some time after everybody's yes: how long, in words such as `4 weeks after at 15:30`."""

    flow: str
    when: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation. Hours are by weekday (0 is Monday) in `zone`; the window is in each member's own zone."""

    name: str
    main_number: str
    zone: str
    languages: tuple[str, ...]
    hours: Mapping[int, tuple[Span, ...]]
    holidays: tuple[date, ...]
    hours_text: Mapping[str, str]
    helplines: tuple[Helpline, ...]
    window: Span
    caps: Caps
    ladder: LadderPolicy
    opt_out: OptOut
    sender_rate: float
    late_minutes: int
    promise_minutes: int
    spend_cap: int | None = None
    countries: tuple[str, ...] = ("US", "CA")
    segment_price: Price | None = None
    test_phones: tuple[str, ...] = ()
    joining: tuple[Later, ...] = ()
    check_ins: CheckIns = CheckIns()  # frozen


class OrganisationProblem(Exception):
    """The file cannot be used as it stands; `mistakes` holds everything found, in the order of its lines."""

    def __init__(self, mistakes: tuple[WordsMistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def load_organisation(config_dir: Path) -> Organisation:
    """Read organisation.yaml in this folder.

    Raises OrganisationProblem with every mistake, each with its line and a mend.
    """
    reading = _Reading(WordFile(config_dir / FILE, FILE))
    organisation = reading.organisation()
    if reading.file.mistakes:
        raise OrganisationProblem(tuple(sorted(reading.file.mistakes, key=lambda mistake: mistake.line)))
    return organisation


T = TypeVar("T")
Kind = Callable[[str], T]
_REQUIRED = ("name", "main_number", "zone", "languages", "hours", "hours_text", "helplines")
_OPTIONAL = (
    *("holidays", "window", "caps", "ladder"),
    *("promise_minutes", "late_minutes", "opt_out", "sender_rate", "spend_cap", "countries"),
    *("segment_price", "test_phones", "joining", "check_ins"),
)
_LONGEST_WAIT = 24 * 60
_opt_out: Kind[OptOut] = kinds.one_of("own", "provider")
_minutes = kinds.whole_number(0, _LONGEST_WAIT)
_some_minutes = kinds.whole_number(1, _LONGEST_WAIT)


def _segments(text: str) -> int | None:
    return kinds.whole_number(1, 10_000_000)(text)


def _price(text: str) -> Price | None:
    return Price(*kinds.money(text))


class _Reading:
    """One pass over the file. Every reader notes its mistakes in `file` and answers something, so that the pass goes on."""

    def __init__(self, file: WordFile) -> None:
        self.file = file

    def organisation(self) -> Organisation:
        top = self.keys(self.file.top, _REQUIRED, _OPTIONAL)
        # Without usable languages the texts are read in all, so that one mistake does not bring many.
        languages = self.several(top.get("languages"), kinds.one_of(*LANGUAGES)) or LANGUAGES
        return Organisation(
            name=self.one(top.get("name"), kinds.short_text(40), ""),
            main_number=self.one(top.get("main_number"), kinds.phone_number, ""),
            zone=self.one(top.get("zone"), kinds.zone, "UTC"),
            languages=languages,
            hours=self.hours(top.get("hours")),
            holidays=self.several(top.get("holidays"), kinds.day),
            hours_text=self.by_language(top.get("hours_text"), languages),
            helplines=self.helplines(top.get("helplines"), languages),
            window=self.one(top.get("window"), kinds.span, kinds.span("09:00-20:00")),
            caps=self.caps(top.get("caps")),
            ladder=self.ladder(top.get("ladder")),
            opt_out=self.one(top.get("opt_out"), _opt_out, "own"),
            sender_rate=self.one(top.get("sender_rate"), kinds.rate, 1.0),
            late_minutes=self.one(top.get("late_minutes"), _some_minutes, 60),
            promise_minutes=self.one(top.get("promise_minutes"), _some_minutes, 15),
            spend_cap=self.one(top.get("spend_cap"), _segments, None),
            countries=self.several(top.get("countries"), kinds.country) or ("US", "CA"),
            segment_price=self.one(top.get("segment_price"), _price, None),
            test_phones=self.several(top.get("test_phones"), kinds.phone_number),
            joining=self.joining(top.get("joining")),
            check_ins=self.check_ins(top.get("check_ins")),
        )

    def hours(self, node: Node | None) -> Mapping[int, tuple[Span, ...]]:
        days = self.keys(node, DAYS)
        return {number: self.several(days.get(name), kinds.span) for number, name in enumerate(DAYS)}

    def helplines(self, node: Node | None, languages: tuple[str, ...]) -> tuple[Helpline, ...]:
        found = tuple(self.helpline(item, languages) for item in self.file.items(node)) if node else ()
        if node and not found:
            # A safety text without a number to call would be worse than none.
            self.file.note(node, "There is no helpline.", "Keep at least one: safety texts name it.")
        return found

    def helpline(self, node: Node, languages: tuple[str, ...]) -> Helpline:
        parts = self.keys(node, ("name", "number", "text"))
        name = self.one(parts.get("name"), kinds.short_text(40), "")
        return Helpline(
            name,
            self.one(parts.get("number"), kinds.helpline_number, ""),
            self.by_language(parts.get("text"), languages),
        )

    def joining(self, node: Node | None) -> tuple[Later, ...]:
        return tuple(self.later(item) for item in self.file.items(node)) if node else ()

    def later(self, node: Node) -> Later:
        parts = self.keys(node, ("flow", "when"))
        flow = self.one(parts.get("flow"), kinds.short_text(40), "")
        return Later(flow, self.one(parts.get("when"), kinds.time_after, ""))

    def caps(self, node: Node | None) -> Caps:
        parts = self.keys(node, (), ("per_day", "per_week"))
        per_day = self.one(parts.get("per_day"), kinds.whole_number(1, MOST_A_DAY), Caps().per_day)
        return Caps(per_day, self.one(parts.get("per_week"), kinds.whole_number(1, MOST_A_WEEK), Caps().per_week))

    def check_ins(self, node: Node | None) -> CheckIns:
        usual = CheckIns()
        parts = self.keys(node, (), ("unless_heard", "skip_holidays"))
        return CheckIns(
            self.one(parts.get("unless_heard"), kinds.yes_or_no, usual.unless_heard),
            self.one(parts.get("skip_holidays"), kinds.yes_or_no, usual.skip_holidays),
        )

    def ladder(self, node: Node | None) -> LadderPolicy:
        usual = LadderPolicy()
        parts = self.keys(node, (), ("tier2_minutes", "round_pause_minutes", "tier3_repeat_minutes", "outcome_minutes"))
        return LadderPolicy(
            tier2_minutes=self.several(parts.get("tier2_minutes"), _minutes) or usual.tier2_minutes,
            round_pause_minutes=self.one(parts.get("round_pause_minutes"), _some_minutes, usual.round_pause_minutes),
            tier3_repeat_minutes=self.one(parts.get("tier3_repeat_minutes"), _some_minutes, usual.tier3_repeat_minutes),
            outcome_minutes=self.one(parts.get("outcome_minutes"), _some_minutes, usual.outcome_minutes),
        )

    def by_language(self, node: Node | None, languages: tuple[str, ...]) -> Mapping[str, str]:
        parts = self.keys(node, languages)
        return {language: self.file.text(part) for language, part in parts.items()}

    def keys(self, node: Node | None, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Mapping[str, Node]:
        """The mapping at `node` by key, with a mistake for each key that is missing or that nobody reads."""
        if node is None:
            return {}
        found = self.file.fields(node, (*required, *optional))
        for key in required:
            if key not in found:
                self.file.note(
                    node, f"'{key}' is missing.", "Add it; the organisation.yaml that comes with Peerline shows how."
                )
        return found

    def one(self, node: Node | None, kind: Kind[T], otherwise: T) -> T:
        """The value at `node`, or `otherwise` where there is none or a wrong one."""
        if node is None:
            return otherwise
        text = self.file.text(node)
        try:
            return kind(text) if text else otherwise
        except kinds.NotThisKind as problem:
            self.file.note(node, problem.what, problem.mend)
            return otherwise

    def several(self, node: Node | None, kind: Kind[T]) -> tuple[T, ...]:
        """The values of the list at `node`; wrong ones are left out."""
        found = [self.one(item, kind, None) for item in self.file.items(node)] if node else []
        return tuple(value for value in found if value is not None)
