"""What differs between two versions of a flow, in words that a coordinator reads: steps, texts, replies, silence, ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flows.engine.flow import Flow, Step
from flows.engine.portrait import LANGUAGES, Part, Sort, flow_parts, step_parts

Code = Sort | Literal["step.added", "step.gone", "step.renamed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `step` is empty for the flow as a whole; `old` or `new` is None where there was or is nothing."""

    code: Code
    step: str
    what: str
    old: str | None
    new: str | None
    language: str | None = None
    added: tuple[str, ...] = ()  # of a list: what came
    gone: tuple[str, ...] = ()  # of a list: what went

    def __str__(self) -> str:
        if self.code == "step.renamed":
            return f'The step "{self.old}" is now called "{self.new}".'
        if self.code in ("step.added", "step.gone"):
            return f'The step "{self.step}" is {"new" if self.code == "step.added" else "gone"}.'
        where = f'In the step "{self.step}"' if self.step else "In the flow"
        tongue = f" in {LANGUAGES.get(self.language, self.language)}" if self.language else ""
        return f"{where}, the {self.what}{tongue} {self._became()}"

    def _became(self) -> str:
        if self.added or self.gone:
            more = [f"now also takes {', '.join(self.added)}"] if self.added else []
            less = [f"no longer takes {', '.join(self.gone)}"] if self.gone else []
            return " and ".join([*more, *less]) + "."
        if self.old is None or self.new is None:
            return f"is new: {self.new}" if self.old is None else f"is gone. It was: {self.old}"
        return f"was: {self.old}\n    It is now: {self.new}"


def changes(old: Flow, new: Flow) -> tuple[Change, ...]:
    """Every difference that a member or a coordinator could meet, in the order of the new file, steps that went last.

    Comments, spacing and the tests in the files make none, nor does a way that leads to a step under its new name.
    """
    found = list(_parts("", flow_parts(old, new.renamed), flow_parts(new)))
    before = {place: name for name in old.steps if (place := _place(old, new, name)) is not None}
    for step in new.steps.values():
        found += _step(old, new, before.get(step.name), step)
    gone = [name for name in old.steps if name not in before.values()]
    return (*found, *(Change("step.gone", name, "step", name, None) for name in gone))


def _place(old: Flow, new: Flow, name: str) -> str | None:
    """Where a step of the old version is in the new one; a name that another step was renamed to is that one's."""
    goal = new.renamed.get(name, name)
    is_taken = goal == name and any(was != name and to == name and was in old.steps for was, to in new.renamed.items())
    return goal if goal in new.steps and not is_taken else None


def _step(old: Flow, new: Flow, before: str | None, step: Step) -> Iterator[Change]:
    if before is None:
        yield Change("step.added", step.name, "step", None, step.name)
        yield from _parts(step.name, (), step_parts(new, step))
        return
    if before != step.name:
        yield Change("step.renamed", step.name, "step", before, step.name)
    yield from _parts(step.name, step_parts(old, old.steps[before], new.renamed), step_parts(new, step))


def _parts(step: str, old: tuple[Part, ...], new: tuple[Part, ...]) -> Iterator[Change]:
    was, now = _by_name(old), _by_name(new)
    for key, part in now.items():
        before = was.get(key)
        if before is None:
            yield Change(part.sort, step, part.name, None, part.words, part.language)
        elif before.words != part.words:
            yield _changed(step, before, part)
    for key, part in was.items():
        if key not in now:
            yield Change(part.sort, step, part.name, part.words, None, part.language)


def _by_name(parts: tuple[Part, ...]) -> dict[tuple[str, str | None], Part]:
    return {(part.name, part.language): part for part in parts}


def _changed(step: str, old: Part, new: Part) -> Change:
    if not new.listed:
        return Change(new.sort, step, new.name, old.words, new.words, new.language)
    was, now = old.words.split(", "), new.words.split(", ")
    added, gone = tuple(w for w in now if w not in was), tuple(w for w in was if w not in now)
    return Change(new.sort, step, new.name, old.words, new.words, new.language, added, gone)
