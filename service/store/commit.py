"""The one write: everything that follows from one or many decisions, in one statement and one commit.

A decision is a unit. Its guards name the numbers it looked at and the versions it saw; the statement locks those rows in
the order of their ids, and only units whose guards all still hold are carried out. The rest change nothing and are
decided again by the caller. All rows come as one JSON document, so the statement is prepared once for the tables that are
written: PostgreSQL opens every table and index that a statement names, whether or not it has rows. Rows are written in the
order in which the decision made them: texts are numbered by it, and what ends makes room for what begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import psycopg

from service.store.asking import ask
from service.store.codec import Ring, encode, storable
from service.store.columns import SQL_TYPES, columns_of
from service.store.rows import ROWS, Number, Row
from service.store.scene import Scene, Withdrawal
from service.store.small import NUMBER_STATE, is_small, on_conflict, write_small
from service.store.wire import TEXT

_NUL = b"\\u0000"
_GUARD = ("id", "version", *NUMBER_STATE)  # what a row that exists already is compared by, and what may change of it


@dataclass(frozen=True, slots=True)
class Done:
    """Which units were carried out, by their place in the sequence given."""

    units: frozenset[int]

    def __contains__(self, unit: int) -> bool:
        return unit in self.units


def write(connection: psycopg.Connection[Any], scenes: Sequence[Scene], keys: Ring) -> Done:
    """Carry out the changes of every scene whose guards still hold, and say which.

    No two scenes of one call may be about the same number. Raises psycopg's UniqueViolation where two decisions that saw
    different numbers took the same thing (a tag, a running number): decide again.
    """
    if len(scenes) == 1 and is_small(scenes[0]):
        return Done(frozenset({0} if write_small(connection, scenes[0], keys) else ()))
    return write_document(connection, scenes, keys)


def write_document(connection: psycopg.Connection[Any], scenes: Sequence[Scene], keys: Ring) -> Done:
    """Carry out what `write` does by one document, however much it is."""
    document = _document(scenes, keys)
    statement = _statement(frozenset(name for name, found in document.items() if found))
    units = ask(connection, statement, (_written(document),), (TEXT,))
    return Done(frozenset(int(units.get_value(place, 0) or b"") for place in range(units.ntuples)))


def _document(scenes: Sequence[Scene], keys: Ring) -> dict[str, list[dict[str, Any]]]:
    document: dict[str, list[dict[str, Any]]] = {name: [] for name in ("guards", "births", "cancelled", "withdrawn")}
    for unit, scene in enumerate(scenes):
        guarded = {scene.number.id, *scene.guarded}  # whose versions must still be as seen, with those it changed
        for place, row in enumerate(scene.changed.values()):
            if isinstance(row, Number):
                guarded.add(row.id)
            else:
                document.setdefault(row.TABLE, []).append(_placed(encode(row, keys), unit, place))
        for number in scene.numbers:
            if number.id in guarded:
                kind, columns = ("guards", _GUARD) if number.version else ("births", None)
                document[kind].append(_placed(encode(number, keys, columns), unit))
        for kind, subject in scene.cancelled:
            document["cancelled"].append({"_unit": unit, "kind": kind, "subject": subject})
        for withdrawal in scene.withdrawn:
            document["withdrawn"].append(_placed(_withdrawal(withdrawal), unit))
    return document


def _placed(item: dict[str, Any], unit: int, place: int | None = None) -> dict[str, Any]:
    """What was made for the document, with the decision it belongs to and its place in that."""
    item["_unit"], item["_place"] = unit, place
    return item


def _withdrawal(withdrawal: Withdrawal) -> dict[str, Any]:
    return {
        "number_id": withdrawal.number_id,
        "kinds": list(withdrawal.kinds),
        "reason": dict(withdrawal.reason),
        "conversation_id": withdrawal.conversation_id,
    }


def _written(document: dict[str, list[dict[str, Any]]]) -> bytes:
    """The document as JSON that PostgreSQL takes. Few ever hold what it does not, so all are looked at at once."""
    try:
        text = orjson.dumps(document)
    except orjson.JSONEncodeError:  # half of a pair of surrogates
        text = _NUL
    return orjson.dumps(_mended(document)) if _NUL in text else text


def _mended(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(value, dict):
        return {_mended(name): _mended(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_mended(part) for part in value]
    return storable(value) if isinstance(value, str) else value


def _records(name: str, row: type[Row]) -> str:
    columns = ", ".join(f'"{c.name}" {SQL_TYPES[c.kind]}' for c in columns_of(row))
    return f"jsonb_to_recordset((select d -> '{name}' from doc)) as r(_unit int, _place int, {columns})"


def _upsert(row: type[Row]) -> str:
    names = [c.name for c in columns_of(row)]
    listed, chosen = ", ".join(f'"{n}"' for n in names), ", ".join(f'r."{n}"' for n in names)
    return (
        f"w_{row.TABLE} as (insert into {row.TABLE} as {row.TABLE} ({listed}) select {chosen}"
        f" from {_records(row.TABLE, row)} join ok on ok.unit = r._unit order by r._unit, r._place {on_conflict(row)})"
    )


@cache
def _statement(filled: frozenset[str]) -> bytes:
    """The statement for a document in which these lists have rows in them."""
    parts = [
        "doc as materialized (select $1::jsonb as d)",
        f"wanted as materialized (select r.* from {_records('guards', Number)})",
        *([_BORN] if "births" in filled else []),
        (f"locked as materialized (select n.id, n.version from numbers n where {_MINE} order by n.id for update)"),
        (
            "guards as materialized (select w._unit, (l.id is not null) as holds from wanted w"
            f" left join locked l on l.id = w.id and l.version = w.version{_BIRTHS if 'births' in filled else ''})"
        ),
        "ok as materialized (select _unit as unit from guards group by _unit having bool_and(holds))",
        (
            f"raised as (update numbers n set version = n.version + 1, {', '.join(f'{n} = r.{n}' for n in NUMBER_STATE)}"
            f" from wanted r where n.id = r.id and {_MINE} and r._unit = any(array(select unit from ok)))"
        ),
        *(_upsert(row) for row in ROWS if row is not Number and row.TABLE in filled),
        *(part for name, part in (("cancelled", _CANCELLED), ("withdrawn", _WITHDRAWN)) if name in filled),
    ]
    return ("with " + ",\n".join(parts) + "\nselect unit from ok").encode()


# A plan that is made once expects a hundred rows of any list, and would read whole tables for them; an array goes by the index.
_MINE = "n.id = any(array(select id from wanted))"
_BORN = (
    f"born as (insert into numbers ({', '.join(c.name for c in columns_of(Number))})"
    f" select {', '.join('1' if c.name == 'version' else f'r.{c.name}' for c in columns_of(Number))}"
    f" from {_records('births', Number)} on conflict (blind) do nothing returning id)"
)
_BIRTHS = (
    f" union all select r._unit, (b.id is not null) from {_records('births', Number)} left join born b on b.id = r.id"
)
_CANCELLED = (
    "w_cancelled as (delete from timers t using"
    " jsonb_to_recordset((select d -> 'cancelled' from doc)) as r(_unit int, kind text, subject uuid)"
    " join ok on ok.unit = r._unit where t.kind = r.kind and t.subject = r.subject"
    " and t.kind = any(array(select x ->> 'kind' from doc, jsonb_array_elements(doc.d -> 'cancelled') x))"
    " and t.subject = any(array(select (x ->> 'subject')::uuid from doc, jsonb_array_elements(doc.d -> 'cancelled') x)))"
)
_WITHDRAWN = (
    "w_withdrawn as (update outbound o set state = 'withheld', reason = o.reason || r.reason from"
    " jsonb_to_recordset((select d -> 'withdrawn' from doc))"
    " as r(_unit int, number_id uuid, kinds jsonb, reason jsonb, conversation_id uuid) join ok on ok.unit = r._unit"
    " where o.number_id = r.number_id and o.state = 'queued' and r.kinds ? o.kind"
    " and (r.conversation_id is null or o.conversation_id = r.conversation_id))"
)
