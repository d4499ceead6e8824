"""Windows over series whose steps lie in memory once, however many windows hold each of them.

Windows may lie anywhere: over several series, beside gaps, some left out. What is kept is the
series and where each window begins; a window is copied out when somebody looks at it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike, NDArray

from nnspec.data.table import Column, OnDemand, Rows, Table, Values

Steps = NDArray[np.signedinteger[Any]]
"""Numbers of steps of a series."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Where windows lie in a series: each holds the steps at its start plus `offsets`.

    Attributes:
        starts: (windows,) the first step of each.
        offsets: (length,) ascending from 0.
    """

    starts: Steps
    offsets: Steps

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def reach(self) -> int:
        """Return the steps from a window's first to its last, both counted."""
        return int(self.offsets[-1]) + 1

    def take(self, order: Steps | slice) -> "Cut":
        """Return some windows."""
        return Cut(self.starts[order], self.offsets)

    def steps(self, order: Steps | slice) -> Steps:
        """Return the steps that some windows hold, (windows, length)."""
        found: Steps = self.starts[order][..., None] + self.offsets
        return found


@dataclass(frozen=True, slots=True, eq=False)
class WindowView(NDArrayOperatorsMixin):
    """Windows over a series in the place of an array, (windows, length, ...).

    To index it, and whatever else is asked of an array, copies windows out.

    Attributes:
        series: (steps, ...).
        cut: where the windows lie.
    """

    series: Values
    cut: Cut

    def __len__(self) -> int:
        return len(self.cut)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (windows, length, ...)."""
        return (len(self), len(self.cut.offsets), *self.series.shape[1:])

    @property
    def ndim(self) -> int:
        """Return the number of axes."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Return the type of the elements."""
        return self.series.dtype

    @property
    def nbytes(self) -> int:
        """Return the bytes that it takes: those of the series, and of the starts."""
        return self.series.nbytes + self.cut.starts.nbytes

    def astype(self, dtype: DTypeLike) -> "WindowView":
        """Return the windows over the series in another type."""
        return replace(self, series=self.series.astype(dtype))

    def __getitem__(self, key: Any) -> Values:  # noqa: ANN401 - whatever NumPy takes
        if isinstance(key, tuple):
            found: Values = self[:][key]
            return found
        length = len(self.cut.offsets)
        if self.cut.reach == length <= len(self.series):
            # Steps in a row are copied together.
            every = np.moveaxis(sliding_window_view(self.series, length, axis=0), -1, 1)
            windows: Values = every[self.cut.starts[key]]
            return windows
        return self.series[self.cut.steps(key)]

    def __array__(self, dtype: DTypeLike | None = None, *, copy: bool | None = None) -> Values:
        return np.asarray(self[:], dtype)

    def __array_ufunc__(
        self,
        function: np.ufunc,
        method: str,
        *given: Any,  # noqa: ANN401 - whatever NumPy takes
        **options: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        arrays = [one[:] if isinstance(one, WindowView) else one for one in given]
        return getattr(function, method)(*arrays, **options)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever an array has
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self[:], name)


def windows_over(series: Values, cut: Cut) -> Values:
    """Return windows over a series, (windows, length, ...), which do as an array of them does."""
    return cast("Values", WindowView(series, cut))


def view_of(rows: object) -> WindowView | None:
    """Return rows as windows over a series; None where each has its own memory."""
    return rows if isinstance(rows, WindowView) else None


def some_of(rows: Values, order: Rows | slice) -> Values:
    """Return some rows; of windows nothing is copied, of others nothing for a slice."""
    view = view_of(rows)
    return rows[order] if view is None else windows_over(view.series, view.cut.take(order))


def laid_out_bytes(rows: Values) -> int:
    """Return the memory that rows take where each has its own, in bytes."""
    return int(np.prod(rows.shape)) * rows.dtype.itemsize


@dataclass(frozen=True, slots=True, eq=False)
class WindowColumns(OnDemand):
    """Columns of windows by name, each copied out of its series when it is looked at.

    Attributes:
        series: the columns, step after step.
        cuts: where the windows of each column lie; as many of each.
    """

    series: Table
    cuts: Mapping[str, Cut]

    def __getitem__(self, name: str) -> Column:
        return self._part(name, slice(None))

    def __iter__(self) -> Iterator[str]:
        return iter(self.cuts)

    def __len__(self) -> int:
        return len(self.cuts)

    def only(self, names: Iterable[str]) -> "WindowColumns":
        """Return some columns; none is copied."""
        cuts = {name: self.cuts[name] for name in names}
        return WindowColumns(self.series.select(cuts), cuts)

    def take(self, rows: Rows | slice) -> dict[str, Column]:
        """Return some windows of every column, copied out."""
        return {name: self._part(name, rows) for name in self}

    def cells(self, name: str) -> Values:
        """Return the cells of a column, as a rule each once, however many windows hold it."""
        cut, values = self.cuts[name], self.series[name].values
        if cut.reach > len(cut.offsets):
            return self[name].values
        held = Held.of(cut, len(values))
        stretches = zip(held.begins.tolist(), held.ends.tolist(), strict=True)
        return np.concatenate([values[begin:end] for begin, end in stretches] or [values[:0]])

    def _part(self, name: str, rows: Rows | slice) -> Column:
        column = self.series[name]
        return Column(column.kind, WindowView(column.values, self.cuts[name])[rows], column.form)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The steps of a series that lie between a window's first and last, in stretches.

    Attributes:
        begins: (stretches,) the first step of each.
        ends: (stretches,) the step behind the last of each.
    """

    begins: Steps
    ends: Steps

    @classmethod
    def of(cls, cut: Cut, steps: int) -> "Held":
        """Return what windows hold of a series of so many steps."""
        changes = np.zeros(steps + 1, np.int64)
        np.add.at(changes, cut.starts, 1)
        np.add.at(changes, cut.starts + cut.reach, -1)
        held = np.r_[False, np.cumsum(changes) > 0]
        borders = np.flatnonzero(held[1:] != held[:-1])
        return cls(borders[::2], borders[1::2])

    @property
    def count(self) -> int:
        """Return the number of steps."""
        return int((self.ends - self.begins).sum())

    def numbers(self, steps: Steps) -> Steps:
        """Return the numbers of some steps among those that are held, from 0."""
        before = np.r_[0, np.cumsum(self.ends - self.begins)[:-1]]
        stretch = np.searchsorted(self.begins, steps, side="right") - 1
        found: Steps = steps - self.begins[stretch] + before[stretch]
        return found

    def covering(self, length: int) -> Cut:
        """Return as few windows as hold every step; the last ones of stretches lie over others.

        Args:
            length: steps of a window, as many as a stretch has at most.
        """
        stretches = zip(self.begins.tolist(), self.ends.tolist(), strict=True)
        starts = [
            np.minimum(np.arange(begin, end, length), end - length) for begin, end in stretches
        ]
        return Cut(np.concatenate(starts), np.arange(length))
