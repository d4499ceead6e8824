"""Floor 8, resampling: the rows of a split drawn anew, as often as a bound allows.

Rows are drawn one by one; over time in blocks of consecutive ones, since neighbours err alike; by
whole groups where the split keeps groups together. Sources: Efron, Bootstrap methods (1979);
Kuensch, The jackknife and the bootstrap for general stationary observations (1989).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtrit

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
LEFT_OUT = 200
"""Parts of the rows that are left out in turn."""
FEWEST_FREEDOM = 4.0
NORMAL_KURTOSIS = 3.0
MOST_HALVED = 5_000
"""Rows above which blocks are long enough to see what neighbours share."""
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
        halved: as `counts`, of blocks half as long; None where there are no blocks.
    """

    counts: npt.NDArray[np.float32]
    unit: Index
    rows: Index | None
    effective: int
    shrink: float
    told: str
    halved: npt.NDArray[np.float32] | None = None

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

    def without_each(self) -> "Draws":
        """Return draws of all units but some in turn: one, or a block of neighbours, or more.

        At most `LEFT_OUT` of them: what they tell of is the shape of a figure's errors.
        """
        units = self.counts.shape[1]
        parts = max(2, min(self.effective, LEFT_OUT))
        counts = np.ones((parts, units), np.float32)
        counts[np.arange(units) * parts // max(1, units), np.arange(units)] = 0
        return replace(self, counts=counts, halved=None)

    def in_halves(self) -> "Draws | None":
        """Return draws of blocks half as long; None where rows are not drawn in blocks."""
        return None if self.halved is None else replace(self, counts=self.halved, halved=None)

    def ends(self, figure: float, drawn: "Drawing", center: float) -> tuple[float, float] | None:
        """Return the ends of the interval of a figure; None where draws do not define it.

        The percentiles are bias-corrected and accelerated: Efron, Better bootstrap confidence
        intervals (1987). They lie further out where units are few: Hesterberg, What teachers
        should know about the bootstrap (2015), section 3.4, with as many degrees of freedom as the
        kurtosis of the units' influences leaves (Satterthwaite 1946). Blocks see too little of
        what neighbours share, in inverse proportion to their length, which blocks of half that
        length tell: Politis and Romano, Bias-corrected nonparametric spectral estimation (1995).

        Args:
            figure: that of all rows.
            drawn: that of each draw.
            center: that of the rows that are looked at.
        """
        known = drawn.drawn[np.isfinite(drawn.drawn)]
        if len(known) < LEVEL * len(drawn.drawn) or self.effective < FEWEST_UNITS:
            return None
        left = drawn.without_each
        left = left[np.isfinite(left)]
        influence = left.mean() - left if len(left) else np.zeros(1)
        reach = _reach(influence, self.effective)
        low, high = np.quantile(known, _levels(known, center, influence, reach))
        widen = self.shrink * _missed(known, drawn.halved)
        return (
            float(figure + (low - center) * widen),
            float(figure + (high - center) * widen),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A figure of draws, (draws,) each; NaN where a draw does not define it.

    Attributes:
        drawn: of the draws.
        without_each: of all units but some, in turn.
        halved: of draws of blocks half as long; None where there are no blocks.
    """

    drawn: Floats
    without_each: Floats
    halved: Floats | None = None

    def less(self, other: "Drawing") -> "Drawing":
        """Return how much larger a figure is than another, draw by draw."""
        count = min(len(self.drawn), len(other.drawn))
        halves = (
            None
            if self.halved is None or other.halved is None
            else self.halved[:count] - other.halved[:count]
        )
        apart = self.drawn[:count] - other.drawn[:count]
        return Drawing(apart, self.without_each - other.without_each, halves)


def _reach(influence: Floats, units: int) -> float:
    """Return how many deviations an interval reaches to either side."""
    square = float((influence**2).mean())
    beyond = float((influence**4).mean()) / square**2 - NORMAL_KURTOSIS if square > 0 else 0.0
    # That of single units: what is left out at once is nearer to the normal distribution.
    kurtosis = NORMAL_KURTOSIS + beyond * units / len(influence)
    freedom = min(units - 1.0, max(FEWEST_FREEDOM, 2 * units / max(kurtosis - 1, 1.0)))
    few = math.sqrt(units / (units - 1)) * units / (units - 2)
    return float(few * stdtrit(freedom, (1 + LEVEL) / 2))


def _levels(known: Floats, center: float, influence: Floats, reach: float) -> tuple[float, float]:
    """Return the shares of draws between which an interval lies."""
    square = float((influence**2).sum())
    bend = float((influence**3).sum()) / (6 * square**1.5) if square > 0 else 0.0
    below = (float((known < center).mean()) + float((known <= center).mean())) / 2
    bias = float(ndtri(min(max(below, 0.05), 0.95)))

    def level(side: float) -> float:
        moved = bias + side
        return float(ndtr(bias + moved / max(1 - bend * moved, 0.2)))

    return level(-reach), level(reach)


def _missed(known: Floats, halved: Floats | None) -> float:
    """Return how much wider the draws would spread, were they of endless blocks."""
    if halved is None:
        return 1.0
    whole, half = float(known.var()), float(np.nanvar(halved))
    if not (whole > 0 and math.isfinite(half)):
        return 1.0
    return math.sqrt(max(2 - half / whole, 1.0))


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
    halved = (
        _counts(random, draws, units, block // 2) if block > 1 and units <= MOST_HALVED else None
    )
    told = _told(draws, units, block, grouped=sampling.order == "groups")
    if rows is not None:
        told = f"{told}, {MOST_ROWS:,} of {count:,} rows standing for all"
    return Draws(counts, unit, rows, units // block, shrink, told, halved)


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
        found = np.bincount(places.ravel(), minlength=some * units)
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
