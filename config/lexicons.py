"""Loads config/words: the words that steer consent, the service's commands and the alarm, in every language."""

from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node

from config.vocabulary import ConsentWords, RiskRule, RiskWords, ServiceWords, Words
from config.word_files import WordFile, WordsMistake, WordsProblem, line_of

LANGUAGES = ("en", "es")
COMMANDS = (
    *("talk", "now", "call", "pause", "back", "less", "skip", "why", "language", "menu"),
    *("find", "circle", "story", "quiet", "myinfo"),
)
CATEGORIES = (
    *("suicide", "self_injury", "overdose", "violence", "medical"),
    *("craving", "isolation", "grief", "asks_for_help"),
)
_SUBJECTS = ("consent", "service", "risk")
_RULE_KEYS = ("id", "tier", "about", "pattern", "requires", "blocks", "heeds", "note", "tests")


def load_words(config_dir: Path) -> Words:
    """Read every word file below `config_dir`/words.

    Raises `WordsProblem` with all mistakes of all files.
    """
    mistakes: list[WordsMistake] = []
    words = Words(
        consent={language: _consent(_open(config_dir, language, "consent"), mistakes) for language in LANGUAGES},
        service={language: _service(_open(config_dir, language, "service"), mistakes) for language in LANGUAGES},
        risk={language: _risk(_open(config_dir, language, "risk"), mistakes) for language in LANGUAGES},
    )
    if mistakes:
        raise WordsProblem(tuple(mistakes))
    return words


def files_of(config_dir: Path) -> tuple[Path, ...]:
    """Every file that `load_words` reads."""
    return tuple(config_dir / _name(language, subject) for language in LANGUAGES for subject in _SUBJECTS)


def _open(config_dir: Path, language: str, subject: str) -> WordFile:
    name = _name(language, subject)
    return WordFile(config_dir / name, name)


def _name(language: str, subject: str) -> str:
    return f"words/{language}/{subject}.yaml"


def _consent(file: WordFile, mistakes: list[WordsMistake]) -> ConsentWords:
    lists = ("stop", "start", "help", "agree", "polite", "requests", "heads", "tails", "reported")
    fields = file.fields(file.top, (*lists, "parts"))
    _need(file, fields, ("stop", "start", "help"))
    words = {key: file.texts(fields.get(key)) for key in lists}
    parts = file.lists(fields.get("parts"))
    mistakes.extend(file.mistakes)
    return ConsentWords(parts=parts, **words)


def _service(file: WordFile, mistakes: list[WordsMistake]) -> ServiceWords:
    fields = file.fields(file.top, ("words", "polite", "fillers", "languages", "numbers", "units"))
    _need(file, fields, ("words",))
    words = file.lists(fields.get("words"))
    for command in set(words) - set(COMMANDS):
        file.note(fields["words"], f"There is no command '{command}'.", f"Use one of: {', '.join(COMMANDS)}.")
    mistakes.extend(file.mistakes)
    return ServiceWords(
        words=words,
        polite=file.texts(fields.get("polite")),
        fillers=file.texts(fields.get("fillers")),
        languages=file.lists(fields.get("languages")),
        numbers=file.lists(fields.get("numbers")),
        units=file.lists(fields.get("units")),
    )


def _risk(file: WordFile, mistakes: list[WordsMistake]) -> RiskWords:
    fields = file.fields(file.top, ("spellings", "symbols", "parts", "contexts", "rules"))
    _need(file, fields, ("rules",))
    words = RiskWords(
        spellings=_swaps(file, fields.get("spellings")),
        symbols=_swaps(file, fields.get("symbols")),
        parts=file.lists(fields.get("parts")),
        contexts=file.lists(fields.get("contexts")),
        rules=_rules(file, fields.get("rules")),
    )
    mistakes.extend(file.mistakes)
    return words


def _swaps(file: WordFile, node: Node | None) -> dict[str, str]:
    """Read `right spelling: [wrong, wrong]` into wrong → right."""
    return {wrong: right for right, wrongs in file.lists(node).items() for wrong in wrongs}


def _rules(file: WordFile, node: Node | None) -> tuple[RiskRule, ...]:
    """Read `category: [rule, …]`, noting unknown categories and ids that come twice."""
    rules: list[RiskRule] = []
    places: dict[str, str] = {}
    for category, listed in file.entries(node):
        if category not in CATEGORIES:
            file.note(listed, f"There is no category '{category}'.", f"Use one of: {', '.join(CATEGORIES)}.")
        for item in file.items(listed):
            rule = _rule(file, category, item)
            if rule.id in places:
                file.note(item, f"The rule id '{rule.id}' was used at {places[rule.id]}.", "Give it an id of its own.")
            places[rule.id] = rule.place
            rules.append(rule)
    return tuple(rules)


def _rule(file: WordFile, category: str, node: Node) -> RiskRule:
    fields = file.fields(node, _RULE_KEYS)
    _need(file, fields, ("id", "tier", "pattern"), node)
    tests = file.fields(fields["tests"], ("pos", "neg")) if "tests" in fields else {}
    return RiskRule(
        id=file.text(fields.get("id")) if "id" in fields else "",
        category=category,
        tier=_tier(file, fields.get("tier")),
        about=_about(file, fields.get("about")),
        patterns=file.texts(fields.get("pattern")),
        requires=file.texts(fields.get("requires")),
        blocks=file.texts(fields.get("blocks")),
        heeds=file.texts(fields.get("heeds")),
        note=file.text(fields.get("note")) if "note" in fields else "",
        positive=file.texts(tests.get("pos")),
        negative=file.texts(tests.get("neg")),
        place=f"{file.name}:{line_of(node)}",
    )


def _tier(file: WordFile, node: Node | None) -> int:
    if node is None:
        return 0
    if file.text(node) not in {"1", "2", "3"}:
        file.note(node, f"The tier is '{node.value}'.", "Use 1, 2 or 3.")
        return 0
    return int(node.value)


def _about(file: WordFile, node: Node | None) -> str:
    about = file.text(node) if node is not None else "self"
    if about not in {"self", "other"}:
        file.note(node, f"A rule is about 'self' or 'other', not '{about}'.", "Use one of the two.")
    return about


def _need(file: WordFile, fields: dict[str, Node], needed: tuple[str, ...], node: Node | None = None) -> None:
    """Note the keys that are missing at `node`, or at the top; what is no mapping at all was noted before."""
    place = node or file.top
    for key in needed:
        if key not in fields and isinstance(place, MappingNode):
            file.note(place, f"The key '{key}' is missing.", "Add it.")
