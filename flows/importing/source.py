"""Reading foreign JSON without trusting any of it: what is not of the expected shape counts as not there."""

import json
import math
from collections.abc import Mapping
from typing import NoReturn

from flows.engine.document import TOP
from flows.engine.problems import FlowProblems, Place, Problems
from flows.importing.texts import clean

LARGEST = 20_000_000  # characters; the largest export we know of has 9 million
LONGEST_TEXT = 20_000  # characters; ten times what one message may have
_LONG = 1e15  # no number that people answer with is longer
_EMPTY: Mapping[str, object] = {}


def read_json(text: str, file: str) -> object:
    """The value that a JSON text holds.

    Raises FlowProblems with the code `import.too-large` or `import.json`, the latter at the line and column of the mistake.
    """
    problems = Problems(file)
    if len(text) > LARGEST:
        refuse(
            file,
            "import.too-large",
            f"The file has {len(text)} characters; {LARGEST} is the most.",
            "Export fewer flows at once.",
        )
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        place = Place(error.lineno, error.colno)
        problems.error("import.json", place, f"This is not JSON: {error.msg}.", "Export the flow again.")
    except RecursionError:
        problems.error("import.json", TOP, "The file is nested too deep to be read.", "Export the flow again.")
    except ValueError:
        problems.error("import.json", TOP, "A number in this file is too long to be read.", "Export the flow again.")
    raise FlowProblems(problems.findings)


def refuse(file: str, code: str, message: str, mend: str) -> NoReturn:
    """Raise FlowProblems with one finding about a file as a whole."""
    problems = Problems(file)
    problems.error(code, TOP, message, mend)
    raise FlowProblems(problems.findings)


def table(value: object) -> Mapping[str, object]:
    """A JSON object, or an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def items(value: object) -> list[object]:
    """A JSON list, or an empty one."""
    return value if isinstance(value, list) else []


def tables(value: object) -> list[Mapping[str, object]]:
    """The objects in a JSON list."""
    return [item for item in items(value) if isinstance(item, dict)]


def words(value: object) -> str:
    """A text, cleaned of what no text message holds; numbers as they are written; else nothing.

    A text of more than `LONGEST_TEXT` characters is cut after one more, so that whoever tells it can say so.
    """
    if isinstance(value, str):
        return clean(value[: LONGEST_TEXT + 1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value) if abs(value) < _LONG else ""


def whole(value: object, otherwise: int) -> int:
    """A whole number, rounded up, from a number or its digits; `otherwise` where it is none."""
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        return otherwise
    return math.ceil(number) if math.isfinite(number) else otherwise
