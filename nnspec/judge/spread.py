"""Floor 8, spread: figures of intervals, quantiles and normal distributions around an answer.

All are in the target's own units. Source of the pinball loss: scikit-learn 1.8, mean_pinball_loss.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from nnspec.build.back import LOWER, STD, UPPER
from nnspec.judge.answers import Floats
from nnspec.judge.figures import Metrics, finite
from nnspec.judge.heads import NumberHead, Numbers
from nnspec.judge.number_lines import Lines
from nnspec.spec.intervals import (
    NORMAL_LEVEL,
    NORMAL_REACH,
    coverage_name,
    quantile_name,
    symmetric_pairs,
    width_name,
)

Ends = tuple[Floats, Floats]
"""Lower and upper ends of intervals, of one shape."""


def measure_spread(head: NumberHead, lines: Lines) -> Metrics:
    """Return what answers say beyond a single number: losses of distributions, then intervals.

    Of several columns each figure is the mean of those of each column.
    """
    if not isinstance(head, Numbers):
        return {}
    found: dict[str, float | None] = {}
    if head.quantiles:
        found["pinball"] = _mean(pinball(head.quantiles, lines), lines)
    if head.normal:
        found["nll"] = _mean(negative_log_likelihood(lines), lines)
    for level, ends in intervals(head, lines.around, lines.prediction):
        low, high = ends
        within = (low <= lines.target) & (lines.target <= high)
        found[coverage_name(level)] = _mean(within.astype(np.float64), lines)
        found[width_name(level)] = _mean(high - low, lines)
    return found


def intervals(
    head: Numbers, around: Mapping[str, Floats], prediction: Floats
) -> Iterator[tuple[float, Ends]]:
    """Give each interval around answers by the share that it is to hold."""
    calibrated = head.interval if LOWER in around else None
    if calibrated is not None:
        yield calibrated, (around[LOWER], around[UPPER])
    names = [quantile_name(one) for one in head.quantiles]
    for level, (low, high) in symmetric_pairs(head.quantiles).items():
        if not _same(level, calibrated) and names[low] in around:
            yield level, (around[names[low]], around[names[high]])
    if head.normal and STD in around and not _same(NORMAL_LEVEL, calibrated):
        reach = NORMAL_REACH * around[STD]
        yield NORMAL_LEVEL, (prediction - reach, prediction + reach)


def _same(level: float, other: float | None) -> bool:
    return other is not None and math.isclose(level, other, abs_tol=1e-9)


def pinball(quantiles: tuple[float, ...], lines: Lines) -> Floats | None:
    """Return the pinball loss of each line and column, averaged over the quantiles."""
    names = [quantile_name(one) for one in quantiles]
    if not all(name in lines.around for name in names):
        return None
    total = np.zeros_like(lines.target)
    for quantile, name in zip(quantiles, names, strict=True):
        above = lines.target - lines.around[name]
        total += np.maximum(quantile * above, (quantile - 1) * above)
    return np.asarray(total / len(quantiles))


def negative_log_likelihood(lines: Lines) -> Floats | None:
    """Return minus the logarithm of the normal density at each target."""
    deviation = lines.around.get(STD)
    if deviation is None:
        return None
    distance = (lines.target - lines.prediction) / deviation
    return np.asarray(0.5 * (distance**2 + math.log(2 * math.pi)) + np.log(deviation))


def _mean(values: Floats | None, lines: Lines) -> float | None:
    """Return the mean over lines, by their weights, and over columns; None where there are none."""
    if values is None or not len(values):
        return None
    return finite(np.average(values.mean(axis=1), weights=lines.weights))


def distances(head: Numbers, lines: Lines) -> Floats:
    """Return how far beyond the interval that it begins from each target lies, (lines, columns).

    Source of the distance from quantiles: Romano et al., Conformalized quantile regression (2019).
    """
    low, high, unit = outermost(head, lines.around, lines.prediction)
    return np.asarray(np.maximum(low - lines.target, lines.target - high) / unit)


def outermost(
    head: Numbers, around: Mapping[str, Floats], prediction: Floats
) -> tuple[Floats, Floats, Floats | float]:
    """Return the interval that a fitted one begins from, and the unit that it is widened by.

    It lies between the outermost quantiles, or is the answer alone; a normal distribution is
    widened by its deviation.
    """
    names = [quantile_name(one) for one in head.quantiles]
    if names and names[0] in around:
        return around[names[0]], around[names[-1]], 1.0
    return prediction, prediction, around[STD] if head.normal and STD in around else 1.0
