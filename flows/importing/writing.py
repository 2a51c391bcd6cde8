"""A settled draft as a flow file of ours, with what could not be carried over as comments beside its steps."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from flows.importing.draft import PERSON, Decide, Draft, Keep, Listen, Say, Turns, goals
from flows.importing.names import UniqueNames, step_name
from flows.importing.notes import Notes
from flows.importing.placeholders import slots_in
from flows.importing.steps import Page, Silence, is_question, silence_of, step_lines
from flows.importing.texts import one_line
from flows.importing.values import Settled
from flows.importing.yaml_text import inline, listed, quoted

_DONE = "done"
_LONGEST = 9999  # characters that a kind of words may name
_USUAL = 160  # and those that it has without naming them


def write_flow(settled: Settled, notes: Notes) -> str:
    """The text of a flow file.

    A language in which a text is missing, or shows other values, is left out with a note; its texts stay as comments.
    """
    draft = settled.draft
    names = UniqueNames(taken=(_DONE,))
    steps = {key: names.take(step_name(node.label)) for key, node in draft.nodes.items()}
    page = Page(_languages(draft, notes), settled.kinds, steps, _DONE, _usual_silence(draft), names)
    body: list[str] = []
    last = [f"  {_DONE}:", "    end: yes"] if _needs_done(draft) else []
    told = notes.beside(draft.name)
    for (key, node), following in zip(draft.nodes.items(), [*list(draft.nodes)[1:], None], strict=True):
        beside = (f"  # Not as it was: {one_line(f'{note.what} {note.instead}', 300)}" for note in told.get(key, ()))
        body += [*beside, *step_lines(page, key, node, following)]
    return "\n".join([*_head(settled, page), *body, *last]).rstrip() + "\n"


def _head(settled: Settled, page: Page) -> Iterator[str]:
    draft = settled.draft
    yield f"# Brought over from {draft.origin}. Read what could not be carried over before this is published."
    yield f"flow: {draft.name}"
    yield f"title: {quoted(draft.title)}"
    yield f"purpose: {quoted(f'Brought over from {draft.origin}. Say here what it is for.')}"
    yield f"languages: {listed(page.languages)}"
    kinds = _kinds(settled)
    takes = {name: kind for name, kind in kinds.items() if name in draft.takes}
    keeps = {name: kind for name, kind in kinds.items() if name not in draft.takes}
    yield from ["", f"takes: {inline(takes)}"] if takes else []
    yield from ["", "keeps:", *(f"  {name}: {kind}" for name, kind in keeps.items())] if keeps else []
    if page.silence is not None:
        after, goal = page.silence
        yield from ["", "silence:", f"  - {{after: {after}, go: {page.goal(goal)}}}"]
    yield from ["", "steps:"]


def _kinds(settled: Settled) -> dict[str, str]:
    """Kinds as they are written; words have room for the longest fixed text that is kept under their name."""
    longest: dict[str, int] = {}
    for node in settled.draft.nodes.values():
        for act in node.acts:
            if isinstance(act, Keep) and not act.copied:
                longest[act.name] = max(longest.get(act.name, 0), len(act.value))
    return {name: _kind(kind, longest.get(name, 0)) for name, kind in settled.kinds.items()}


def _kind(kind: str, longest: int) -> str:
    return f"words up to {min(_LONGEST, longest)}" if kind == "words" and longest > _USUAL else kind


def _languages(draft: Draft, notes: Notes) -> tuple[str, ...]:
    """The language of the source, and those into which every text is translated with the same placeholders."""
    base, *others = draft.languages
    missing = {other: list(_missing(draft, base, other)) for other in others}
    for other, found in missing.items():
        for key, why in found:
            notes.add(
                draft.name,
                key,
                f"A text {why} in {other}.",
                f"The flow has {base} alone; its other texts in {other} stay as comments.",
                key,
            )
    return (base, *(other for other, found in missing.items() if not found))


def _missing(draft: Draft, base: str, other: str) -> Iterator[tuple[str, str]]:
    for key, node in draft.nodes.items():
        for act in node.acts:
            if isinstance(act, Say) and not act.texts.get(other, "").strip():
                yield key, "is missing"
            elif isinstance(act, Say) and slots_in(act.texts[base]) != slots_in(act.texts[other]):
                yield key, "shows other values"


def _usual_silence(draft: Draft) -> Silence | None:
    """What most questions of a flow do about silence, which is then said once for all."""
    listens = (node.leave for node in draft.nodes.values() if is_question(node))
    found = Counter(silence_of(leave) for leave in listens if isinstance(leave, Listen))
    return max(found, key=lambda silence: found[silence], default=None)


def _needs_done(draft: Draft) -> bool:
    """Tell whether a step is needed that only ends, as a reply, a way or a silence leads to the end."""
    for node in draft.nodes.values():
        leave = node.leave
        wanted = goals(leave) if is_question(node) or isinstance(leave, Decide | Turns) else ()
        if None in wanted or (isinstance(leave, Listen) and None in goals(replace(leave, silence=PERSON))):
            return True
    return False
