"""What a network reads, in the columns' own units: the target of a reconstruction."""

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    TextFit,
)
from nnspec.data.fit.image import ImageFit
from nnspec.data.table import Column

Numbers = NDArray[np.float64]


def input_in_units(columns: list[tuple[ColumnFit, Column]]) -> Numbers:
    """Return an input as the front gives it, unscaled and in double precision.

    Args:
        columns: those of the input, in its order, with what was fitted of them.

    Returns:
        (rows, numbers), (rows, steps, numbers) over a series, (rows, *shape) of an array column.
    """
    parts = [_in_units(fit, column) for fit, column in columns]
    first = columns[0][0]
    if first.shape:
        return parts[0] if first.width > 1 else parts[0][..., 0]
    return np.concatenate(parts, axis=-1)


def _in_units(fit: ColumnFit, column: Column) -> Numbers:
    """Return a column's numbers, (rows, ..., width): one for each value of a one-hot category."""
    match fit:
        case NumericFit() | BooleanFit():
            numbers = column.values.astype(np.float64)
            filled = numbers if fit.fill is None else np.nan_to_num(numbers, nan=fit.fill)
            return filled[..., None]
        case IntegerFit() | ImageFit():
            return column.values.astype(np.float64)[..., None]
        case DateFit() | TextFit():
            raise AssertionError(f"a network reconstructs no {fit.kind}: fitting refuses it")
        case CategoryFit():
            return _codes(fit, column)
        case _:
            assert_never(fit)


def _codes(fit: CategoryFit, column: Column) -> Numbers:
    """Return categories by position, as the front does: one-hot, or counted from 1."""
    place = {value: number for number, value in enumerate(fit.vocabulary)}
    cells = [str(one) or (fit.fill or "") for one in column.values.reshape(-1).tolist()]
    codes = np.array([place.get(one, -1) for one in cells]).reshape(column.values.shape)
    if fit.encoding == "index":
        return (codes + 1.0)[..., None]
    one_hot: Numbers = (codes[..., None] == np.arange(len(fit.vocabulary))).astype(np.float64)
    return one_hot
