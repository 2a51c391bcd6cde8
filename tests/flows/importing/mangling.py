"""Real flows are messier than samples: ways to mangle a sample, for hypothesis to choose from."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Box = Any  # a JSON object or list
Place = Any  # and a key or an index in it
ODD: tuple[Any, ...] = (
    None, "", " ", 0, -1, 1e400, True, [], {}, [None], "yes", "STOP", "no\x00body", "{", "}}", "{me}", "{{", "{% if", "@", "@(", "@(1/0",
    "@contact.name", "@results.result_2", "@fields.x", "{{flow.data.thing}}", "{{widgets.Trigger.inbound.Body}}",
    "{{flow.variables.tries | plus: 1}}", "ÿ\ud800", "\u2028", "kept x", "fact y", "null", "- a", "# b", "👍", "٣", "x" * 5000, "a: b\n- c",
    "send_msg", "switch", "random", "split-based-on", "send-and-wait-for-reply", "has_number_between", "has_pattern", "99999999999999",
    "^(a|b", "2", "if", "time", "en", "eng", "spa", "word " * 900, "9" * 5000, "anything", "done", "to a person", 10**30, 3.5,
)  # fmt: skip
KINDS = ("set", "drop", "double", "copy", "like", "like")


def mangled(root: object) -> st.SearchStrategy[object]:
    """A strategy that gives copies of a JSON value with some things changed, taken away, doubled or put elsewhere.

    `like` puts a thing where another of the same name stood, which gives flows new ways, rings and dead ends.
    """
    change = st.tuples(
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        st.sampled_from(KINDS),
        st.sampled_from(ODD),
    )
    return st.lists(change, min_size=1, max_size=6).map(lambda changes: _changed(root, changes))


def _changed(root: object, changes: list[tuple[int, int, str, object]]) -> object:
    found = copy.deepcopy(root)
    for at, other, kind, odd in changes:
        places = list(_places(found))
        box, key = places[at % len(places)] if places else ({}, "")
        others = [place for place in places if place[1] == key] if kind == "like" else places
        if others:
            _change(box, key, kind, copy.deepcopy(odd), others[other % len(others)])
    return found


def _change(box: dict[Any, Any] | list[Any], key: Place, kind: str, odd: object, other: tuple[Box, Any]) -> None:
    if kind == "drop":
        del box[key]
    elif kind == "double" and isinstance(box, list):
        box.insert(key, copy.deepcopy(box[key]))
    elif kind in ("copy", "like"):
        box[key] = copy.deepcopy(other[0][other[1]])
    else:
        box[key] = odd


def _places(value: object) -> Iterator[tuple[Box, Any]]:
    """Every place in a JSON value that can be written to."""
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, item in inner:
        yield value, key
        yield from _places(item)
