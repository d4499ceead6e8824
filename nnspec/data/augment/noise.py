"""Noise on numbers: GaussianNoise, and the factors of Scaling."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.augmentations import GaussianNoise, Scaling
from nnspec.data.arrays import Arrays
from nnspec.data.augment.draws import Draws
from nnspec.data.augment.reach import Reaches


def add_noise(asked: GaussianNoise, arrays: Arrays, reaches: Reaches, draws: Draws) -> Arrays:
    """Return rows with noise on their numeric columns."""
    inputs = dict(arrays.inputs)
    for name, reach in reaches.items():
        marks = reach.marks
        if not marks.any():
            continue
        values = np.array(inputs[name], np.float32)
        chosen = ... if marks.all() else (..., marks)
        values[chosen] += normal(draws, values[chosen].shape, asked.stddev)
        inputs[name] = values
    return replace(arrays, inputs=inputs)


def scale(asked: Scaling, arrays: Arrays, reaches: Reaches, draws: Draws) -> Arrays:
    """Return series, (rows, steps, ...), each numeric column of a row times its own factor."""
    inputs = dict(arrays.inputs)
    for name, reach in reaches.items():
        if reach.series and reach.marks.any():
            values = np.asarray(inputs[name], np.float32)
            factors = 1 + normal(draws, (len(values), 1, *values.shape[2:]), asked.stddev)
            inputs[name] = np.where(reach.over(values), values * factors, values)
    return replace(arrays, inputs=inputs)


def normal(draws: Draws, shape: tuple[int, ...], stddev: float) -> NDArray[np.float32]:
    """Return random numbers of this deviation, in the type of the network's inputs."""
    return (draws.normal(*shape) * stddev).astype(np.float32)
