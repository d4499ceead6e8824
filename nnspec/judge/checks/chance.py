"""Floor 8, chance: how far means and correlations of rows move by themselves."""

import numpy as np
import numpy.typing as npt

from nnspec.judge.answers import Floats

LEAST = 20
"""Rows from which a mean is nearly normal, so that deviations can be read as chances."""
SURE = 2.58
"""Deviations that a normal difference exceeds once in a hundred times, both sides together."""
USUAL = 1.96
"""As above, once in twenty times."""
CERTAIN = 3.0
"""As above, three times in a thousand."""


def standard_error(values: Floats, *, by_row: bool = True) -> float:
    """Return the standard error of a mean.

    Where rows follow one another, as many count as independent ones as an autoregressive series of
    their first autocorrelation r has: n * (1 - r) / (1 + r).

    Source: G. E. P. Box, G. M. Jenkins, Time Series Analysis (1970), for the variance of a mean.
    """
    return float(values.std(ddof=1) / np.sqrt(effective(values, by_row=by_row)))


def effective(values: Floats, *, by_row: bool = True) -> float:
    """Return how many independent values the values are worth."""
    count = len(values)
    if by_row:
        return float(count)
    share = min(max(autocorrelation(values, 1), 0.0), 0.95)
    return max(1.0, count * (1 - share) / (1 + share))


def autocorrelation(values: Floats, lag: int) -> float:
    """Return the correlation of values with those `lag` places later; 0 where all are equal."""
    apart = values - values.mean()
    power = float((apart**2).sum())
    return float((apart[lag:] * apart[:-lag]).sum() / power) if power > 0 and lag else 0.0


def deviations(difference: float, *errors: float) -> float:
    """Return a difference in its standard errors, which are independent; 0 where it is none."""
    whole = float(np.sqrt(sum(one**2 for one in errors)))
    if difference == 0:
        return 0.0
    return difference / whole if whole > 0 else float(np.copysign(np.inf, difference))


def ranks(values: npt.NDArray[np.generic]) -> Floats:
    """Return ranks from 1, those of equals averaged."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle = last - (counts - 1) / 2
    found: Floats = middle[where.ravel()]
    return found


def rank_correlation(one: Floats, other: Floats) -> float:
    """Return Spearman's correlation; 0 where one of both is constant."""
    first, second = ranks(one), ranks(other)
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
