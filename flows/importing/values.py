"""The values of a draft: which there are, of what kind, and what becomes of those that nothing ever keeps.

A value is a number where everything that is kept under its name is one, else words. A text or a decision that needs a
value which this flow never has goes without it, and a person is told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from flows.importing.aliases import without_aliases
from flows.importing.assigned import says_number, surely_kept
from flows.importing.draft import Act, Count, Decide, Draft, Go, Keep, Listen, Node, Pass, Say, Way
from flows.importing.notes import Notes
from flows.importing.placeholders import slots_of, without

_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
UNKNOWN = "-"  # shown where RapidPro and Studio would show nothing at all
_LONGEST_LIST = 150  # characters; a condition has 400 at most, and each word stands in it in several spellings
FIRST = "what is kept at first"


@dataclass(frozen=True, slots=True)
class Settled:
    """A draft whose every value is kept or taken, with the kind of each: `number` or `words`."""

    draft: Draft
    kinds: Mapping[str, str]


def settle_values(draft: Draft, slots: frozenset[str], facts: frozenset[str], notes: Notes) -> Settled:
    """Give every value a kind, and do without those that nothing keeps; `slots` and `facts` are known to the service."""
    draft = without_aliases(_without_empty_copies(draft, notes))
    known = _kept(draft) | draft.takes
    nodes = {key: _showing(draft.name, key, node, known | slots, notes) for key, node in draft.nodes.items()}
    draft = replace(draft, nodes=nodes)
    counted = {act.name for act in _acts(draft) if isinstance(act, Count)}
    numbers = _answered_by_number(draft)
    numbers -= _needed_early(draft, slots, numbers) - counted
    needed = _needed_early(draft, slots, numbers)
    kinds = _kinds(draft, known, numbers, needed - counted)
    for name in sorted(needed - counted):
        notes.add(draft.name, "", f"{name} may not be known where it is needed.", f'Then "{UNKNOWN}" stands for it.')
    nodes = {key: _counting(draft.name, key, node, kinds, notes) for key, node in draft.nodes.items()}
    nodes = {key: _deciding(draft.name, key, node, kinds, facts, notes) for key, node in nodes.items()}
    return Settled(_begun(replace(draft, nodes=nodes), needed, kinds), kinds)


def _acts(draft: Draft) -> Iterator[Act]:
    for node in draft.nodes.values():
        yield from node.acts


def _listens(draft: Draft) -> Iterator[Listen]:
    return (node.leave for node in draft.nodes.values() if isinstance(node.leave, Listen))


def _kept(draft: Draft, *, copied: bool = True) -> frozenset[str]:
    """The names that something is kept under; copies of other values count only if asked for."""
    names = {
        act.name for act in _acts(draft) if isinstance(act, Count) or (isinstance(act, Keep) and copied >= act.copied)
    }
    return frozenset(names | {listen.keep for listen in _listens(draft) if listen.keep})


def _without_empty_copies(draft: Draft, notes: Notes) -> Draft:
    """Leave out copies of values that nothing ever keeps but such copies."""
    copies = [(act.value, act.name) for act in _acts(draft) if isinstance(act, Keep) and act.copied]
    known = _spread(_kept(draft, copied=False) | draft.takes, copies)
    nodes = dict(draft.nodes)
    for key, node in draft.nodes.items():
        acts: list[Act] = []
        for act in node.acts:
            if isinstance(act, Keep) and act.copied and act.value not in known:
                what = f"{act.name} is set to {act.value}, which is not known here."
                notes.add(draft.name, key, what, "It is left out.", key)
            else:
                acts.append(act)
        nodes[key] = replace(node, acts=tuple(acts))
    return replace(draft, nodes=nodes)


def _spread(seed: Iterable[str], pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Everything that pairs lead to, one after another, from a seed."""
    following: dict[str, list[str]] = {}
    for one, other in pairs:
        following.setdefault(one, []).append(other)
    found, todo = set(seed), list(seed)
    while todo:
        fresh = [name for name in following.pop(todo.pop(), ()) if name not in found]
        found.update(fresh)
        todo += fresh
    return frozenset(found)


def _answered_by_number(draft: Draft) -> frozenset[str]:
    """The values that are answers by number: all are, or some are and it is the number that a text shows."""
    asked = [(listen.keep, listen) for listen in _listens(draft) if listen.keep]
    shown = {name for act in _acts(draft) if isinstance(act, Say) for name in slots_of(act)}
    wordy = {name for name, listen in asked if not _takes_number(listen, is_enough=name in shown)}
    compared = {way.name for way in _ways(draft) if not all(_WHOLE.fullmatch(value) for value in way.values)}
    return frozenset({name for name, _ in asked} - wordy - compared - draft.by_category)


def _takes_number(listen: Listen, *, is_enough: bool) -> bool:
    """Tell whether every answer of a question is a number; or, where that is enough, one is and none is a date or so."""
    numbers = [says_number(answer) for answer in listen.answers]
    return any(numbers) and (all(numbers) or (is_enough and not any(answer.kind for answer in listen.answers)))


def _kinds(draft: Draft, known: frozenset[str], numbers: frozenset[str], shown_early: set[str]) -> Mapping[str, str]:
    """`number` or `words` for every value; what is copied has one kind on both sides."""
    ordered = {way.name for way in _ways(draft) if way.sign in ("<", ">")}
    wordy = shown_early | (draft.takes - ordered)
    wordy |= {
        act.name for act in _acts(draft) if isinstance(act, Keep) and not act.copied and not _WHOLE.fullmatch(act.value)
    }
    wordy |= {listen.keep for listen in _listens(draft) if listen.keep and listen.keep not in numbers}
    pairs = [(act.name, act.value) for act in _acts(draft) if isinstance(act, Keep) and act.copied]
    wordy |= _spread(wordy, [*pairs, *((other, one) for one, other in pairs)])
    return {name: "words" if name in wordy else "number" for name in sorted(known)}


def _ways(draft: Draft) -> Iterator[Way]:
    for node in draft.nodes.values():
        if isinstance(node.leave, Decide):
            yield from node.leave.ways


def _showing(flow: str, key: str, node: Node, known: frozenset[str], notes: Notes) -> Node:
    """A node whose texts show only what can be known."""
    acts: list[Act] = []
    for act in node.acts:
        missing = sorted(slots_of(act) - known) if isinstance(act, Say) else []
        if not isinstance(act, Say) or not missing:
            acts.append(act)
            continue
        what = f"{', '.join(missing)} in a text is not known here."
        notes.add(flow, key, what, "The text goes without it, and a person is told.", key)
        texts = without(act.texts, missing)
        acts += [Pass(), Say(texts)] if all(texts.values()) else [Pass()]
    return replace(node, acts=tuple(acts))


def _needed_early(draft: Draft, slots: frozenset[str], numbers: frozenset[str]) -> set[str]:
    """The values that something shows, counts or copies before they are surely kept."""
    sure = surely_kept(draft, numbers)
    return {name for key, node in draft.nodes.items() for name in _needed(node, sure.get(key, frozenset())) - slots}


def _needed(node: Node, sure: frozenset[str]) -> set[str]:
    kept, needed = set(sure), set[str]()
    for act in node.acts:
        if isinstance(act, Say):
            needed |= slots_of(act) - kept
        elif isinstance(act, Count):
            needed |= {act.name} - kept
        elif isinstance(act, Keep):
            needed |= {act.value} - kept if act.copied else set()
            kept |= set() if act.copied else {act.name}
    return needed


def _counting(flow: str, key: str, node: Node, kinds: Mapping[str, str], notes: Notes) -> Node:
    """A node that counts only what is a number everywhere."""
    acts: list[Act] = []
    for act in node.acts:
        if isinstance(act, Count) and kinds[act.name] != "number":
            notes.add(flow, key, f"{act.name} is counted here and is no number elsewhere.", "It is left out.", key)
        else:
            acts.append(act)
    return replace(node, acts=tuple(acts))


def _deciding(flow: str, key: str, node: Node, kinds: Mapping[str, str], facts: frozenset[str], notes: Notes) -> Node:
    """A node that decides only by what it knows; else a person is told, and the default way is taken."""
    leave = node.leave
    if not isinstance(leave, Decide) or all(way.name in facts or _fits(way, kinds) for way in leave.ways):
        return node
    names = ", ".join(sorted({way.name for way in leave.ways if not (way.name in facts or _fits(way, kinds))}))
    what = f"The way depends on {names} here, which is not known to us."
    notes.add(flow, key, what, "A person is told, and the default way is taken.", key)
    return Node(node.label, (*node.acts, Pass()), Go(leave.otherwise))


def _fits(way: Way, kinds: Mapping[str, str]) -> bool:
    kind = kinds.get(way.name)
    if kind == "number":
        return all(_WHOLE.fullmatch(value) for value in way.values)
    is_short = sum(len(repr(value)) for value in way.values) < (_LONGEST_LIST if way.sign == "not in" else 4000)
    are_words = all(value.strip() and len(repr(value)) < _LONGEST_LIST for value in way.values)
    return kind == "words" and way.sign in ("in", "not in") and is_short and are_words


def _begun(draft: Draft, needed: set[str], kinds: Mapping[str, str]) -> Draft:
    """The draft with a beginning for what may be needed before it is known."""
    if not needed or draft.start is None:
        return draft
    acts = tuple(Keep(name, "0" if kinds[name] == "number" else UNKNOWN) for name in sorted(needed))
    return replace(draft, nodes={FIRST: Node("first", acts, Go(draft.start)), **draft.nodes}, start=FIRST)
