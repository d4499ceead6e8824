"""Floor 8, resampling: the rows of a split drawn anew, as often as a bound allows.

Rows are drawn one by one; over time in blocks of consecutive ones, since neighbours err alike; by
whole groups where the split keeps groups together. Sources: Efron, Bootstrap methods (1979);
Kuensch, The jackknife and the bootstrap for general stationary observations (1989).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from nnspec.judge.answers import Floats

Index = npt.NDArray[np.intp]
LEVEL = 0.95
DRAWS, FEWEST_DRAWS = 1_000, 200
CELLS = 20_000_000
"""Rows times draws above which fewer are drawn."""
MOST_ROWS = 100_000
"""Rows above which a part of them stands for all."""
CHUNK = 4_000_000
"""Rows times draws that are drawn at once."""
FEWEST_UNITS = 8
"""Rows, blocks or groups below which no interval is told."""
QUIET = 5
"""Lags in a row without correlation that end a block."""
Order = Literal["rows", "time", "groups"]


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """How the rows of a split may be drawn.

    Attributes:
        seed: of the draws.
        order: rows by themselves, in the order of time, or by groups.
        groups: (rows,) what each row belongs to, with `groups` alone.
    """

    seed: int
    order: Order = "rows"
    groups: npt.NDArray[np.generic] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """How often each unit is drawn, draw by draw.

    Attributes:
        counts: (draws, units).
        unit: (rows,) unit of each row that is looked at.
        rows: the rows that are looked at; None: all.
        effective: rows, blocks or groups that are drawn freely.
        shrink: how much nearer to the figure the ends lie where a part of the rows was looked at.
        told: how it was drawn, in words.
    """

    counts: npt.NDArray[np.float32]
    unit: Index
    rows: Index | None
    effective: int
    shrink: float
    told: str

    def add_up(self, values: Floats) -> Floats:
        """Return (draws, columns) the sums of (rows, columns) over what is drawn."""
        units = values
        if self.counts.shape[1] != len(self.unit):
            units = np.zeros((self.counts.shape[1], values.shape[1]))
            np.add.at(units, self.unit, values)
        step = max(1, CHUNK // max(1, self.counts.shape[1]))
        parts = [
            self.counts[start : start + step].astype(np.float64) @ units
            for start in range(0, len(self.counts), step)
        ]
        return np.concatenate(parts)

    def of_rows(self, rows: Index, most: int) -> Iterator[Floats]:
        """Give how often some rows are drawn, (some draws, rows), of the first `most` draws."""
        unit = self.unit[rows]
        step = max(1, CHUNK // max(1, len(rows)))
        for start in range(0, most, step):
            yield self.counts[start : min(start + step, most), unit].astype(np.float64)

    def ends(self, figure: float, drawn: Floats, center: float) -> tuple[float, float] | None:
        """Return the ends of the interval of a figure; None where draws do not define it.

        The percentiles are those of Hesterberg, What teachers should know about the bootstrap
        (2015), section 3.4: further out where units are few.

        Args:
            figure: that of all rows.
            drawn: (draws,) that of each draw.
            center: that of the rows that are looked at.
        """
        known = drawn[np.isfinite(drawn)]
        if len(known) < LEVEL * len(drawn) or self.effective < FEWEST_UNITS:
            return None
        units = self.effective
        reach = math.sqrt(units / (units - 1)) * stdtrit(units - 1, (1 + LEVEL) / 2)
        tail = float(ndtr(-reach))
        low, high = np.quantile(known, [tail, 1 - tail])
        return (
            float(figure + (low - center) * self.shrink),
            float(figure + (high - center) * self.shrink),
        )


def draw(sampling: Sampling, errors: Floats) -> Draws:
    """Return draws of the rows of a split.

    Args:
        sampling: how they may be drawn.
        errors: (rows,) how far each answer is off, which says how long neighbours err alike.
    """
    random = np.random.Generator(np.random.Philox(sampling.seed))
    count = len(errors)
    rows: Index | None = None
    if count > MOST_ROWS:
        rows = np.sort(random.permutation(count)[:MOST_ROWS])
        if sampling.order == "time":
            rows = np.arange(count - MOST_ROWS, count)
    looked = count if rows is None else len(rows)
    shrink = math.sqrt(looked / count) if count else 1.0
    unit, units = np.arange(looked), looked
    if sampling.order == "groups" and sampling.groups is not None:
        groups = sampling.groups if rows is None else sampling.groups[rows]
        _, unit = np.unique(groups, return_inverse=True)
        units = int(unit.max(initial=-1)) + 1
    block = (
        block_length(errors if rows is None else errors[rows]) if sampling.order == "time" else 1
    )
    draws = max(FEWEST_DRAWS, min(DRAWS, CELLS // max(1, units)))
    counts = _counts(random, draws, units, block)
    told = _told(draws, units, block, grouped=sampling.order == "groups")
    if rows is not None:
        told = f"{told}, {MOST_ROWS:,} of {count:,} rows standing for all"
    return Draws(counts, unit, rows, units // block, shrink, told)


def block_length(errors: Floats) -> int:
    """Return how many consecutive rows are drawn together.

    Twice the lag after which no correlation of the errors is left, at least the third root of the
    rows, and so short that there are blocks enough. Source: Politis and White, Automatic
    block-length selection (2004), section 3.2.
    """
    rows = len(errors)
    least, most = math.ceil(rows ** (1 / 3)), max(1, rows // FEWEST_UNITS)
    centred = errors - errors.mean() if rows else errors
    total = float((centred**2).sum())
    if rows < 2 * QUIET or not total > 0:
        return min(least, most) or 1
    lags = min(rows - 1, max(QUIET, math.ceil(math.sqrt(rows))) + QUIET)
    loud = 2 * math.sqrt(math.log10(rows) / rows)
    found = [
        abs(float((centred[lag:] * centred[:-lag]).sum())) / total > loud
        for lag in range(1, lags + 1)
    ]
    quiet = (lag for lag in range(len(found) - QUIET + 1) if not any(found[lag : lag + QUIET]))
    return min(max(least, 2 * next(quiet, len(found))), most) or 1


def _counts(
    random: np.random.Generator, draws: int, units: int, block: int
) -> npt.NDArray[np.float32]:
    counts = np.zeros((draws, units), np.float32)
    step = max(1, CHUNK // max(1, units))
    for start in range(0, draws, step):
        some = min(step, draws - start)
        starts = random.integers(0, max(1, units - block + 1), (some, -(-units // block)))
        places = (starts[:, :, None] + np.arange(block)).reshape(some, -1)[:, :units]
        places = places + units * np.arange(some)[:, None]
        found = np.bincount(places.reshape(-1), minlength=some * units)
        counts[start : start + some] = found.reshape(some, units)
    return counts


def _told(draws: int, units: int, block: int, *, grouped: bool) -> str:
    if grouped:
        what = f"of {units:,} groups"
    elif block > 1:
        what = f"of blocks of {block:,} consecutive rows"
    else:
        what = "of rows"
    return f"95 % intervals by {draws:,} bootstrap draws {what}"
