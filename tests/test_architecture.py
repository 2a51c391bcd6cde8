"""What must hold of the code as a whole. Each test names the file and line to mend."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("config", "flows", "service", "workers")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def _trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in _modules(*folders):
        yield path, _tree(path)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _lines(function: Function) -> int:
    """The lines of a function without its docstring, which tells and does not do."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    told = 0 if docstring is None else (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def test_no_import_stands_inside_a_function() -> None:
    """What a module needs stands at its top, where a cycle shows at once."""
    found = [
        _place(path, node)
        for path, tree in _trees(*PACKAGES, "tests")
        for function in _functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_modules_and_functions_stay_small() -> None:
    """A module holds one idea in at most 300 lines, a function at most 40."""
    modules = [str(path.relative_to(ROOT)) for path in _modules(*PACKAGES) if _length(path) > LONGEST_MODULE]
    functions = [
        f"{_place(path, function)} {function.name}"
        for path, tree in _trees(*PACKAGES, "tests")
        for function in _functions(tree)
        if _lines(function) > LONGEST_FUNCTION
    ]
    assert (modules, functions) == ([], [])


def test_most_functions_are_very_small() -> None:
    """Half of all functions have at most six lines, and nine of ten at most twenty."""
    lengths = sorted(_lines(function) for _, tree in _trees(*PACKAGES) for function in _functions(tree))
    assert lengths[len(lengths) // 2] <= 6
    assert lengths[len(lengths) * 9 // 10] <= 20


@pytest.mark.parametrize("folder", ["flows/engine", "service/rules"])
def test_the_pure_parts_read_no_clock_and_draw_no_chance(folder: str) -> None:
    """The same input gives the same output: time arrives as an argument, and nothing is opened or printed."""
    impure = re.compile(
        r"(^|\.)((datetime|date)\.(now|today|utcnow)|monotonic|perf_counter|urandom|uuid4|uuid7|token_\w+)$|^(open|print|input)$|^time\.time$"
    )
    found = [
        f"{_place(path, node)} {_called(node)}"
        for path, tree in _trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and impure.search(_called(node))
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["flows/engine", "service/rules"])
def test_the_pure_parts_keep_no_state_of_their_own(folder: str) -> None:
    """No `global`, so that nothing that one member says can reach another."""
    found = [
        _place(path, node) for path, tree in _trees(folder) for node in ast.walk(tree) if isinstance(node, ast.Global)
    ]
    assert found == []


def test_only_the_clock_gateway_reads_the_time() -> None:
    """Now is an argument everywhere else, so that tests and the demo can move it. Waiting for our own processes is the machine's."""
    allowed = {"service/gateways/clock.py"}
    reading = re.compile(r"(^|\.)(datetime\.(now|utcnow)|date\.today|time\.time)$")
    found = [
        _place(path, node)
        for path, tree in _trees("config", "flows", "service", "workers")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and reading.search(_called(node))
        if path.relative_to(ROOT).as_posix() not in allowed and "simulator" not in path.parts
    ]
    assert found == []


def test_sql_decides_nothing_by_its_own_clock() -> None:
    """No `now()` in SQL and no server default: there is one clock, and it is handed in."""
    forbidden = re.compile(r"\bnow\(\)|current_timestamp|clock_timestamp|server_default=(?!None)", re.IGNORECASE)
    files = [*_modules("service/store"), *_modules("migrations/versions")]
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


def test_tests_replace_nothing() -> None:
    """A test hands in a fake or uses the real thing; nothing is patched, and nothing sleeps."""
    found = [
        f"{_place(path, node)} {ast.unparse(node)}"
        for path, tree in _trees("tests")
        for node in ast.walk(tree)
        if _patches(node) or (path.name.startswith("test_") and _sleeps(node))
    ]
    assert found == []


def test_every_setting_is_explained() -> None:
    """What the environment may hold stands in .env.example, and nothing else does."""
    read = set(re.findall(r'"([A-Z][A-Z0-9_]+)"', (ROOT / "config/settings.py").read_text()))
    shown = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert shown == read


def test_nothing_names_the_place_where_it_was_written() -> None:
    """No path of a developer's machine and no address of a package registry is part of the project."""
    place = re.compile(
        r"/home/\w+/|/root/|/Users/\w+/|https?://[\w.-]*(?:pypi|pythonhosted|npmjs)[\w.-]*", re.IGNORECASE
    )
    files = [*_modules(*PACKAGES, "migrations", "tests"), *sorted((ROOT / "requirements").glob("*"))]
    mine = Path(__file__).resolve()
    found = [str(path.relative_to(ROOT)) for path in files if path.resolve() != mine and place.search(path.read_text())]
    assert found == []


@pytest.mark.parametrize("word", ["patient", "client", "case number"])
def test_people_are_called_by_their_words(word: str) -> None:
    """Members are members, in every text that people read."""
    texts: Sequence[Path] = [*(ROOT / "config").rglob("texts.yaml"), *(ROOT / "flows").glob("*.yaml")]
    found = [
        str(path.relative_to(ROOT)) for path in texts if re.search(rf"\b{word}s?\b", path.read_text(), re.IGNORECASE)
    ]
    assert found == []


def _length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _patches(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith("unittest.mock")
    if isinstance(node, ast.arg):
        return node.arg in {"monkeypatch", "mocker"}
    return False


def _sleeps(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called(node) in {"time.sleep", "sleep"}
