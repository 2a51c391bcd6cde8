"""What all rows share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

SEALED = "sealed"
Sealed = Annotated[str, SEALED]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What all rows share: the name of their table and the columns that identify one of them."""

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]] = ("id",)
    ONCE: ClassVar[bool] = False  # rows that are only ever added

    @property
    def key(self) -> tuple[Any, ...]:
        """The values that identify this row within its table."""
        return tuple([getattr(self, name) for name in self.KEY])
