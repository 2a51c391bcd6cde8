"""Logs as JSON lines that name things by id and hold nobody's words, name or number.

Whoever writes a log line passes ids. What slips through all the same is caught here: a value under a key that would hold
words is left out, whatever looks like a phone number is masked, and an error is told by its kind and place, since the
message of an error often quotes the value that caused it.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

PRIVATE_KEYS = frozenset(
    {"body", "text", "words", "name", "number", "phone", "answer", "note", "matched", "to", "from"}
)
_LEFT_OUT = "(left out)"
# Ids, dates and times come first, so that their digits are not taken for a number's.
_PATTERN = re.compile(
    r"(?P<keep>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d{4}-\d\d-\d\d(?:[T ][0-9:.]+)?)"
    r"|(?<!\w)\+?\(?\d(?:[ ().\-/]{0,2}\d){6,14}(?!\w)"
)
_LOWEST_NUMBER = 10**9
# Below this level these libraries log requests with numbers and words in them, or a line for every task.
_QUIET = (
    "twilio",
    "urllib3",
    "sqlalchemy",
    "psycopg",
    "psycopg.pool",
    "kombu",
    "amqp",
    "celery.app.trace",
    "celery.worker.strategy",
)


def configure_logging(stream: TextIO = sys.stderr, level: str = "INFO") -> None:
    """Send all logs of this process, ours and the libraries', to the stream as JSON lines. Call it once, at the start."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        place_of_error,
        leave_out_words,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def leave_out_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace what stands under a private key, and mask numbers in all else."""
    return {key: _LEFT_OUT if key in PRIVATE_KEYS else _masked(value) for key, value in event.items()}


def place_of_error(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Tell an error by its kind and the way to it (outermost call first), never by its message."""
    error = _error(event.pop("exc_info", None))
    if error is not None:
        kind = type(error)
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["error"] = f"{kind.__module__}.{kind.__qualname__}"
        event["error_at"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def mask_numbers(text: str) -> str:
    """The text with all but the last two digits of every phone number starred out."""
    return _PATTERN.sub(lambda found: found["keep"] or "***" + re.sub(r"\D", "", found[0])[-2:], text)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return mask_numbers(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= _LOWEST_NUMBER:
        return mask_numbers(str(value))
    if isinstance(value, Mapping):
        return {key: _LEFT_OUT if key in PRIVATE_KEYS else _masked(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(part) for part in value]
    return value


def _error(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and isinstance(exc_info[1], BaseException):
        return exc_info[1]
    return sys.exception() if exc_info else None


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").rsplit("/", 3)[-3:])
