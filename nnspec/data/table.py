"""A table in memory: ordered, typed columns of one length, as NumPy arrays."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nnspec.spec.data import Kind

Values = NDArray[np.generic]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column.

    Attributes:
        kind: what the cells are. It fixes the array: numeric and integer hold numbers with NaN
            for a missing cell; boolean 0.0, 1.0 or NaN; image and mask bytes; the others texts, ""
            if missing, dates such as 2024-01-31 13:05:00; tags (rows, steps) of texts, "" behind
            the last.
        values: (rows,) or, for an array column, (rows, *shape).
        form: how dates were written, in the signs of strptime; "" where that is in doubt.
        files: (rows,) file that each cell was read from, "" for a missing one; None where cells
            stand in the table.
        digest: SHA-256 of the bytes of pictures, hexadecimal.
    """

    kind: Kind
    values: Values
    form: str = ""
    files: Values | None = None
    digest: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of one cell; () for a plain column."""
        return self.values.shape[1:]

    @property
    def textual(self) -> bool:
        """Tell whether cells are texts, "" for a missing one."""
        return self.kind in {"category", "date", "text", "tags", "identifier"}

    def missing(self) -> NDArray[np.bool_]:
        """Return (rows,) where a cell, or any element of an array cell, is missing."""
        absent: NDArray[np.bool_]
        if self.kind in {"image", "mask"} and self.files is not None:
            return np.asarray(self.files == "", dtype=np.bool_)
        if self.kind == "tags":
            return np.asarray((self.values == "").all(axis=1), dtype=np.bool_)
        if self.textual:
            absent = np.asarray(self.values == "", dtype=np.bool_)
        elif np.issubdtype(self.values.dtype, np.floating):
            absent = np.isnan(self.values.astype(np.float64, copy=False))
        else:
            return np.zeros(len(self.values), dtype=np.bool_)
        return np.asarray(absent.any(axis=tuple(range(1, absent.ndim))), dtype=np.bool_)

    def take(self, rows: Rows | slice) -> "Column":
        """Return some rows: a view for a slice, a copy for an array of row numbers."""
        files = None if self.files is None else self.files[rows]
        return Column(self.kind, self.values[rows], self.form, files)


class OnDemand(Mapping[str, Column]):
    """Columns by name that are read when one is looked at, and held by nobody else."""

    __slots__ = ()

    @abstractmethod
    def only(self, names: Iterable[str]) -> "OnDemand":
        """Return some columns; none is read."""

    def cells(self, name: str) -> Values:
        """Return the cells of a column, once or more often."""
        return self[name].values

    @abstractmethod
    def take(self, rows: Rows | slice) -> dict[str, Column]:
        """Return some rows of every column, in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns by name, all of one length."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    rows: int = 0

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def select(self, names: Iterable[str]) -> "Table":
        """Return the named columns; nothing is copied."""
        if isinstance(self.columns, OnDemand):
            return Table(self.columns.only(names), self.rows)
        return Table({name: self.columns[name] for name in names}, self.rows)

    @property
    def files(self) -> dict[str, Values]:
        """Return (rows,) the files behind each column whose cells were read from some."""
        first = self.take(slice(0, 0)).columns.items()
        names = [name for name, one in first if one.files is not None]
        return {name: files for name in names if (files := self[name].files) is not None}

    def cells(self, name: str) -> Values:
        """Return the cells of a column; one that several windows share may come once."""
        return self.columns.cells(name) if isinstance(self.columns, OnDemand) else self[name].values

    def spend(self) -> Iterator[tuple[str, Column]]:
        """Yield the columns and keep none of them: nothing else holds the table any more."""
        columns = dict(self.columns)
        if isinstance(self.columns, dict):
            self.columns.clear()
        while columns:
            name = next(iter(columns))
            yield name, columns.pop(name)

    def take(self, order: Rows | slice, /) -> "Table":
        """Return some rows of every column."""
        count = len(range(*order.indices(self.rows))) if isinstance(order, slice) else len(order)
        if isinstance(self.columns, OnDemand):
            return Table(self.columns.take(order), count)
        return Table({name: one.take(order) for name, one in self.columns.items()}, count)
