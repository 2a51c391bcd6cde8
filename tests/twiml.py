"""Whether an answer is TwiML that the provider takes: by the library's own classes, and by a shared checker where there is one."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

from twilio.twiml import messaging_response, voice_response

CHECKER = Path(__file__).parents[2] / "shared" / "tools" / "validate_twiml.py"
_MODULES = {"voice": (voice_response, "VoiceResponse"), "messaging": (messaging_response, "MessagingResponse")}


def problems_of(kind: str, text: str) -> list[str]:
    """What is wrong with a document of a kind (voice or messaging); empty where nothing is."""
    root = ET.fromstring(text)  # noqa: S314 - our own words
    if root.tag != "Response":
        return [f"the root is {root.tag}"]
    module, top = _MODULES[kind]
    return [*_inside(module, getattr(module, top), root), *_by_checker(kind, text)]


def _inside(module: ModuleType, parent: type, element: ET.Element) -> list[str]:
    found: list[str] = []
    for child in element:
        maker = getattr(parent, _snake(child.tag), None)
        if maker is None:
            found.append(f"{child.tag} may not stand in {element.tag}")
            continue
        known = {name.rstrip("_").replace("_", "") for name in inspect.signature(maker).parameters}
        found += [f"{child.tag} has no {name}" for name in child.attrib if name.lower() not in known]
        found += _inside(module, getattr(module, child.tag), child)
    return found


def _by_checker(kind: str, text: str) -> list[str]:
    if not CHECKER.exists():
        return []
    run = subprocess.run([sys.executable, CHECKER, kind, "-"], input=text.encode(), capture_output=True, check=False)
    return [] if run.returncode == 0 else run.stdout.decode().splitlines()


def _snake(tag: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in tag).lstrip("_")
