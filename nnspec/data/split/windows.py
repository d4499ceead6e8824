"""Windows over a series: which rows a window covers, which rows its targets are.

A window belongs to the split that its targets' rows lie in; its inputs may reach back into the
split before, as they would when the network is used. One whose targets lie in two splits belongs to
none. What is kept of a window is where it begins: its rows are copied out when they are looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.missing import whole_rows
from nnspec.data.columns.refusals import refuse
from nnspec.data.split.splits import SplitName, check_counts, split_counts
from nnspec.data.table import Rows, Table
from nnspec.data.window_view import Cut, WindowColumns
from nnspec.diagnostics import Diagnostic
from nnspec.spec.data import SplitSection
from nnspec.spec.window import WindowSection, aims


@dataclass(frozen=True, slots=True)
class Windows:
    """Some windows of a series.

    Attributes:
        section: length, horizons and stride.
        starts: (windows,) first row of each.
    """

    section: WindowSection
    starts: Rows

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def last_rows(self) -> Rows:
        """Return the last row that each window covers."""
        return self.starts + (self.section.length - 1)

    @property
    def numbers(self) -> Rows:
        """Return the row that a window is called by: its target's; of several, its own last one."""
        return self.last_rows + (0 if self.section.several else self.section.farthest)

    @property
    def target_rows(self) -> Iterator[Rows]:
        """Give the rows of the windows' targets, (windows,) at each horizon."""
        yield from (self.last_rows + steps for steps in self.section.horizons)

    def keep(self, whole: NDArray[np.bool_]) -> "Windows":
        """Return the windows all of whose targets lie in rows that are whole, (rows,) of these."""
        kept = np.ones(len(self), np.bool_)
        for rows in self.target_rows:
            kept &= whole[rows]
        return Windows(self.section, self.starts[kept])

    def targets(self, table: Table) -> Table:
        """Return the windows' targets, a column for each unit, out of the rows of a series."""
        last = self.last_rows
        found = {
            one.name: table[one.column].take(last + one.steps)
            for one in aims(table.columns, self.section)
        }
        return Table(found, len(last))

    def latest(self, table: Table) -> Table:
        """Return what is known of each unit's column at the windows' last rows."""
        last = table.take(self.last_rows)
        found = {one.name: last[one.column] for one in aims(table.columns, self.section)}
        return Table(found, last.rows)

    @property
    def past(self) -> Cut:
        """Return where the rows lie that the network reads: (windows, length)."""
        return Cut(self.starts, np.arange(self.section.length))

    @property
    def ahead(self) -> Cut:
        """Return where the rows of the targets lie: (windows, horizons)."""
        first, *_ = horizons = self.section.horizons
        return Cut(self.last_rows + first, np.array(horizons) - first)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a series a network reads in a window, and which ahead of it.

    Attributes:
        past: columns that windows hold.
        ahead: columns known in advance, by their names as inputs.
    """

    past: tuple[str, ...]
    ahead: Mapping[str, str]

    def name(self, table: Table) -> Table:
        """Return the columns of a table by the names that they have as inputs."""
        known = {name: table[column] for name, column in self.ahead.items()}
        return Table({**table.select(self.past).columns, **known}, table.rows)

    def cut(self, table: Table, windows: Windows) -> Table:
        """Return what the network reads: (windows, length, ...), and (windows, horizons, ...)."""
        ahead = dict.fromkeys(self.ahead, windows.ahead)
        cuts = {**dict.fromkeys(self.past, windows.past), **ahead}
        return Table(WindowColumns(self.name(table), cuts), len(windows))


def split_windows(
    rows: int, window: WindowSection, split: SplitSection
) -> Mapping[SplitName, Windows]:
    """Divide the windows of a series by time.

    Args:
        rows: number of time steps.
        window: length, horizons and stride of the windows.
        split: shares of the rows.

    Raises:
        Refused: D113 where not one window fits, D111 where a split is left without windows.
    """
    reach = window.length + window.farthest - 1
    if rows <= reach:
        message = (
            f"{rows} rows are too few for a window of {window.length} rows and a target "
            f"{window.farthest} rows later; expected at least {reach + 1}"
        )
        raise refuse("D113", message, path=("data", "window", "length"))
    counts = split_counts(rows, split)
    windows: dict[SplitName, Windows] = {}
    first = 0
    for name, count in counts.items():
        windows[name] = _windows(window, first, first + count)
        first += count
    check_windows(windows, rows, split)
    return windows


def check_windows(windows: Mapping[SplitName, Windows], rows: int, split: SplitSection) -> None:
    """Refuse a split that has a share and no windows (D111)."""
    window = windows["train"].section
    ahead = f"{window.farthest} ahead"
    if window.several:
        ahead = f"{window.horizons[0]} to {ahead}, all of them in one split"
    counts = {name: len(one) for name, one in windows.items()}
    check_counts(counts, rows, split, f" (windows of {window.length} rows, {ahead})")


def leave_out(
    windows: Mapping[SplitName, Windows], targets: Table, numbers: Rows
) -> tuple[dict[SplitName, Windows], tuple[Diagnostic, ...]]:
    """Return windows without those that lack a target, with the finding (D151) about these.

    Args:
        windows: of each split.
        targets: the target columns, in the rows of the series.
        numbers: (rows,) the row number of each in the source.
    """
    whole = whole_rows(targets)
    kept = {name: one.keep(whole) for name, one in windows.items()}
    lacking = sum(map(len, windows.values())) - sum(map(len, kept.values()))
    if not lacking:
        return kept, ()
    first = int(numbers[~whole].min()) + 1
    of_all = f"{lacking:,} of {sum(map(len, windows.values())):,} windows are left out"
    message = f"{of_all}: their target is missing (first: row {first})"
    return kept, (Diagnostic("D151", message, path=("data", "target_missing")),)


def _windows(window: WindowSection, first: int, end: int) -> Windows:
    """Return the windows whose targets' rows lie in [first, end)."""
    nearest = window.length + window.horizons[0] - 1
    earliest = -(-max(0, first - nearest) // window.stride) * window.stride
    latest = end - (window.length + window.farthest - 1)
    return Windows(window, np.arange(earliest, latest, window.stride))
