"""When a series comes again: the rows with which a seasonal baseline answers."""

from dataclasses import dataclass

import numpy as np

from nnspec.data.split.series import Series
from nnspec.data.split.windows import Windows
from nnspec.data.table import Column, Table
from nnspec.spec.window import WindowSection, aims

YEAR = 365.25
PERIODS = ((0.5, 1.0), (6.0, 7.0), (200.0, YEAR))
"""Days below which most rows are apart, and days after which such a series comes again: a day for
hours, a week for days (five rows of working days), a year for weeks, months and quarters."""
FEWEST = 4
"""Days, weeks or years from which on most of them are whole."""
SHORTEST = 2
"""Rows of a season, of which one alone would be the last value."""


def season_of(series: Series | None, window: WindowSection, *, dated: bool) -> int | None:
    """Return the rows after which series come again, None where nothing says so.

    Args:
        series: the rows; None where all are one series in the order of the file.
        window: says how many, or leaves it to the dates.
        dated: whether times are dates.
    """
    if window.season is not None:
        return window.season
    if series is None or series.times is None or not dated:
        return None
    inside = np.ones(len(series.times), np.bool_)
    inside[series.starts] = False
    steps = np.diff(series.times)[inside[1:]]
    step = float(np.median(steps)) if len(steps) else np.inf
    period = next((days for below, days in PERIODS if step < below), None)
    if period is None:
        return None
    # Rows of a week or a day are counted: there may be none on Sundays, or at night.
    numbers = np.floor(series.times / period)
    counts = np.unique(np.stack([series.codes, numbers]), axis=1, return_counts=True)[1]
    counted = period < YEAR and len(counts) >= FEWEST
    rows = int(np.median(counts)) if counted else round(period / step)
    return rows if rows >= SHORTEST else None


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What a baseline may know of a series' targets.

    Attributes:
        targets: the target columns of all rows, none of them missing.
        series: how the rows lie; None where they are one series.
        season: rows after which the series comes again; None where nothing says so.
    """

    targets: Table
    series: Series | None
    season: int | None

    def seasonal(self, windows: Windows) -> Table | None:
        """Return what each unit's column held whole seasons before its moment.

        Where the stretch of a window has no row so early it is the last value.
        """
        if self.season is None:
            return None
        last = windows.last_rows
        begins = np.zeros(len(last), np.int64) if self.series is None else self.series.begin(last)
        columns: dict[str, Column] = {}
        for one in aims(self.targets.columns, windows.section):
            back = -(-one.steps // self.season) * self.season
            rows = last + one.steps - back
            columns[one.name] = self.targets[one.column].take(np.where(rows >= begins, rows, last))
        return Table(columns, len(last))
