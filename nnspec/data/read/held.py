"""The columns of a large text table as they are held: as numbers, by their different texts, whole.

What is held of a column takes far less than its texts, which are read once more where they are
asked for. Nothing is decided here about what a column is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

from nnspec.data.columns.distinct import Distinct
from nnspec.data.read.parts import Parts
from nnspec.data.table import Values

AT_ONCE = 2**23
"""Cells that are read once more together."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column whose texts are finite numbers as they stand, but for some.

    Attributes:
        values: (rows,) integers where all cells are whole numbers; else floats, NaN for others.
        odd: the different texts that are no finite numbers.
        coded: whether some texts are whole numbers with zeros before them, as codes are.
        settled_coded: the same of texts as they are once their signs are plain.
    """

    values: Values
    odd: tuple[str, ...] = ()
    coded: bool = False
    settled_coded: bool = False


Held: TypeAlias = Numbers | Distinct | pl.Series | None
"""What is held of a column; None: nothing, its texts are read once more."""


@dataclass(slots=True, eq=False)
class HeldColumns(Mapping[str, pl.Series]):
    """The columns of a text table by name, each a series of texts when it is asked for."""

    parts: Parts
    held: Mapping[str, Held]
    rows: int
    _again: dict[str, pl.Series] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pl.Series:
        match self.held[name]:
            case pl.Series() as cells:
                return cells.alias(name)
            case Distinct() as found:
                return found.texts.gather(found.codes).alias(name)
            case _:
                return self._read_again(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)

    def numbers(self, name: str) -> Numbers | None:
        """Return a column that is held as numbers; None of any other."""
        found = self.held[name]
        return found if isinstance(found, Numbers) else None

    def distinct(self, name: str) -> Distinct | None:
        """Return a column that is held by its different texts; None of any other."""
        found = self.held[name]
        return found if isinstance(found, Distinct) else None

    def _read_again(self, name: str) -> pl.Series:
        """Return the texts of a column; those of some behind it are kept until others are read."""
        if name not in self._again:
            self._again.clear()
            places = self._together(name)
            frame = self.parts.columns(places)
            names = list(self.held)
            self._again.update(
                {names[int(one.name)]: one.alias(names[int(one.name)]) for one in frame}
            )
        return self._again[name]

    def _together(self, name: str) -> Sequence[int]:
        """Return the places of a column and of others behind it whose texts are not held."""
        names = list(self.held)
        unread = [
            place
            for place, one in enumerate(names)
            if place >= names.index(name) and not isinstance(self.held[one], pl.Series | Distinct)
        ]
        return unread[: max(1, AT_ONCE // max(1, self.rows))]
