"""The service's own texts, one file for each language: config/words/en/texts.yaml and config/words/es/texts.yaml.

Both must have every key of `KEYS` with the slots named there and no others; nothing in a text is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

LANGUAGES = ("en", "es")
_SLOT = re.compile(r"\{([a-z]+)\}")

# Each text of the service and the slots it may use. To a member: org, me, cps, hours, opens, time, word.
# To staff: org, alert, code, tag, tags, name, count, verbs, number, language. No text to staff but `number` has a number in it.
KEYS: Mapping[str, frozenset[str]] = {
    key: frozenset(slots.split())
    for key, slots in {
        "stop_confirmed": "org",
        "start_confirmed": "org",
        "start_already": "org",
        "start_noted": "cps",
        "stop_confirmed_staff": "org",
        "start_confirmed_staff": "org",
        "start_already_staff": "org",
        "help": "org",
        "talk_on": "cps",
        "talk_off": "opens",
        "call_on": "cps",
        "call_off": "opens",
        "passed_on": "cps",
        "passed_off": "opens",
        "word_passed": "cps",
        "paused": "cps",
        "back": "me",
        "skipped": "",
        "language_set": "",
        "closed": "opens",
        "stranger": "org",
        "safety_now_on": "",
        "safety_now_backup": "",
        "safety_now_off": "opens",
        "safety_soon_on": "cps",
        "safety_soon_off": "opens",
        "safety_other": "",
        "safety_bland": "",
        "relay": "tag words",
        "relay_stopped": "tag words",
        "words_of": "tag words",
        "signed": "words cps",
        "alert": "org alert code",
        "alert_stopped": "org alert code",
        "alert_taken": "alert code tag",
        "alert_taken_unknown": "alert code tag",
        "alert_taken_stopped": "alert code tag",
        "alert_taken_by_other": "alert name",
        "alert_passed": "alert",
        "alert_closed": "alert",
        "alert_outcome": "alert code",
        "alert_code_wrong": "",
        "alert_code_blocked": "",
        "alert_blocked_supervisor": "org name",
        "alert_number": "alert number",
        "alert_remind": "alert code",
        "alert_words_unsent": "org alert code",
        "alert_nobody": "org alert",
        "codes_freed": "name",
        "codes_freed_yours": "",
        "staff_stopped": "org name",
        "alert_taken_by_call": "alert name code",
        "staff_unreachable": "org name",
        "staff_landline": "org name",
        "ask_which": "tags",
        "no_thread": "org",
        "tag_unknown": "tag tags",
        "tag_empty": "tag",
        "held_again": "tag count",
        "thread_closed": "tag",
        "not_sent_stopped": "tag",
        "not_sent": "tag",
        "not_sent_number": "tag",
        "not_sent_route": "tag",
        "not_sent_words": "tag",
        "call_asked": "tag",
        "called": "",
        "no_words": "",
        "picture": "",
        "visit_unsaid": "org when",
        "visit_unsaid_stopped": "org when",
        "promise_late": "tag",
        "spend_cap": "org",
        "safety_unsent": "org alert",
        "number_wrong": "org",
        "number_landline": "org",
        "number_silent": "org",
        "content_refused": "org code",
        "route_refused": "org code",
        "account_works": "org",
        "message_late": "org",
        "written_late": "time words",
        "member_stopped": "tag",
        "staff_help": "org",
        "call_spoken": "org hours lines",
        "call_alert": "org alert",
        "call_alert_stopped": "org alert",
        "call_taken": "org alert",
        "call_taken_landline": "alert",
        "call_taken_alone": "org alert",
        "call_taken_by_other": "alert",
        "call_not_taken": "alert",
        "call_passed": "alert",
        "call_over": "org",
        "call_account": "org",
        "call_account_heard": "org",
        "call_account_unheard": "org",
        "fallback_spoken": "org hours lines",
        "fallback_text": "org",
    }.items()
}


class TextsProblem(ValueError):
    """The text files have mistakes; each line of the message is one, with its file, key and mend."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Every text of the service by language and key."""

    by_language: Mapping[str, Mapping[str, str]]

    def say(self, key: str, language: str, **slots: str) -> str:
        """The text of a key in a language, English where the language is not one of ours; slots are filled once."""
        text = self.by_language.get(language, self.by_language["en"])[key]
        return _SLOT.sub(lambda found: slots[found[1]], text)


def load_texts(config_dir: Path) -> Texts:
    """The texts of every language. Raises TextsProblem with every mistake at once."""
    mistakes: list[str] = []
    loaded = {language: _load(config_dir / "words" / language / "texts.yaml", mistakes) for language in LANGUAGES}
    if mistakes:
        raise TextsProblem("\n".join(mistakes))
    return Texts(loaded)


def _load(path: Path, mistakes: list[str]) -> Mapping[str, str]:
    try:
        found = YAML(typ="safe", pure=True).load(path.read_text("utf-8")) or {}
    except FileNotFoundError:
        mistakes.append(f"{path.name}: the file {path} is missing; copy it from the release and edit the copy")
        return {}
    except MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        mistakes.append(f"{path}:{line}: {' '.join(str(problem.problem).split())}; mend this line")
        return {}
    except (YAMLError, UnicodeDecodeError):
        mistakes.append(f"{path}: cannot be read; save it as YAML in UTF-8")
        return {}
    if not isinstance(found, dict):
        mistakes.append(f"{path}: must hold a text behind each key, as in `skipped: That is fine.`")
        return {}
    texts = {str(key): text for key, text in found.items() if isinstance(text, str) and text.strip()}
    mistakes += [
        f"{path}: the text {str(key)!r} is empty or no text; write it between quotation marks"
        for key in found
        if str(key) not in texts
    ]
    texts |= {str(key): "" for key in found if str(key) not in texts}
    mistakes += [f"{path}: the text {key!r} is missing; add it" for key in sorted(KEYS.keys() - texts.keys())]
    mistakes += [
        f"{path}: there is no text {key!r}; remove it or mend its spelling"
        for key in sorted(texts.keys() - KEYS.keys())
    ]
    for key in sorted(KEYS.keys() & texts.keys()):
        mistakes += [
            f"{path}: the text {key!r} has the slot {{{slot}}}; it may use {_named(KEYS[key])}"
            for slot in sorted(set(_SLOT.findall(texts[key])) - KEYS[key])
        ]
    return texts


def _named(slots: frozenset[str]) -> str:
    return ", ".join(f"{{{slot}}}" for slot in sorted(slots)) or "none"
