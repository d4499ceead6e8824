"""Rows of rare classes repeated: Oversampling."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.augmentations import Oversampling
from nnspec.data.arrays import Arrays
from nnspec.data.augment.draws import Draws
from nnspec.data.table import Values

Classes = NDArray[np.int64]


def classes_of(target: Values) -> Classes:
    """Return the class number of each row: of (rows,), (rows, 1), or one-hot (rows, classes)."""
    one_hot = target.ndim > 1 and target.shape[-1] > 1
    numbers = target.argmax(axis=-1) if one_hot else target.reshape(len(target)).round()
    return numbers.astype(np.int64)


def wanted(asked: Oversampling, classes: Classes) -> dict[int, int]:
    """Return how many rows each class that occurs is brought to."""
    numbers, counts = np.unique(classes, return_counts=True)
    least = ceil(asked.ratio * counts.max())
    return {int(one): max(int(count), least) for one, count in zip(numbers, counts, strict=True)}


def repeat_rows(asked: Oversampling, arrays: Arrays, target: Values, draws: Draws) -> Arrays:
    """Return all rows once, and behind them the repeated ones.

    Args:
        asked: says how many.
        arrays: the rows.
        target: the classes of the rows, as the loss takes them.
        draws: decide which rows of a class come once more than others.
    """
    classes = classes_of(target)
    order = [np.arange(arrays.rows)]
    for number, rows in wanted(asked, classes).items():
        own = np.flatnonzero(classes == number)
        more = rows - len(own)
        drawn = own[draws.order(len(own))]
        order.append(np.tile(drawn, -(-more // len(own)))[:more])
    return arrays.take(np.concatenate(order))
