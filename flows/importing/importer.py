"""From a file of another system to flow files of ours, with a list of what could not be carried over."""

from dataclasses import dataclass, replace
from typing import Literal

from flows.engine.catalogue import Catalogue
from flows.engine.compile import compile_flow
from flows.engine.problems import FlowProblems
from flows.importing.counting import unroll_counts
from flows.importing.draft import Draft
from flows.importing.notes import Note, Notes
from flows.importing.rapidpro.export import is_rapidpro, read_export
from flows.importing.runs import cut_rings
from flows.importing.source import read_json, refuse
from flows.importing.studio.flow import is_studio, read_studio
from flows.importing.tidy import pruned, tidy
from flows.importing.values import settle_values
from flows.importing.writing import write_flow

System = Literal["auto", "rapidpro", "studio"]


@dataclass(frozen=True, slots=True)
class FlowFile:
    """One flow file, as it is to be written: its name with us and its text."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gives: flow files that compile, and what could not be carried over."""

    files: tuple[FlowFile, ...]
    notes: tuple[Note, ...]


def import_flows(text: str, file: str, catalogue: Catalogue, system: System = "auto") -> Imported:
    """Read an export of RapidPro or TextIt (formats 13 and 14) or a flow of Twilio Studio.

    `file` is its name, for messages and for flows that have none of their own. Raises FlowProblems where there is nothing
    to make flows of, with a finding that says what is wrong and what to do: `import.json`, `import.unknown-format`,
    `import.old-format`, `import.empty`, `import.too-large`, or, should a file come out that does not compile,
    `import.unwritable` with what the compiler says.
    """
    notes = Notes()
    root = read_json(text, file)
    drafts = _read(root, file, catalogue, notes, _system(root, file) if system == "auto" else system)
    files = tuple(_written(draft, file, catalogue, notes) for draft in cut_rings(drafts, notes))
    return Imported(files, notes.all())


def _system(root: object, file: str) -> System:
    if is_studio(root):
        return "studio"
    if not is_rapidpro(root):
        message = "This is neither an export of RapidPro or TextIt nor a flow of Twilio Studio."
        refuse(file, "import.unknown-format", message, "Export the flow as JSON, or say --format.")
    return "rapidpro"


def _read(root: object, file: str, catalogue: Catalogue, notes: Notes, system: System) -> tuple[Draft, ...]:
    reader = read_studio if system == "studio" else read_export
    return reader(root, file, catalogue, notes)


def _written(draft: Draft, file: str, catalogue: Catalogue, notes: Notes) -> FlowFile:
    settled = settle_values(tidy(draft, notes), frozenset(catalogue.slots), frozenset(catalogue.facts), notes)
    settled = replace(settled, draft=pruned(settled.draft, draft, notes))
    source = write_flow(unroll_counts(settled, notes), notes)
    try:
        compile_flow(source, f"{draft.name}.yaml", catalogue)
    except FlowProblems as problem:
        found = problem.findings[0]
        message = f'The flow "{draft.name}" cannot be written: {found.message}'
        refuse(
            file, "import.unwritable", message, "Make it simpler or smaller where it comes from, and export it again."
        )
    return FlowFile(draft.name, source)
