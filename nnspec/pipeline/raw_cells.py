"""Floor 9, raw cells: feature columns as every exported program takes them, of whatever form."""

import numpy as np
import numpy.typing as npt

from nnspec.data import Preprocessing, Table
from nnspec.data.fit.bending import filled
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    TextFit,
)
from nnspec.data.table import Column

Array = npt.NDArray[np.generic]


def raw_arrays(rows: Table, fitted: Preprocessing) -> dict[str, Array]:
    """Return feature columns in the types that an exported program takes."""
    return {name: _as_array(rows[name], fit) for name, fit in fitted.columns.items()}


def _as_array(column: Column, fit: ColumnFit) -> Array:
    match fit:
        case CategoryFit() | DateFit() | TextFit():
            return np.asarray(column.values.tolist(), dtype=str).reshape(column.values.shape)
        case IntegerFit():
            values = column.values if fit.fill is None else filled(column.values, fit.fill)
            return values.astype(np.int64)
        case NumericFit():
            return column.values.astype(np.float64 if fit.precision == "double" else np.float32)
        case BooleanFit():
            return column.values.astype(np.float32)
        case _:
            return column.values.astype(np.uint8)
