"""What an author of flows is told: findings with a code, a place and a mend."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import DamerauLevenshtein

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column in a flow file, both counted from one."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an author should know, with the place and the way to mend it."""

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message} {self.mend}"


class FlowProblems(Exception):
    """A flow cannot be used; `findings` holds every mistake that was found, in the order of the file."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = in_order(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class Problems:
    """Gathers the findings of one file while it is read, so that all are told at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def error(self, code: str, place: Place, message: str, mend: str) -> None:
        """Note a mistake that keeps the flow from being used."""
        self.findings.append(Finding(code, "error", self.file, place.line, place.column, message, mend))

    def warning(self, code: str, place: Place, message: str, mend: str) -> None:
        """Note something that works and should be looked at all the same."""
        self.findings.append(Finding(code, "warning", self.file, place.line, place.column, message, mend))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The mistakes noted so far, warnings left out."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by file and place, each told once."""
    return tuple(sorted(set(findings), key=lambda f: (f.file, f.line, f.column, f.code, f.message)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like a word, or None where nothing comes near."""
    scored = [(DamerauLevenshtein.distance(word.casefold(), name.casefold()), name) for name in known]
    distance, name = min(scored, default=(99, ""))
    return name if distance <= max(1, len(word) // 3) else None


def suggest(word: str, known: Iterable[str]) -> str:
    """A mend for a name that does not exist: the nearest spelling, or the names that do exist.

    The list is cut after twelve names, so that a message stays one line.
    """
    names = sorted(known)
    near = nearest(word, names)
    if near is not None:
        return f'Did you mean "{near}"?'
    if not names:
        return "There is none to choose from."
    return "Use one of: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "") + "."
