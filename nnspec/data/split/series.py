"""Series within a table: which rows follow one another, and where a series ends or has a gap.

Rows are brought into the order of their series, and within one into that of time. A stretch is a
run of rows without a gap; windows lie within one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.dates import DAY, seconds
from nnspec.data.split.splits import SPLITS, SplitName, places_by_time
from nnspec.data.split.windows import Windows, check_windows
from nnspec.data.table import Column, Rows, Table
from nnspec.diagnostics import Diagnostic, Path
from nnspec.spec.data import SplitSection
from nnspec.spec.window import WindowSection, as_columns

USUAL = 0.05
"""Share of the steps from which on a distance between two rows is usual, and no gap."""
WINDOW = ("data", "window")

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Rows in the order of their series.

    Attributes:
        order: (rows,) place in the table of each.
        starts: first row, in this order, of each stretch.
        stops: the row behind the last of each stretch.
        codes: (rows,) number of the series of each row.
        times: (rows,) when each is; None where the order of the file is all that is known.
        gap: largest distance within a stretch, in days of dates or the column's units.
    """

    order: Rows
    starts: Rows
    stops: Rows
    codes: Rows
    times: Numbers | None = None
    gap: float | None = None

    @property
    def begins(self) -> Rows:
        """Return the first row of each series."""
        begins: Rows = np.r_[0, np.flatnonzero(np.diff(self.codes)) + 1]
        return begins

    def begin(self, rows: Rows) -> Rows:
        """Return the first row of the stretch that each of these rows lies in."""
        found: Rows = self.starts[np.searchsorted(self.starts, rows, side="right") - 1]
        return found


def arrange(table: Table, window: WindowSection) -> Series | None:
    """Return the rows of a table by series and time; None where all are one in their order.

    Raises:
        Refused: D136 for times that do not order the rows.
    """
    if window.key is None and window.time is None:
        return None
    codes = _codes(table, as_columns(window.key or ()))
    times = None
    if window.time is not None:
        times = times_of(table[window.time], window.time, (*WINDOW, "time"))
    keys = (codes,) if times is None else (times, codes)
    order = np.lexsort((np.arange(table.rows), *keys)).astype(np.int64)
    codes = codes[order]
    ends: Flags = np.diff(codes) != 0
    gap = window.gap
    if times is not None:
        times = times[order]
        steps = np.diff(times)
        _check_times(steps, ends, order, window)
        gap = gap or _usual(steps[~ends])
        ends |= steps > gap * (1 + 1e-9)
    borders = np.flatnonzero(ends) + 1
    starts, stops = np.r_[0, borders], np.r_[borders, table.rows]
    return Series(order, starts, stops, codes, times, gap)


def _codes(table: Table, key: tuple[str, ...]) -> Rows:
    """Return (rows,) numbers of series, in the order in which they appear."""
    codes = np.zeros(table.rows, np.int64)
    for name in key:
        _, first, own = np.unique(
            table[name].values.astype(str), return_index=True, return_inverse=True
        )
        codes = codes * len(first) + np.argsort(np.argsort(first))[own]
    _, first, own = np.unique(codes, return_index=True, return_inverse=True)
    ranked: Rows = np.argsort(np.argsort(first))[own].astype(np.int64)
    return ranked


def times_of(column: Column, name: str, path: Path) -> Numbers:
    """Return (rows,) when each row is: days of dates, or the column's numbers.

    Args:
        column: the cells.
        name: of the column.
        path: where the spec names it.

    Raises:
        Refused: D136 for what orders nothing.
    """
    if column.kind == "date" and column.form:
        return seconds(column.values) / DAY
    if column.kind in {"numeric", "integer"} and not column.shape:
        numbers: Numbers = column.values.astype(np.float64)
        return numbers
    what = "dates in doubt" if column.kind == "date" else f"a {column.kind} column"
    message = f'the time "{name}" is {what}; expected numbers or dates'
    hint = f'declare it, such as columns: {{{name}: {{date: {{format: "%d/%m/%Y"}}}}}}'
    raise refuse("D136", message, hint=hint, path=path)


def _check_times(steps: Numbers, ends: Flags, order: Rows, window: WindowSection) -> None:
    """Refuse two rows of one series at one time."""
    same = np.flatnonzero((steps == 0) & ~ends)
    if not len(same):
        return
    rows = " and ".join(str(order[place] + 1) for place in (same[0], same[0] + 1))
    count = "1 time" if len(same) == 1 else f"{len(same)} times"
    stand = "stands" if len(same) == 1 else "stand"
    message = f'{count} of "{window.time}" {stand} twice in a series, first in rows {rows}'
    hint = "name what tells series apart: window: {key: COLUMN}, or leave one of the rows out"
    raise refuse("D136", message, hint=hint, path=(*WINDOW, "time"))


def _usual(steps: Numbers) -> float:
    """Return the largest distance that a fair share of neighbouring rows have."""
    if not len(steps):
        return np.inf
    middle = float(np.median(steps))
    # Months in parts of a year are written with a last digit that is rounded.
    alike = np.round(steps / middle, 6) if middle else steps
    _, group, counts = np.unique(alike, return_inverse=True, return_counts=True)
    usual = steps[counts[group] >= USUAL * len(steps)]
    return float(usual.max()) if len(usual) else middle


def stretch_windows(series: Series, window: WindowSection, *, ahead: int) -> Rows:
    """Return the first rows of all windows, in the series' order.

    Args:
        series: the rows.
        window: length and stride.
        ahead: rows behind a window that must be there too: as far as its targets are wanted.
    """
    stretches = zip(series.starts.tolist(), series.stops.tolist(), strict=True)
    reach = window.length - 1 + ahead
    found = [np.arange(start, stop - reach, window.stride) for start, stop in stretches]
    return np.concatenate(found).astype(np.int64)


def split_series(
    series: Series, window: WindowSection, split: SplitSection
) -> tuple[Mapping[SplitName, Windows], Rows]:
    """Divide windows by when their targets are; also return the rows that training has seen.

    With times all series are cut at the same moments; without, each at its own shares.

    Raises:
        Refused: D113 where no window fits, D111 where a split is left without windows.
    """
    starts = stretch_windows(series, window, ahead=window.farthest)
    if not len(starts):
        longest = int((series.stops - series.starts).max())
        message = (
            f"no window of {window.length} rows and a target {window.farthest} later fits into a "
            f"series: the longest stretch without a gap has {longest} rows"
        )
        most = longest - window.farthest
        hint = f"write window: {{length: {most}}} or less" if most > 0 else "give more rows"
        raise refuse("D113", message, hint=hint, path=(*WINDOW, "length"))
    if series.times is not None:
        places = places_by_time(series.times, split)
    else:
        places = _by_shares(series, split)
    last = starts + window.length - 1
    of_first, of_last = places[last + window.horizons[0]], places[last + window.farthest]
    windows = {
        name: Windows(window, starts[(of_first == place) & (of_last == place)])
        for place, name in enumerate(SPLITS)
    }
    check_windows(windows, len(places), split)
    return windows, np.flatnonzero(places == 0)


def _by_shares(series: Series, split: SplitSection) -> Rows:
    """Return (rows,) the place of the split of each row, by the shares of its series."""
    sizes = np.bincount(series.codes)
    position = np.arange(len(series.codes)) - np.r_[0, np.cumsum(sizes)[:-1]][series.codes]
    held = np.stack([sizes * split.validation, sizes * split.test])
    validation, test = np.floor(held + 0.5).astype(np.int64)
    training = (sizes - validation - test)[series.codes]
    later = position >= training
    last = position >= training + validation[series.codes]
    places: Rows = later.astype(np.int64) + last
    return places


def find_gaps(series: Series, window: WindowSection, times: Column) -> Iterator[Diagnostic]:
    """Give the finding (D137) about gaps that windows do not run across.

    Args:
        series: the rows.
        window: names the column of times.
        times: that column, in the order of the series.
    """
    if series.times is None:
        return
    inside = [stop for stop in series.stops[:-1] if series.codes[stop - 1] == series.codes[stop]]
    if not inside:
        return
    steps = [float(series.times[one] - series.times[one - 1]) for one in inside]
    left = len(stretch_windows(series, window, ahead=window.farthest))
    before, after = (_moment(times, inside[0] - place) for place in (1, 0))
    rows = (
        f"row {series.order[inside[0] - 1] + 1}, {before}, and "
        f"row {series.order[inside[0]] + 1}, {after}"
    )
    gaps = "gap" if len(inside) == 1 else "gaps"
    message = (
        f'"{window.time}" has {len(inside)} {gaps}: neighbours are at most {series.gap:g} apart, '
        f"the first gap is {steps[0]:g} (between {rows}), the largest {max(steps):g}; windows do "
        f"not run across them, and {left} remain"
    )
    hint = f"to let them run on: window: {{gap: {max(steps):g}}}"
    yield Diagnostic("D137", message, hint=hint, path=WINDOW)


def _moment(times: Column, row: int) -> str:
    """Return when a row is, in words."""
    cell = times.values[row]
    return str(cell).removesuffix(" 00:00:00") if times.textual else f"{cell:g}"
