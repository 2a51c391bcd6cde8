"""What all rows share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Self

SEALED = "sealed"
Sealed = Annotated[str, SEALED]
Json = dict[str, Any]
_ID = ("id",)


@dataclass(frozen=True, slots=True)
class Row:
    """What all rows share: the name of their table and the columns that identify one of them."""

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]] = _ID
    ONCE: ClassVar[bool] = False  # rows that are only ever added

    @property
    def key(self) -> tuple[Any, ...]:
        """The values that identify this row within its table."""
        if self.KEY is _ID:
            return (self.id,)  # type: ignore[attr-defined]  # nearly all rows, and a text asks two dozen times
        return tuple([getattr(self, name) for name in self.KEY])

    def but(self, **changes: object) -> Self:
        """The row with other values in these columns: what dataclasses.replace gives, in half its time."""
        kind = type(self)
        like = _LIKE.get(kind) or _like(kind)
        values = list(like.values(self))
        for name, value in changes.items():
            values[like.places[name]] = value
        return kind(*values)


@dataclass(frozen=True, slots=True)
class _Like:
    """How the rows of one class are taken apart: worked out once, for a check-in changes five rows."""

    values: Callable[[Row], tuple[Any, ...]]
    places: Mapping[str, int]


_LIKE: dict[type[Row], _Like] = {}


def _like(kind: type[Row]) -> _Like:
    names = tuple(field.name for field in fields(kind))
    _LIKE[kind] = _Like(attrgetter(*names), {name: place for place, name in enumerate(names)})
    return _LIKE[kind]
