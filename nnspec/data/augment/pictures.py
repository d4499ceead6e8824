"""Pictures mirrored, and with them whatever a target has for each of their pixels."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.augmentations import RandomFlip
from nnspec.data.arrays import Arrays
from nnspec.data.augment.draws import Draws
from nnspec.data.augment.reach import Reaches
from nnspec.data.table import Values

AXES = {"vertical": (1,), "horizontal": (2,), "horizontal_and_vertical": (2, 1)}
"""Way -> axes of (rows, height, width, ...) that change their direction."""


def flip(asked: RandomFlip, arrays: Arrays, reaches: Reaches, draws: Draws) -> Arrays:
    """Return rows with pictures mirrored by chance, and targets of the same pixels alike."""
    inputs, targets = dict(arrays.inputs), dict(arrays.targets)
    pictures = [name for name, reach in reaches.items() if reach.picture]
    sizes = {inputs[name].shape[1:3] for name in pictures}
    for axis in AXES[asked.mode]:
        turned = draws.uniform(arrays.rows) < 0.5  # noqa: PLR2004 - one half
        for name in pictures:
            inputs[name] = mirrored(inputs[name], turned, axis)
        for name, target in targets.items():
            if target.ndim > 2 and target.shape[1:3] in sizes:  # noqa: PLR2004 - of pixels
                targets[name] = mirrored(target, turned, axis)
    return replace(arrays, inputs=inputs, targets=targets)


def mirrored(values: Values, turned: NDArray[np.bool_], axis: int) -> Values:
    """Return arrays with some rows in the other direction along an axis."""
    changed = values.copy()
    changed[turned] = np.flip(values[turned], axis=axis)
    return changed
