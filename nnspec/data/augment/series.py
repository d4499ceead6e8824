"""Series drawn out and warped: steps read at other moments than their own."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from nnspec.catalog.augmentations import TimeWarping, WindowSlicing
from nnspec.data.arrays import Arrays
from nnspec.data.augment.draws import Draws, Numbers
from nnspec.data.augment.reach import Reach, Reaches
from nnspec.data.table import Values

SLOWEST = 0.1
"""Least speed of a series, as a share of its own."""
HALF = 0.5

Moments = Callable[[int], Numbers]
"""Number of steps -> the moments, (rows, steps), at which series of so many are read."""


def slice_windows(asked: WindowSlicing, arrays: Arrays, reaches: Reaches, draws: Draws) -> Arrays:
    """Return rows of series, a stretch of each drawn out to the whole."""
    begin = draws.uniform(arrays.rows) * (1 - asked.share)
    return read_all(arrays, reaches, partial(sliced_moments, begin, asked.share))


def warp_time(asked: TimeWarping, arrays: Arrays, reaches: Reaches, draws: Draws) -> Arrays:
    """Return rows of series, each of its own changing speed."""
    drawn = 1 + asked.stddev * draws.normal(arrays.rows, asked.knots + 2)
    return read_all(arrays, reaches, partial(warped_moments, np.maximum(drawn, SLOWEST)))


def sliced_moments(begin: Numbers, share: float, steps: int) -> Numbers:
    """Return the moments at which stretches of series are read.

    Args:
        begin: (rows,) where each stretch begins, as a share of the series.
        share: its length, as a share of the series.
        steps: the series' length.
    """
    return (begin[:, None] + share * np.linspace(0, 1, steps)) * (steps - 1)


def warped_moments(speeds: Numbers, steps: int) -> Numbers:
    """Return the moments at which series of changing speed are read.

    Args:
        speeds: (rows, knots) of each row at evenly spaced moments, the ends among them.
        steps: the series' length.
    """
    knots = np.linspace(0, 1, speeds.shape[1])
    between = (np.arange(steps - 1) + HALF) / max(1, steps - 1)
    shares = np.stack([np.interp(between, knots, one) for one in np.eye(len(knots))])
    way = np.cumsum(speeds @ shares, axis=1)
    way = np.concatenate([np.zeros((len(speeds), 1)), way], axis=1)
    return way / np.maximum(way[:, -1:], SLOWEST) * (steps - 1)


def read_all(arrays: Arrays, reaches: Reaches, moments: Moments) -> Arrays:
    """Return rows whose series are read at other moments; a row's inputs at the same ones."""
    inputs = dict(arrays.inputs)
    for name, reach in reaches.items():
        values = inputs[name]
        if reach.series:
            inputs[name] = read_at(values, moments(values.shape[1]), reach)
    return replace(arrays, inputs=inputs)


def read_at(values: Values, moments: Numbers, reach: Reach) -> Values:
    """Return series, (rows, steps, ...), as they are at other moments, (rows, steps).

    Numeric columns are interpolated along a line, of others the nearest step is taken.
    """
    rows = np.arange(len(values))[:, None]
    last = values.shape[1] - 1
    before = np.clip(np.floor(moments).astype(np.int64), 0, max(0, last - 1))
    after = np.minimum(before + 1, last)
    part = moments - before
    nearest = values[rows, np.where(part < HALF, before, after)]
    if not reach.marks.any():
        return nearest
    part = part.reshape(*part.shape, *(1,) * (values.ndim - 2)).astype(np.float32)
    numbers = np.asarray(values, np.float32)
    line = numbers[rows, before] * (1 - part) + numbers[rows, after] * part
    return np.where(reach.over(values), line, nearest)
