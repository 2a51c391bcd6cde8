"""A flow, compiled: what `advance` walks through and the checks read. Immutable; places point into the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flows.engine.kinds import Kind, Value
from flows.engine.moments import ClockTime, DateKept, Length
from flows.engine.problems import Place
from flows.engine.script import Trial

Test = Callable[[Mapping[str, Value], Mapping[str, Value], int], bool]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with its placeholders: `literals` has one more part than `slots`, and they alternate."""

    literals: tuple[str, ...]
    slots: tuple[str, ...]
    place: Place

    @property
    def source(self) -> str:
        """The text as it was written."""
        middle = (f"{{{slot}}}{literal}" for slot, literal in zip(self.slots, self.literals[1:], strict=True))
        return self.literals[0] + "".join(middle)


@dataclass(frozen=True, slots=True)
class Text:
    """One thing to tell, in each language; `spoken` and `discreet` hold other words where a step has them."""

    plain: Mapping[str, Template]
    place: Place
    spoken: Mapping[str, Template] = field(default_factory=dict)
    discreet: Mapping[str, Template] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as it was written, and the function that decides it from kept values, facts and the turn.

    `proves` holds the kept values that are certainly there whenever the condition is true.
    """

    source: str
    test: Test
    place: Place
    proves: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    """A value handed over: literal, or (`of` is `kept` or `fact`) looked up by name."""

    value: Value
    of: str
    place: Place


@dataclass(frozen=True, slots=True)
class Goal:
    """The step that comes next, and where that is written."""

    step: str
    place: Place


@dataclass(frozen=True, slots=True)
class Reply:
    """A named reply: what it looks like, what is kept, and where it goes (None: on with the same step)."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    ranges: tuple[tuple[int, int], ...]
    kind: str | None
    value: Value
    go: Goal | None
    place: Place


@dataclass(frozen=True, slots=True)
class Matcher:
    """The replies of one step, ready to be matched.

    `exact` leads from plain words to a reply; `ranges` and `kinds` are in order; `loose` holds, by
    their first letter, the phrases that a slip of the finger may be taken for, the service's own among them with an
    empty name; `open` says that the step
    takes any words.
    """

    exact: Mapping[str, str]
    ranges: tuple[tuple[int, int, str], ...]
    kinds: tuple[tuple[str, str], ...]
    loose: Mapping[str, tuple[tuple[str, str], ...]]
    open: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of a silence ladder: when, what is said (`repeat`: the question again), and where to go, if anywhere."""

    when: Length | ClockTime
    text: Text | None
    repeat: bool
    go: Goal | None
    place: Place


@dataclass(frozen=True, slots=True)
class Say:
    """Tell something and go on."""

    text: Text
    place: Place


@dataclass(frozen=True, slots=True)
class Ask:
    """Tell something and wait for a reply."""

    text: Text
    keep: str | None
    replies: Mapping[str, Reply]
    anything: Reply | None
    silence: tuple[Rung, ...]
    skip: Goal | None
    matcher: Matcher
    place: Place


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a length of time, a time of the clock or a known date; replies may interrupt."""

    moment: Length | ClockTime | DateKept
    keep: str | None
    replies: Mapping[str, Reply]
    anything: Reply | None
    matcher: Matcher
    place: Place


@dataclass(frozen=True, slots=True)
class Choose:
    """Go one of several ways: the first whose condition holds, else `otherwise`; or one after another, by turns."""

    ways: tuple[tuple[Condition, Goal], ...]
    otherwise: Goal | None
    in_turn: tuple[Goal, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep values."""

    values: Mapping[str, Given]
    place: Place


@dataclass(frozen=True, slots=True)
class Run:
    """Run another flow, with values, and keep what it gives (`keep`: our name to its name)."""

    flow: str
    given: Mapping[str, Given]
    keep: Mapping[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class Pass:
    """Hand this to a person."""

    to: str
    promise: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Alert:
    """Raise an escalation."""

    tier: int
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Do:
    """Carry out an action; `waits` where it has results."""

    action: str
    given: Mapping[str, Given]
    keep: Mapping[str, str]
    waits: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Go:
    """Go on at another step; `written` is false where a step simply goes on with the one below it."""

    goal: Goal
    written: bool = True


@dataclass(frozen=True, slots=True)
class End:
    """Finish; `written` is false where the last step of a file just stops."""

    place: Place
    written: bool = True


Verb = Say | Ask | Wait | Choose | Keep | Run | Pass | Alert | Do | Go | End


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its verbs in the order in which they are written, the last of which always leads somewhere or ends."""

    name: str
    verbs: tuple[Verb, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Flow:
    """A conversation written down, ready to be walked."""

    name: str
    title: str
    purpose: str
    languages: tuple[str, ...]
    takes: Mapping[str, Kind]
    keeps: Mapping[str, Kind]
    gives: tuple[str, ...]
    first: str
    steps: Mapping[str, Step]
    unsure: Text | None
    silence: tuple[Rung, ...]
    renamed: Mapping[str, str]
    discreet: bool
    coverage_full: bool
    budget: int | None
    file: str
    place: Place
    trials: tuple[Trial, ...] = ()
    runs: tuple[str, ...] = ()  # the flows that it runs, each as often as it does

    @property
    def values(self) -> Mapping[str, Kind]:
        """Every value the flow may name as its own, with its kind: those it takes and those it keeps."""
        return {**self.takes, **self.keeps}
