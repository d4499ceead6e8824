"""Windows over a series: which rows a window covers, which row its target is.

A window belongs to the split that its target's row lies in; its inputs may reach back into the
split before, as they would when the network is used. Windows are views: no row is copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnspec.data.columns.refusals import refuse
from nnspec.data.split.splits import SplitName, check_counts, split_counts
from nnspec.data.table import Column, Rows, Table
from nnspec.spec.data import SplitSection, WindowSection


@dataclass(frozen=True, slots=True)
class Windows:
    """Some windows of a series.

    Attributes:
        section: length, horizon and stride.
        starts: first rows of the windows: evenly spaced, or one by one.
    """

    section: WindowSection
    starts: slice | Rows

    @property
    def last_rows(self) -> Rows:
        """Return the last row that each window covers."""
        starts = self.starts
        if isinstance(starts, slice):
            starts = np.arange(starts.start, starts.stop, starts.step)
        return starts + (self.section.length - 1)

    @property
    def target_rows(self) -> Rows:
        """Return the row of each window's target."""
        return self.last_rows + self.section.horizon

    def cut(self, table: Table) -> Table:
        """Return the windows of every column: (windows, length, *shape), as views."""
        columns = {name: self._cut(column) for name, column in table.columns.items()}
        return Table(columns, len(self.target_rows))

    def _cut(self, column: Column) -> Column:
        """Return the windows of one column."""
        if self.section.length > len(column.values):
            empty = np.empty((0, self.section.length, *column.shape), column.values.dtype)
            return Column(column.kind, empty, column.form)
        view = sliding_window_view(column.values, self.section.length, axis=0)
        return Column(column.kind, np.moveaxis(view[self.starts], -1, 1), column.form)


def split_windows(
    rows: int, window: WindowSection, split: SplitSection
) -> Mapping[SplitName, Windows]:
    """Divide the windows of a series by time.

    Args:
        rows: number of time steps.
        window: length, horizon and stride of the windows.
        split: shares of the rows.

    Raises:
        Refused: D113 where not one window fits, D111 where a split is left without windows.
    """
    reach = window.length + window.horizon - 1
    if rows <= reach:
        message = (
            f"{rows} rows are too few for a window of {window.length} rows and a target "
            f"{window.horizon} rows later; expected at least {reach + 1}"
        )
        raise refuse("D113", message, path=("data", "window", "length"))
    counts = split_counts(rows, split)
    windows: dict[SplitName, Windows] = {}
    first = 0
    for name, count in counts.items():
        windows[name] = _windows(window, first, first + count)
        first += count
    found = {name: len(one.target_rows) for name, one in windows.items()}
    check_counts(found, rows, split, f" (windows of {window.length} rows, {window.horizon} ahead)")
    return windows


def all_windows(rows: int, window: WindowSection) -> Windows:
    """Return every window that fits into a series, whether its target is known or not.

    Raises:
        Refused: D113 where not one window fits.
    """
    if rows < window.length:
        message = f"{rows} rows are too few for a window of {window.length} rows"
        raise refuse("D113", message, path=("data", "window", "length"))
    return Windows(window, slice(0, rows - window.length + 1, 1))


def known_windows(rows: int, window: WindowSection) -> Windows:
    """Return every window of a series whose target is a row of it, by the section's stride."""
    return _windows(window, 0, rows)


def _windows(window: WindowSection, first: int, end: int) -> Windows:
    """Return the windows whose target's row lies in [first, end)."""
    reach = window.length + window.horizon - 1
    earliest = -(-max(0, first - reach) // window.stride) * window.stride
    return Windows(window, slice(earliest, max(end - reach, earliest), window.stride))
