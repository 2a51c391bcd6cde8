"""The documents are true: what they name exists, what exists is named, and nothing anywhere ranks people."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from config.texts import load_texts
from service.cli.main import COMMANDS
from service.store.tables import metadata

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
# The stems catch plurals; the Spanish words stand beside the English ones. A letter before makes another word: frank, appoint.
RANKING = re.compile(
    r"(?<![a-záéíóúñ])(streak|rank|score|badge|level|points|leader_?board|percentile|days[_ ](?:sober|clean)"
    r"|racha|puntos|nivel|d[ií]as (?:sobri|limpi))",
    re.IGNORECASE,
)
FALSE_HITS = {
    ("flow story.yaml", "level"),  # who may hear a story: the specialist, the circle, members, nobody
}


def test_every_setting_stands_in_the_operations_page() -> None:
    """Whoever runs it finds each variable of .env.example in the table, and no other one."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", page, re.MULTILINE))

    assert told == shown


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_stands_in_a_page(command: str) -> None:
    """A command that no page names is found by nobody."""
    said = re.compile(rf"(?:peerline|run\.py) {command}\b|`{command}[ `]")

    assert [page.name for page in PAGES if said.search(page.read_text(encoding="utf-8"))]


def test_every_command_that_a_page_names_exists() -> None:
    """What is printed in a page can be typed."""
    named = {
        (page.name, command)
        for page in PAGES
        for command in re.findall(r"(?:^|`|run\.py )peerline ([a-z]+)\b", _code(page), re.MULTILINE)
    }

    assert {(page, command) for page, command in named if command not in COMMANDS} == set()


def test_what_the_features_page_names_exists() -> None:
    """Each feature is shown by a file that is there, and by a test of that name in it."""
    assert [place for place in _places() if not _exists(place)] == []


def test_every_feature_is_shown_by_something() -> None:
    """No line of the features page stands without a test or a command."""
    rows = [line for line in _features().splitlines() if line.startswith("| ") and not line.startswith("| what")]

    assert rows
    assert [row for row in rows if not re.search(r"`[^`]+`", row.rsplit("|", 2)[1])] == []


def test_no_link_leads_nowhere() -> None:
    """Every page and picture that a page links to is there."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []


def test_decisions_have_one_number_each_and_are_named_by_it() -> None:
    """Counted from one without a gap; the title has the file's number, and so has every link and comment."""
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    titles = [page.read_text(encoding="utf-8").partition(".")[0] for page in files]
    assert [int(page.name[:4]) for page in files] == list(range(1, len(files) + 1))
    assert titles == [f"# {number}" for number in range(1, len(files) + 1)]
    for page in PAGES:
        links = re.findall(r"\[decision (\d+)\]\([^)]*?(\d{4})-", page.read_text(encoding="utf-8"))
        assert [number for number, file in links if int(number) != int(file)] == [], page
    code = (
        path.read_text(encoding="utf-8") for folder in ("config", "service", "workers") for path in _modules(folder)
    )
    named = {int(number) for text in code for number in re.findall(r"\(decision (\d+)\)", text)}
    assert named <= set(range(1, len(files) + 1))


def test_no_page_names_the_place_where_it_was_written() -> None:
    """No path of a developer's machine is part of a page."""
    place = re.compile(r"/(?:home|Users)/\w+/|(?<![\w.])/(?:root|tmp|work)/")

    assert [page.name for page in PAGES if place.search(page.read_text(encoding="utf-8"))] == []


def test_nothing_ranks_or_counts_people() -> None:
    """No table, column, text, flow or command counts days, ranks people or compares them."""
    found = {(place, match[0].lower()) for place, said in _said() for match in RANKING.finditer(said)}

    assert found - FALSE_HITS == set()


def test_the_words_that_rank_are_found_where_they_stand() -> None:
    """The search itself works, and ordinary words pass."""
    samples: Mapping[str, bool] = {
        "streak_days": True, "days_sober": True, "Your score": True, "tu racha": True, "días sobrio": True,
        "frank words": False, "how heavy is today": False, "puntual": False,
    }  # fmt: skip

    assert {text: bool(RANKING.search(text)) for text in samples} == samples


def _said() -> Iterator[tuple[str, str]]:
    """Everything that names people's data or is read by them, with its place."""
    for table in metadata.tables.values():
        yield from ((f"table {table.name}", name) for name in (table.name, *(column.name for column in table.columns)))
    for language, texts in load_texts(ROOT / "config").by_language.items():
        yield from ((f"text {language}.{key}", f"{key} {text}") for key, text in texts.items())
    for flow in sorted((ROOT / "flows").rglob("*.yaml")):
        yield f"flow {flow.name}", flow.read_text(encoding="utf-8")
    yield from ((f"command {name}", f"{name} {about}") for name, about in COMMANDS.items())


def _modules(folder: str) -> Iterator[Path]:
    return (ROOT / folder).rglob("*.py")


def _features() -> str:
    return (ROOT / "docs/features.md").read_text(encoding="utf-8")


def _places() -> list[str]:
    return re.findall(r"`((?:tests|service|flows|config|docs|workers)/[^`\s]+)`", _features())


def _exists(place: str) -> bool:
    path, _, name = place.partition("::")
    return (ROOT / path).exists() and (not name or name in _tests_of(ROOT / path))


@cache
def _tests_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _code(page: Path) -> str:
    """What stands in a page as something to type: blocks and words between backticks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`[^`\n]+`", text)])
