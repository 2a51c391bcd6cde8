"""One node of a draft as steps of a flow file: verbs in their order, a new step where a verb comes a second time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.importing.draft import Act, Answer, Decide, Do, Go, Keep, Leave, Listen, Node, Pass, Run, Say, Texts, Turns
from flows.importing.names import UniqueNames
from flows.importing.yaml_text import conditions, given, inline, length, listed, numbers, quoted

Verb = tuple[str, list[str]]  # a key of a step, and its lines
Silence = tuple[str, str | None]  # a length of time, and the key of a node


@dataclass(frozen=True, slots=True)
class Page:
    """What every step of one file is written with: its languages, values, the names of its steps, its usual silence."""

    languages: tuple[str, ...]
    kinds: Mapping[str, str]
    steps: Mapping[str, str]
    done: str
    silence: Silence | None
    names: UniqueNames

    def goal(self, key: str | None) -> str:
        """The name of the step for a node; that of the last step for the end."""
        return self.done if key is None else self.steps[key]


def silence_of(listen: Listen) -> Silence:
    """How long a question waits, and where silence leads then."""
    return length(listen.minutes), listen.silence


def is_question(node: Node) -> bool:
    """Tell whether a node asks: its last act is a text, and it waits for an answer."""
    return isinstance(node.leave, Listen) and bool(node.acts) and isinstance(node.acts[-1], Say)


def step_lines(page: Page, key: str, node: Node, following: str | None) -> list[str]:
    """The lines of the steps that a node becomes; `following` is the node whose steps come next in the file."""
    last = node.acts[-1] if is_question(node) else None
    acts = node.acts[:-1] if last else node.acts
    groups = [[verb] for verb in _verbs(page, acts)]
    groups.append(list(_leaving(page, node.leave, last, following)))
    lines: list[str] = []
    name = page.steps[key]
    for chunk in _chunks(groups):
        lines += [f"  {name}:", *(line for _, verb in chunk for line in verb), ""]
        name = page.names.take(page.steps[key])
    return lines


def _chunks(groups: list[list[Verb]]) -> Iterator[list[Verb]]:
    """Verbs in steps: what belongs together stays together, and no step has a key twice."""
    chunk: list[Verb] = []
    for group in groups:
        if {key for key, _ in chunk} & {key for key, _ in group}:
            yield chunk
            chunk = []
        chunk += group
    if chunk:
        yield chunk


def _verbs(page: Page, acts: tuple[Act, ...]) -> Iterator[Verb]:
    """The verbs of a node's acts; values that are kept in a row are kept by one verb, and a person is told once."""
    kept: dict[str, str] = {}
    is_told = False
    for act in acts:
        if isinstance(act, Keep) and act.name not in kept:
            kept[act.name] = f"kept {act.value}" if act.copied else given(act.value)
            continue
        yield from _kept(kept)
        kept = {act.name: f"kept {act.value}" if act.copied else given(act.value)} if isinstance(act, Keep) else {}
        if not isinstance(act, Keep) and not (isinstance(act, Pass) and is_told):
            yield _verb(page, act)
        is_told = is_told or isinstance(act, Pass)
    yield from _kept(kept)


def _kept(values: Mapping[str, str]) -> Iterator[Verb]:
    if values:
        yield "keep", [f"    keep: {inline(values)}"]


def _verb(page: Page, act: Act) -> Verb:
    if isinstance(act, Say):
        return "say", ["    say:", *_text(page, act.texts)]
    if isinstance(act, Pass):
        return "pass", [f"    pass: {{to: {act.to}, promise: same shift}}"]
    if isinstance(act, Run):
        return "run", [f"    run: {act.flow}"]
    if isinstance(act, Do):
        arguments = inline({name: given(value) for name, value in act.arguments.items()})
        return "do", [f"    do: {{action: {act.action}, with: {arguments}}}"]
    raise TypeError(f"{type(act).__name__} has no verb")


def _text(page: Page, texts: Texts) -> list[str]:
    """A text in the languages of the flow; other languages stay as comments, so that nothing is lost."""
    shown = [f"      {language}: {quoted(texts[language])}" for language in page.languages]
    return shown + [f"      # {known}: {quoted(text)}" for known, text in texts.items() if known not in page.languages]


def _leaving(page: Page, leave: Leave, asked: Act | None, following: str | None) -> Iterator[Verb]:
    if isinstance(leave, Listen):
        yield from _asking(page, leave, asked) if isinstance(asked, Say) else _waiting(page, leave, following)
    elif isinstance(leave, Decide):
        yield "choose", ["    choose:", *_ways(page, leave)]
    elif isinstance(leave, Turns):
        yield "choose", [f"    choose: {{in turn: {listed(map(page.goal, leave.to))}}}"]
    else:
        yield from _going(page, leave, following)


def _going(page: Page, go: Go, following: str | None) -> Iterator[Verb]:
    if go.to is None:
        yield "end", ["    end: yes"]
    elif go.to != following:
        yield "then", [f"    then: {page.goal(go.to)}"]


def _asking(page: Page, listen: Listen, asked: Say) -> Iterator[Verb]:
    yield "ask", ["    ask:", *_text(page, asked.texts)]
    yield from _replies(page, listen)
    if silence_of(listen) != page.silence:
        after, goal = silence_of(listen)
        yield "silence", ["    silence:", f"      - {{after: {after}, go: {page.goal(goal)}}}"]


def _waiting(page: Page, listen: Listen, following: str | None) -> Iterator[Verb]:
    """A wait in which nothing is asked: the question stands in an earlier step."""
    yield "wait", [f"    wait: {length(listen.minutes)}"]
    yield from _replies(page, listen)
    yield from _going(page, Go(listen.silence), following)


def _replies(page: Page, listen: Listen) -> Iterator[Verb]:
    if listen.keep is not None:
        yield "keep", [f"    keep: {listen.keep}"]
    shown = [f"      {answer.name}: {_reply(page, answer, listen.keep)}" for answer in listen.answers]
    yield "replies", ["    replies:", *shown, f"      anything: {{go: {page.goal(listen.anything)}}}"]


def _reply(page: Page, answer: Answer, keep: str | None) -> str:
    entries: dict[str, str] = {}
    if answer.spans:
        entries["number"] = numbers(answer.spans)
    if answer.kind:
        entries["is"] = answer.kind
    if words := _words(page, answer):
        entries["words"] = words
    if keep is not None and page.kinds[keep] == "words":
        entries["value"] = quoted(answer.value)
    return inline({**entries, "go": page.goal(answer.to)})


def _words(page: Page, answer: Answer) -> str:
    """The words of an answer by language; in one list where the flow has one language, as a member may mix them."""
    if len(page.languages) == 1:
        return listed(quoted(word) for words in answer.words.values() for word in words) if answer.words else ""
    known = {
        language: listed(map(quoted, words)) for language, words in answer.words.items() if language in page.languages
    }
    return inline(known) if known else ""


def _ways(page: Page, decide: Decide) -> Iterator[str]:
    for way in decide.ways:
        for condition in conditions(way, as_number=page.kinds.get(way.name) == "number"):
            yield f"      - {{when: {quoted(condition)}, go: {page.goal(way.to)}}}"
    yield f"      - {{otherwise: {page.goal(decide.otherwise)}}}"
