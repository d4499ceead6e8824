"""Numbers of a large table in a file without a name, read when a column is looked at.

A training needs the cells as they are before its first step and after its last one, for what is
fitted, for baselines and slices. In between, a large table would only fill the memory beside what
the network takes of it.
"""

import ctypes
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary, finalize

import numpy as np

from nnspec.data.table import Column, OnDemand, Rows, Table, Values

LARGE = 2**26
"""Bytes of numbers from which on a table is not held in memory."""
NUMBERS = "fiub"
"""Kinds of arrays whose bytes are all there is of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cells of a column stand in a file, and what it is beside them."""

    like: Column
    offset: int
    rows: int

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Return the type of the cells."""
        return self.like.values.dtype


@dataclass(slots=True, weakref_slot=True, eq=False)
class Store:
    """A file that is gone when nothing reads it any more, even if the program is killed."""

    descriptor: int
    size: int = 0
    full: bool = False
    known: WeakValueDictionary[int, Values] = field(default_factory=WeakValueDictionary)
    """Columns that somebody still looks at, by where they begin."""

    def __post_init__(self) -> None:
        finalize(self, os.close, self.descriptor)

    def keep(self, column: Column) -> Place | Column:
        """Write a column; return where, or the column itself where it is none for a file.

        On a full disk it stays in memory, as all that come after it.
        """
        if self.full or not is_plain(column):
            return column
        left = np.ascontiguousarray(column.values).view(np.uint8).data
        try:
            while left:
                left = left[os.write(self.descriptor, left) :]
        except OSError:
            self.full = True
            return column
        like = Column(column.kind, column.values[:0].copy(), column.form, digest=column.digest)
        place = Place(like, self.size, len(column.values))
        self.size += column.values.nbytes
        return place

    def read(self, place: Place) -> Column:
        """Return a whole column."""
        if (values := self.known.get(place.offset)) is None:
            values = self.known[place.offset] = self.cells(place, slice(0, place.rows))
        return _with(place.like, values)

    def cells(self, place: Place, rows: slice) -> Values:
        """Return the cells of rows that lie one behind the other."""
        found: Values = np.empty(rows.stop - rows.start, place.dtype)
        left, offset = found.view(np.uint8).data, place.offset + rows.start * place.dtype.itemsize
        while left:
            count = os.preadv(self.descriptor, [left], offset)
            assert count, "the file holds all that was written"
            left, offset = left[count:], offset + count
        found.flags.writeable = False  # several look at it
        return found


@dataclass(frozen=True, slots=True, eq=False)
class StoredColumns(OnDemand):
    """Columns by name, each read when it is asked for, or held where it is none for a file."""

    store: Store
    places: Mapping[str, Place | Column]

    def __getitem__(self, name: str) -> Column:
        place = self.places[name]
        return self.store.read(place) if isinstance(place, Place) else place

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def only(self, names: Iterable[str]) -> "StoredColumns":
        """Return some columns; none is read."""
        return StoredColumns(self.store, {name: self.places[name] for name in names})

    def take(self, rows: Rows | slice) -> dict[str, Column]:
        """Return some rows of every column, in memory."""
        return {name: self._part(name, rows) for name in self}

    def _part(self, name: str, rows: Rows | slice) -> Column:
        place = self.places[name]
        if isinstance(place, Place) and isinstance(rows, slice):
            start, stop, step = rows.indices(place.rows)
            if step == 1:
                wanted = slice(start, max(start, stop))
                return _with(place.like, self.store.cells(place, wanted))
        return self[name].take(rows)


def is_plain(column: Column) -> bool:
    """Return whether a column is one of numbers, of which nothing lies anywhere else."""
    values = column.values
    return values.ndim == 1 and values.dtype.kind in NUMBERS and column.files is None


def store_for(table: Table) -> Store | None:
    """Return where the columns of a large table are kept; None where they stay in memory."""
    size = sum(one.values.nbytes for one in table.columns.values() if is_plain(one))
    if size < LARGE or not hasattr(os, "preadv"):
        return None
    try:
        with tempfile.TemporaryFile(prefix="nnspec-") as file:
            return Store(os.dup(file.fileno()))
    except OSError:
        return None


def give_back() -> None:
    """Give the system what reading has freed, before other libraries come; glibc keeps it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _with(like: Column, values: Values) -> Column:
    return Column(like.kind, values, like.form, digest=like.digest)
