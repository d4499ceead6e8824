"""The columns of a large text table as they are held: as numbers, by their different texts, whole.

What is held of a column takes far less than its texts, which are read once more where they are
asked for. Nothing is decided here about what a column is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
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
        negative_zeros: rows that are -0, which integers do not tell.
        coded: whether some texts are whole numbers with zeros before them, as codes are.
        settled_coded: the same of texts as they are once their signs are plain.
    """

    values: Values
    odd: tuple[str, ...] = ()
    negative_zeros: tuple[int, ...] = ()
    coded: bool = False
    settled_coded: bool = False


Held: TypeAlias = Numbers | Distinct | pl.Series | None
"""What is held of a column; None: nothing, its texts are read once more."""


@dataclass(slots=True, eq=False)
class HeldColumns(Mapping[str, pl.Series]):
    """The columns of a text table by name, each a series of texts when it is asked for."""

    parts: Sequence[Parts]
    held: Mapping[str, Held]
    rows: int
    _again: dict[str, pl.Series] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pl.Series:
        match self.held[name]:
            case pl.Series() as cells:
                return cells.alias(name)
            case Distinct() as found:
                return found.gathered().alias(name)
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
            frame = pl.concat([one.columns(places) for one in self.parts], rechunk=False)
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


def join_held(several: Sequence[HeldColumns]) -> HeldColumns:
    """Return the columns of several tables, of the same names in any order, row after row.

    How numbers are written must be the same in all of them.
    """
    names = tuple(several[0])
    held = {name: _joined([one.held[name] for one in several]) for name in names}
    parts = [part.ordered(names) for one in several for part in one.parts]
    return HeldColumns(parts, held, sum(one.rows for one in several))


def _joined(held: Sequence[Held]) -> Held:
    """Return what is held of a column of several tables."""
    numbers = [one for one in held if isinstance(one, Numbers)]
    if len(numbers) == len(held):
        return _joined_numbers(numbers)
    distinct = [one for one in held if isinstance(one, Distinct)]
    if len(distinct) == len(held):
        return _joined_distinct(distinct)
    texts = [one.gathered() if isinstance(one, Distinct) else one for one in held]
    series = [one for one in texts if isinstance(one, pl.Series)]
    return pl.concat(series, rechunk=False) if len(series) == len(held) else None


def _joined_numbers(numbers: Sequence[Numbers]) -> Numbers:
    """Return numbers one behind the other."""
    values = np.concatenate([one.values for one in numbers])
    begins = np.cumsum([0, *(len(one.values) for one in numbers)])
    zeros = [
        int(begin) + row
        for begin, one in zip(begins, numbers, strict=False)
        for row in one.negative_zeros
    ]
    if np.issubdtype(values.dtype, np.floating):
        values[zeros] = -0.0
    return Numbers(
        values,
        tuple(dict.fromkeys(text for one in numbers for text in one.odd)),
        tuple(zeros),
        any(one.coded for one in numbers),
        any(one.settled_coded for one in numbers),
    )


def _joined_distinct(distinct: Sequence[Distinct]) -> Distinct:
    """Return texts by their places among those of all."""
    texts = pl.concat([one.texts for one in distinct]).drop_nulls().unique(maintain_order=True)
    places = [one.texts.cast(pl.Enum(texts)).to_physical() for one in distinct]
    codes = np.concatenate(
        [
            place.cast(pl.UInt32).fill_null(len(texts)).to_numpy()[one.codes]
            for place, one in zip(places, distinct, strict=True)
        ]
    )
    if any(place.null_count() for place in places):
        texts = pl.concat([texts, pl.Series([None], dtype=pl.String)])
    return Distinct(texts, codes)
