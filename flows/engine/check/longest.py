"""The longest way through a flow, by any weight of its verbs, with circles told apart from what merely branches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flows.engine.outline import Position, Way

Ways = Mapping[Position, tuple[Way, ...]]
Weight = Callable[[Position], int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The heaviest way from a position: its weight, its steps, and whether a circle makes it endless."""

    weight: int
    path: tuple[str, ...] = ()
    endless: bool = False

    @property
    def way(self) -> str:
        """The steps of the way, each told once where they follow each other."""
        return " → ".join(dict.fromkeys(self.path))


def heaviest(ways: Ways, weight: Weight, *, to_end: bool = False) -> Mapping[Position, Stretch]:
    """The heaviest way from every position; with `to_end`, only ways that end the flow count, and others are left out."""
    found: dict[Position, Stretch] = {}
    for circle in circles_first_ends(ways):
        onward = [found[way.to] for at in circle for way in ways[at] if way.to in found and way.to not in circle]
        ends = any(way.to is None for at in circle for way in ways[at])
        if to_end and not onward and not ends:
            continue
        best = max(onward, key=lambda stretch: (stretch.endless, stretch.weight), default=Stretch(0))
        own = sum(weight(at) for at in circle)
        goes_round = len(circle) > 1 or any(way.to == circle[0] for way in ways[circle[0]])
        endless = best.endless or (goes_round and own > 0)
        for at in circle:
            found[at] = Stretch(own + best.weight, (at[0], *best.path), endless)
    return found


def circles(ways: Ways) -> list[list[Position]]:
    """Every set of positions that go round."""
    return [one for one in circles_first_ends(ways) if len(one) > 1 or any(way.to == one[0] for way in ways[one[0]])]


@dataclass(slots=True)
class _Search:
    """Tarjan's search for circles while it runs; without recursion, as flows may be long."""

    ways: Ways
    order: dict[Position, int] = field(default_factory=dict)
    low: dict[Position, int] = field(default_factory=dict)
    stack: list[Position] = field(default_factory=list)
    open: set[Position] = field(default_factory=set)
    found: list[list[Position]] = field(default_factory=list)

    def explore(self, start: Position) -> None:
        """Search everything that can be reached from a start and was not searched before."""
        todo: list[tuple[Position, int]] = [] if start in self.order else [(start, 0)]
        while todo:
            at, number = todo.pop()
            if number == 0:
                self._enter(at)
            following = self._following(at)
            if number < len(following):
                todo.append((at, number + 1))
                if self._is_new(at, following[number]):
                    todo.append((following[number], 0))
                continue
            self._close(at)
            if todo:
                self.low[todo[-1][0]] = min(self.low[todo[-1][0]], self.low[at])

    def _following(self, at: Position) -> Sequence[Position]:
        return [way.to for way in self.ways[at] if way.to is not None and way.to in self.ways]

    def _enter(self, at: Position) -> None:
        self.order[at] = self.low[at] = len(self.order)
        self.stack.append(at)
        self.open.add(at)

    def _is_new(self, at: Position, to: Position) -> bool:
        if to in self.open:
            self.low[at] = min(self.low[at], self.order[to])
        return to not in self.order

    def _close(self, at: Position) -> None:
        """Take a whole circle off the stack where it began."""
        if self.low[at] != self.order[at]:
            return
        cut = self.stack.index(at)
        self.found.append(self.stack[cut:])
        self.open -= set(self.stack[cut:])
        del self.stack[cut:]


def circles_first_ends(ways: Ways) -> list[list[Position]]:
    """Positions gathered by the circles they are part of (alone where they are in none), those nearest the ends first."""
    search = _Search(ways)
    for at in ways:
        search.explore(at)
    return search.found
