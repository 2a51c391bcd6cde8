"""The organisation's words, read and compiled, and kept beside Python's own compiled files for the next process.

Reading a thousand rules takes as long as all else at a start, and alerts wait for a process that starts. What is kept is
used only for the same bytes of the word files, of the code that read them, and of itself; else they are read again.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from types import ModuleType

from config import lexicons, vocabulary, word_files
from config.vocabulary import Words
from service.rules import normalise, patterns
from service.rules.risk import Lexicon, compile_lexicon
from service.rules.risk import lexicon as risk_lexicon

# Whatever shapes the values: a change in one of them makes what was kept worthless.
CODE: tuple[ModuleType, ...] = (lexicons, vocabulary, word_files, normalise, patterns, risk_lexicon)
KEPT = Path(cache_from_source(__file__)).with_name("words.kept")  # trusted as the compiled files in this folder are
_DIGEST = sha256().digest_size

Read = tuple[Words, Lexicon]


def read_words(config_dir: Path, kept: Path = KEPT) -> Read:
    """The words of a folder and their rules of danger, ready to be asked.

    Raises WordsProblem or LexiconProblem with all mistakes. `kept` is where the last ones are; it may be missing, or beyond our reach.
    """
    try:
        key = _key((*lexicons.files_of(config_dir), *(Path(str(module.__file__)) for module in CODE)))
    except OSError:  # a file is missing: reading tells which, and what to do
        return _read(config_dir)
    found = _find(kept, key)
    if found is None:
        found = _read(config_dir)
        _keep(kept, key, found)
    return found


def _read(config_dir: Path) -> Read:
    words = lexicons.load_words(config_dir)
    return words, compile_lexicon(words)


def _key(files: Iterable[Path]) -> bytes:
    return sha256(sys.version.encode() + b"".join(sha256(file.read_bytes()).digest() for file in files)).digest()


def _find(kept: Path, key: bytes) -> Read | None:
    """What was kept under this key; None where there is nothing, something else, or a file that was cut or changed."""
    with contextlib.suppress(OSError):
        held = kept.read_bytes()
        body = held[2 * _DIGEST :]
        if held[: 2 * _DIGEST] == key + sha256(body).digest():
            found: Read = pickle.loads(body)  # noqa: S301 - our own, beside the compiled files that Python runs unread
            return found
    return None


def _keep(kept: Path, key: bytes, found: Read) -> None:
    """Keep it if we may write there; never half of it, and never in the way of another process that does the same."""
    if sys.dont_write_bytecode:
        return
    body = pickle.dumps(found)
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=kept.parent, prefix=kept.name)
        with os.fdopen(handle, "wb") as file:
            file.write(key + sha256(body).digest() + body)
        Path(name).replace(kept)
