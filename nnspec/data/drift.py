"""How far new rows lie from the training rows, column by column.

The figure is the population stability index: the sum over bins of (n - t) * ln(n / t), with n and
t the shares of new and training cells; missing cells are a bin. From 0.1 on a shift is called
moderate and from 0.25 on large (N. Siddiqi, Credit Risk Scorecards, 2006). For rows of one origin
it is about chi-squared with a degree of freedom less than bins, times 1/new + 1/training rows
(B. Yurdakul, Statistical Properties of Population Stability Index, 2018): few rows are far from
any others by chance.
"""

import math
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnspec.data.fit.fitted import CategoryFit, ColumnFit, DateFit, Preprocessing
from nnspec.data.profile import ColumnProfile, Counted, Profile, count, count_plainly
from nnspec.data.table import Table

SHIFTED = 0.25
"""Population stability index from which on a column is marked, where chance does not explain it."""
Shares = NDArray[np.float64]
CERTAINTY = 3.09
"""Deviations of a normal distribution that one in a thousand exceeds."""


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """A feature column of new rows beside what it was in the training rows.

    Attributes:
        cells: cells, or elements of array cells, of the new rows.
        missing: missing ones.
        unknown: cells whose class, or whose every word, the training had not.
        below: cells below all of the training rows.
        above: cells above them.
        trained_missing: share of missing cells in the training rows.
        extent: smallest and largest training cell, as they are written; words for texts.
        psi: population stability index; None where the run keeps no profile of its columns.
        chance: what it reaches by chance in one of a thousand columns that did not change.
    """

    cells: int
    missing: int = 0
    unknown: int = 0
    below: int = 0
    above: int = 0
    trained_missing: float | None = None
    extent: tuple[str, str] | None = None
    psi: float | None = None
    chance: float | None = None

    @property
    def beyond(self) -> int:
        """Return how many cells lie beyond the range of the training rows."""
        return self.below + self.above

    @property
    def shifted(self) -> bool:
        """Tell whether the column is marked."""
        return self.psi is not None and self.psi > max(SHIFTED, self.chance or 0.0)

    @property
    def told(self) -> bool:
        """Tell whether anything about the cells is worth a line."""
        return bool(self.missing or self.unknown or self.beyond or self.shifted)

    def document(self) -> dict[str, object]:
        """Return the figures as JSON has them."""
        return asdict(self) | {"shifted": self.shifted}


def compare(table: Table, fitted: Preprocessing, known: Profile | None) -> dict[str, ColumnDrift]:
    """Return how far each feature column of new rows lies from the training rows.

    Args:
        table: feature columns as they were typed, before missing cells are filled.
        fitted: what was fitted on the training rows.
        known: what the training columns held; None for a run that does not keep it.
    """
    columns = known.columns if known else {}
    found: dict[str, ColumnDrift] = {}
    for name, fit in fitted.columns.items():
        # What is known in advance has a name of its own beside the past of the same column.
        cells = table[fitted.known.get(name, name)]
        if known is None or name not in columns:
            counted = count_plainly(cells, fit)
            found[name] = ColumnDrift(cells.values.size, counted.missing, counted.unknown)
        else:
            counted = count(cells, fit, columns[name])
            # Training rows that lacked a cell were left out, and so will be the new ones.
            missing = 0 if name in fitted.dropping else counted.missing
            compared = _compare(
                replace(counted, missing=missing), fit, columns[name], (table.rows, known.rows)
            )
            found[name] = replace(compared, cells=cells.values.size, missing=counted.missing)
    return found


def _compare(
    counted: Counted, fit: ColumnFit, known: ColumnProfile, rows: tuple[int, int]
) -> ColumnDrift:
    """Return the figures of one column; rows are the new and the training ones."""
    new = np.array([*counted.bins, counted.missing], np.float64)
    trained = np.array([*known.counts, known.missing], np.float64)
    if len(trained) != len(new):  # no training cell was there to part bins by
        trained = np.array([*np.zeros(len(counted.bins)), known.missing], np.float64)
    fewest = max(1, min(rows))
    return ColumnDrift(
        cells=int(new.sum()),
        unknown=counted.unknown,
        below=counted.below,
        above=counted.above,
        trained_missing=known.missing / max(1.0, float(trained.sum())),
        extent=None if isinstance(fit, CategoryFit) or not known.edges else _written(fit, known),
        psi=stability(new, trained, 0.5 / fewest),
        chance=by_chance(int(((new > 0) | (trained > 0)).sum()), rows),
    )


def stability(new: Shares, trained: Shares, least: float) -> float:
    """Return the population stability index of counts by bin.

    Args:
        new: cells of the new rows in each bin.
        trained: those of the training rows.
        least: what a smaller share counts as: an empty bin would make the index infinite.
    """
    shares = np.maximum(new / max(1.0, new.sum()), least)
    before = np.maximum(trained / max(1.0, trained.sum()), least)
    return float(((shares - before) * np.log(shares / before)).sum())


def by_chance(bins: int, rows: tuple[int, int]) -> float:
    """Return what the index of rows of one origin exceeds once in a thousand times."""
    freedom = max(1, bins - 1)
    # Wilson and Hilferty: the cube root of chi-squared is nearly normal.
    step = 2 / (9 * freedom)
    quantile = freedom * (1 - step + CERTAINTY * math.sqrt(step)) ** 3
    return quantile * sum(1 / max(1, count) for count in rows)


def _written(fit: ColumnFit, known: ColumnProfile) -> tuple[str, str]:
    """Return the smallest and largest training cell as a table has them."""
    low, high = known.extent
    if isinstance(fit, DateFit):
        return _date(low), _date(high)
    return f"{low:.6g}", f"{high:.6g}"


def _date(moment: float) -> str:
    text = str(np.datetime64(round(moment), "s")).replace("T", " ")
    return text.removesuffix(" 00:00:00")
