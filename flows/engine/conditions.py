"""Conditions: comparisons of kept values and facts, joined by and, or, not.

Python's own grammar reads them, a whitelist of nodes lets through what the language has, and kinds are checked before
anything runs: a comparison with a choice that does not exist is a mistake found here. What remains becomes a code
object that can look values up and compare them, nothing else.

A comparison with a value that was not kept is unknown, and so is its opposite; a condition that is unknown is false.
`not` is therefore moved inwards to the comparisons before compiling.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.fixed_values import described, example, is_form_of, said
from flows.engine.flow import Condition, Test
from flows.engine.kinds import ORDERED, Kind, read_literal
from flows.engine.problems import Place, suggest

TURN = "turn"
_LONGEST = 400  # characters
_DEEPEST = 40  # levels of brackets and nots
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_YES_NO = Kind("yes or no", longest=3)


@dataclass(frozen=True, slots=True)
class Names:
    """What a condition may name: the flow's own values and the facts, with their kinds."""

    kept: Mapping[str, Kind]
    facts: Mapping[str, Kind]

    def kind(self, name: str) -> Kind | None:
        """The kind of a name, or None where there is no such name."""
        return Kind("number") if name == TURN else self.kept.get(name) or self.facts.get(name)

    @property
    def known(self) -> tuple[str, ...]:
        """Every name, for the nearest spelling."""
        return (*self.kept, *self.facts, TURN)


class ConditionProblem(Exception):
    """A condition that cannot be used: what is wrong, where in its text (from 0), and how to mend it."""

    def __init__(self, code: str, offset: int, message: str, mend: str) -> None:
        super().__init__(message)
        self.code, self.offset, self.message, self.mend = code, offset, message, mend


def compile_condition(source: str, names: Names, place: Place) -> Condition:
    """Compile a condition, after checking its names and kinds.

    Raises ConditionProblem for the first mistake, with the code `form.condition`, `names.value` or `kinds.comparison`.
    """
    tree = _Typed(names).truth(_read(source), opposite=False)
    arguments = [ast.arg(name) for name in ("kept", "fact", "turn")]
    function = ast.Lambda(ast.arguments([], arguments, None, [], [], None, []), tree)
    code = compile(ast.fix_missing_locations(ast.Expression(function)), "<condition>", "eval")
    # The tree was built here from a whitelist: names and texts of the file stand in it as constants only.
    test: Test = eval(code, {"__builtins__": {}})  # noqa: S307 - as the line above says
    return Condition(source, test, place, _proved(tree) & frozenset(names.kept))


def _proved(tree: ast.expr) -> frozenset[str]:
    """The names that are certainly kept where a safe tree is true: any part of an `and`, every part of an `or`."""
    if isinstance(tree, ast.BoolOp):
        parts = [_proved(part) for part in tree.values]
        return frozenset().union(*parts) if isinstance(tree.op, ast.And) else frozenset.intersection(*parts)
    sides = [tree.left, *tree.comparators] if isinstance(tree, ast.Compare) else []
    calls = [side for side in sides if isinstance(side, ast.Call)]
    return frozenset(str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant))


def _read(source: str) -> ast.expr:
    """Parse a condition with Python's grammar, mending messages for people who do not know it."""
    if len(source) > _LONGEST:
        raise ConditionProblem(
            "form.condition", 0, "This condition is too long to be read.", "Split it into several steps."
        )
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = max(0, (getattr(error, "offset", 1) or 1) - 1)
        mend = "Write comparisons such as feeling <= 2, joined by and, or, not; == compares."
        raise ConditionProblem("form.condition", offset, "This condition cannot be read.", mend) from None
    if _depth(tree) > _DEEPEST:
        raise ConditionProblem(
            "form.condition", 0, "This condition has too many brackets.", "Split it into several steps."
        )
    return tree


def _depth(tree: ast.AST) -> int:
    """How many levels a tree has, counted without recursion."""
    level, depth = [tree], 0
    while level and depth <= _DEEPEST:
        level, depth = [child for node in level for child in ast.iter_child_nodes(node)], depth + 1
    return depth


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: a name with its kind, or literals that wait for a kind."""

    node: ast.expr
    name: str | None = None
    kind: Kind | None = None


class _Typed:
    """Checks a condition against the known names and rebuilds it as a safe tree."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def truth(self, node: ast.expr, *, opposite: bool) -> ast.expr:
        """A tree that is true exactly where this one (or its opposite) is known to be true."""
        if isinstance(node, ast.BoolOp):
            return self._joined(node, opposite=opposite)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.truth(node.operand, opposite=not opposite)
        if isinstance(node, ast.Compare):
            return self._chain(node, opposite=opposite)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._alone(node, opposite=opposite)
        raise _not_read(node)

    def _joined(self, node: ast.BoolOp, *, opposite: bool) -> ast.expr:
        """`and` and `or`; the opposite of one is the other over the opposites."""
        joins_all = isinstance(node.op, ast.And) is not opposite
        parts = [self.truth(part, opposite=opposite) for part in node.values]
        return ast.BoolOp(ast.And() if joins_all else ast.Or(), parts)

    def _chain(self, node: ast.Compare, *, opposite: bool) -> ast.expr:
        """`1 <= feeling <= 3` as its comparisons one by one."""
        sides = [node.left, *node.comparators]
        parts = [self._comparison(*part, opposite=opposite) for part in zip(sides, node.ops, sides[1:], strict=False)]
        if len(parts) == 1:
            return parts[0]
        return ast.BoolOp(ast.Or() if opposite else ast.And(), parts)

    def _alone(self, node: ast.expr, *, opposite: bool) -> ast.expr:
        """A name by itself, which must be a yes or no."""
        side = self._named(node)
        if side.kind is None or side.kind.name != "yes or no":
            mend = f"Compare it, as in {side.name} == ..."
            raise _wrong(node, f"{side.name} is {described(side.kind)}, not a yes or no.", mend)
        return ast.Compare(_lookup(side.name or "", self.names), [ast.Is()], [ast.Constant(not opposite)])

    def _comparison(self, left: ast.expr, sign: ast.cmpop, right: ast.expr, *, opposite: bool) -> ast.expr:
        """One comparison, guarded so that it is false where a value was not kept."""
        if type(sign) not in _OPPOSITE:
            raise _wrong(left, "This comparison is not known.", "Use ==, !=, <, <=, >, >= or in.")
        here, there = self._sides(left, right)
        self._check_sign(sign, here, there, left)
        operator = _OPPOSITE[type(sign)]() if opposite else sign
        compared = ast.Compare(here.node, [operator], [there.node])
        guards = [ast.Compare(side.node, [ast.IsNot()], [ast.Constant(None)]) for side in (here, there) if side.name]
        return ast.BoolOp(ast.And(), [*guards, compared])

    def _sides(self, left: ast.expr, right: ast.expr) -> tuple[_Side, _Side]:
        """Both sides of a comparison; a literal takes the kind of the name it is compared with."""
        kinds = [self._kind_of(left), self._kind_of(right)]
        if kinds == [None, None]:
            raise self._no_name(left, right)
        sides = [self._side(node, kinds[1 - at]) for at, node in enumerate((left, right))]
        return sides[0], sides[1]

    def _no_name(self, left: ast.expr, right: ast.expr) -> ConditionProblem:
        """The mistake in a comparison that names nothing known."""
        for node in (left, right):
            if isinstance(node, ast.Name | ast.Attribute):
                return self._unknown(node)
            if said(node) is None:
                return _not_read(node)
        return _wrong(left, "Two fixed values are compared here.", "Name a kept value or a fact on one side.")

    def _kind_of(self, node: ast.expr) -> Kind | None:
        return self.names.kind(_dotted(node) or "")

    def _side(self, node: ast.expr, other: Kind | None) -> _Side:
        """One side, given the kind of the other: a name, a literal, a list of literals or a bare option word."""
        if self._kind_of(node) is not None:
            return self._named(node)
        if other is None:
            raise self._unknown(node)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return _Side(ast.Tuple([self._literal(item, other) for item in node.elts], ast.Load()))
        return _Side(self._literal(node, other))

    def _named(self, node: ast.expr) -> _Side:
        name = _dotted(node)
        kind = self.names.kind(name) if name else None
        if name is None or kind is None:
            raise self._unknown(node)
        return _Side(_lookup(name, self.names), name, kind)

    def _unknown(self, node: ast.expr) -> ConditionProblem:
        name = _dotted(node)
        if name is None:
            return _not_read(node)
        message = f'There is no value or fact called "{name}".'
        return ConditionProblem("names.value", node.col_offset, message, suggest(name, self.names.known))

    def _literal(self, node: ast.expr, kind: Kind) -> ast.expr:
        """A fixed value in the form in which values of that kind are kept."""
        words = said(node)
        value = read_literal(kind, words) if words is not None and is_form_of(node, kind) else None
        if value is None:
            raise self._misfit(node, kind)
        return ast.Constant(value)

    def _misfit(self, node: ast.expr, kind: Kind) -> ConditionProblem:
        """The mistake in a fixed value that does not fit the other side."""
        words = said(node)
        if words is None:
            return _not_read(node)
        if kind.name == "one of":
            return _wrong(node, f'"{words}" is none of the choices.', suggest(words, kind.options))
        if isinstance(node, ast.Name):
            return self._unknown(node)
        return _wrong(node, f"{words} is compared with {described(kind)}.", f"Write {example(kind)} here.")

    def _check_sign(self, sign: ast.cmpop, here: _Side, there: _Side, node: ast.expr) -> None:
        """Refuse comparisons that make no sense between these kinds."""
        if here.kind and there.kind and here.kind.name != there.kind.name:
            message = f"{here.name} is {described(here.kind)} and {there.name} is {described(there.kind)}."
            raise _wrong(node, message, "Compare values of one kind.")
        kind = here.kind or there.kind
        if type(sign) in _SIGNS and kind is not None and kind.name not in ORDERED:
            raise _wrong(node, f"{_SIGNS[type(sign)]} has no meaning for {described(kind)}.", "Use ==, != or in.")
        is_list = isinstance(there.node, ast.Tuple)
        if isinstance(sign, ast.In | ast.NotIn) is not is_list or isinstance(here.node, ast.Tuple):
            raise _wrong(node, "in needs a list on its right, and a list needs in.", "Write: name in ['a', 'b'].")


def _dotted(node: ast.expr) -> str | None:
    """A name, or a name and one attribute, as it is written; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return None


def _lookup(name: str, names: Names) -> ast.expr:
    """The tree that looks a value up: the turn itself, or a `get` on kept values or facts."""
    if name == TURN and name not in names.kept:
        return ast.Name(TURN, ast.Load())
    store = ast.Name("kept" if name in names.kept else "fact", ast.Load())
    return ast.Call(ast.Attribute(store, "get", ast.Load()), [ast.Constant(name)], [])


def _wrong(node: ast.expr, message: str, mend: str) -> ConditionProblem:
    return ConditionProblem("kinds.comparison", node.col_offset, message, mend)


def _not_read(node: ast.expr) -> ConditionProblem:
    mend = "Only comparisons, and, or, not and in are known here; there are no sums and no functions."
    return ConditionProblem("form.condition", node.col_offset, "This part of the condition is not known.", mend)
