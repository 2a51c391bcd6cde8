"""Codes of alerts as staff type them, and what a phone may not do after five wrong ones."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from service.rules.normalise import fold
from service.rules.setting import Setting
from service.staff_phones import tell, tell_supervisors
from service.store.rows import Audit, Escalation, Number, Page, Staff
from service.store.scene import Scene

WRONG = 5  # wrong codes …
WITHIN = timedelta(minutes=10)  # … in this time, and the phone's codes are not read any more (DESIGN.md, relay)

Verb = Literal["take", "pass", "done", "number"]
_VERBS: dict[str, Verb] = {
    "pass": "pass", "paso": "pass", "pasar": "pass", "done": "done", "listo": "done", "lista": "done",
    "number": "number", "numero": "number",
}  # fmt: skip
_DIGITS = r"([0-9](?:[ \-]?[0-9]){6})"
_ALONE = re.compile(rf"\W*{_DIGITS}\W*")
_WITH_VERB = re.compile(rf"\W*({'|'.join(_VERBS)}|número)\W*{_DIGITS}(?![0-9])\W*(.*)", re.DOTALL | re.IGNORECASE)
_FREE = re.compile(r"\W*(?:free|libre)\W+(.+)", re.DOTALL)
_NOT_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A code with its verb; `rest` is what stood after it, as it was typed (the outcome, after DONE)."""

    verb: Verb
    code: str
    rest: str = ""


def read_code(text: str) -> Spoken | None:
    """A code alone (it takes the alert), or after PASS, DONE or NUMBER in either language; None for any other text."""
    plain = unicodedata.normalize("NFKC", text)
    alone = _ALONE.fullmatch(plain)
    if alone:
        return Spoken("take", _NOT_DIGITS.sub("", alone[1]))
    found = _WITH_VERB.fullmatch(plain)
    if found is None:
        return None
    return Spoken(_VERBS[fold(found[1])], _NOT_DIGITS.sub("", found[2]), found[3].strip())


def read_free(text: str) -> str | None:
    """The name after FREE or LIBRE, folded, or None."""
    found = _FREE.fullmatch(fold(text))
    return None if found is None else " ".join(found[1].split()).strip(" .!")


def page_of(scene: Scene, code: str) -> tuple[Escalation, Page] | None:
    """The alert that this phone was told of with this code, while it is not closed; the newest, should two have one code."""
    pages = [p for p in scene.all(Page) if p.staff_number_id == scene.number.id and p.code == code]
    found = [(scene.get(Escalation, page.escalation_id), page) for page in pages]
    open_ones = [
        (escalation, page) for escalation, page in found if escalation is not None and escalation.state != "closed"
    ]
    return max(open_ones, key=lambda pair: pair[1].told_at, default=None)


def is_blocked(scene: Scene) -> bool:
    """Whether codes from this phone are not read until a supervisor frees it."""
    return "codes_blocked_at" in scene.number.memory


def wrong_code(scene: Scene, setting: Setting, person: Staff, now: datetime) -> Scene:
    """The scene after a code that is none of this phone's: said so, and blocked with the fifth in ten minutes.

    The supervisors are told at once, and only once. What the phone was told of goes on climbing, since nobody took it.
    """
    kept = (datetime.fromisoformat(at) for at in scene.number.memory.get("wrong_codes", ()))
    wrong = [*(at.isoformat() for at in kept if at > now - WITHIN), now.isoformat()]
    if len(wrong) < WRONG:
        scene = scene.with_rows(replace(scene.number, memory={**scene.number.memory, "wrong_codes": wrong}))
        return tell(scene, setting, person, "alert_code_wrong", now)
    memory = {**_freed(scene.number), "codes_blocked_at": now.isoformat()}
    scene = scene.with_rows(
        replace(scene.number, memory=memory), Audit(setting.new_id(), now, person.id, "codes blocked")
    )
    scene = tell(scene, setting, person, "alert_code_blocked", now)
    return tell_supervisors(scene, setting, person, "alert_blocked_supervisor", now)


def free(scene: Scene, setting: Setting, supervisor: Staff, name: str, now: datetime) -> Scene | None:
    """The scene with a colleague's phone freed by a supervisor; None where no blocked phone has that name."""
    for person in scene.all(Staff):
        number = scene.get(Number, person.number_id)
        if number is None or "codes_blocked_at" not in number.memory or not _is_called(person, name):
            continue
        audit = Audit(setting.new_id(), now, supervisor.id, "codes freed", person.id)
        scene = scene.with_rows(replace(number, memory=_freed(number)), audit)
        scene = tell(scene, setting, supervisor, "codes_freed", now, name=person.name)
        return tell(scene, setting, person, "codes_freed_yours", now)
    return None


def _freed(number: Number) -> dict[str, object]:
    return {name: kept for name, kept in number.memory.items() if name not in ("wrong_codes", "codes_blocked_at")}


def _is_called(person: Staff, name: str) -> bool:
    """Whether somebody goes by this name: all of it, or its first part."""
    folded = fold(person.name)
    return name in (folded, folded.split()[0])
