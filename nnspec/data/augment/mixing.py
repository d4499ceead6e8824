"""Rows mixed with others, and their targets with them: MixUp and CutMix."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.augmentations import CutMix, MixUp
from nnspec.data.arrays import Arrays
from nnspec.data.augment.draws import Draws, Numbers
from nnspec.data.table import Values

LEAST = 1e-3
"""Least parameter of a Beta distribution whose quantiles can be computed."""

Mix = Callable[[Values], Values]


def mix_up(asked: MixUp, arrays: Arrays, draws: Draws) -> Arrays:
    """Return rows as means of two, with targets as the same means."""
    own = draws.beta(np.full(arrays.rows, asked.alpha))
    mix = mean_with(draws.order(arrays.rows), own)
    inputs = {name: mix(one) for name, one in arrays.inputs.items()}
    return replace(arrays, inputs=inputs, targets=mixed(arrays.targets, mix))


def cut_mix(asked: CutMix, arrays: Arrays, draws: Draws) -> Arrays:
    """Return pictures with a rectangle of another, and targets as means by its area."""
    ((name, pictures),) = arrays.inputs.items()
    rows, height, width = pictures.shape[:3]
    own = draws.beta(np.maximum(asked.factor * draws.uniform(rows), LEAST))
    side = np.sqrt(1 - own)
    down, across = (spans(draws, side, extent) for extent in (height, width))
    inside = down[:, :, None, None] & across[:, None, :, None]
    partner = draws.order(rows)
    cut = np.where(inside, pictures[partner], pictures)
    mix = mean_with(partner, 1 - inside.mean(axis=(1, 2, 3)))
    return replace(arrays, inputs={name: cut}, targets=mixed(arrays.targets, mix))


def spans(draws: Draws, sides: Numbers, extent: int) -> NDArray[np.bool_]:
    """Return which pixels along one axis a rectangle covers, (rows, extent), cut at the border."""
    middle, half = draws.uniform(len(sides)) * extent, sides * extent / 2
    begin, end = np.rint(middle - half)[:, None], np.rint(middle + half)[:, None]
    place = np.arange(extent)
    covered: NDArray[np.bool_] = (begin <= place) & (place < end)
    return covered


def mean_with(partner: NDArray[np.int64], own: Numbers) -> Mix:
    """Return what makes means of rows and their partners, each row weighing its own share."""

    def mix(values: Values) -> Values:
        share = own.reshape(-1, *(1,) * (values.ndim - 1)).astype(np.float32)
        numbers = np.asarray(values, np.float32)
        return numbers * share + numbers[partner] * (1 - share)

    return mix


def mixed(targets: dict[str, Values], mix: Mix) -> dict[str, Values]:
    """Return the targets of all outputs, mixed."""
    return {name: mix(one) for name, one in targets.items()}
