"""Fixed values in conditions: what they say, whether they are written as their kind wants it, and how to say so."""

import ast

from flows.engine.kinds import Kind


def said(node: ast.expr) -> str | None:
    """The words of a fixed value: a text, a whole number, or a bare word such as yes."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = said(node.operand)
        return f"-{inner}" if inner is not None else None
    is_fixed = isinstance(node, ast.Constant) and isinstance(node.value, str | int) and not isinstance(node.value, bool)
    return str(node.value) if is_fixed and isinstance(node, ast.Constant) else None


def is_form_of(node: ast.expr, kind: Kind) -> bool:
    """Tell whether a fixed value is written as its kind wants it: numbers bare, words and times in quotes."""
    if kind.name == "number":
        return not isinstance(node, ast.Name) and not (isinstance(node, ast.Constant) and isinstance(node.value, str))
    if kind.name in ("one of", "yes or no"):
        return not (isinstance(node, ast.Constant) and isinstance(node.value, int))
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def described(kind: Kind | None) -> str:
    """A kind with its article, for messages."""
    if kind is None:
        return "something unknown"
    if kind.name == "one of":
        return f"a choice ({', '.join(kind.options)})"
    return kind.name if kind.name == "words" else f"a {kind}"


def example(kind: Kind) -> str:
    """How a value of a kind is written, for mends."""
    if kind.low is not None:
        return f"a {kind}"
    examples = {"number": "a whole number such as 2", "yes or no": "yes or no", "time": "a time such as '18:30'"}
    return examples.get(kind.name, "a date such as '2026-05-03'" if kind.name == "date" else "a text in quotes")
