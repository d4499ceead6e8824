"""Fits the preprocessing of the features on the training rows, and on nothing else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    IntegerFit,
    NumericFit,
    Precision,
)
from nnspec.data.table import Column, Table, Values
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import DataSection

CHUNK = 2**20
"""Elements that are looked at in double precision at a time."""
SINGLE = 2.0**-24
"""Largest rounding of single precision, relative to the number."""
BLUR = 2.0**-17
"""Rounding of a cell that is let pass, as a share of the column's deviation or range."""
MOST_CATEGORIES = 1000
"""One-hot columns that one category column may become."""

Numbers = NDArray[np.float64]


def fit_features(training: Table, section: DataSection) -> dict[str, ColumnFit]:
    """Return what the training rows say about each feature column.

    Args:
        training: the feature columns of the training rows.
        section: scalings, encodings and the policy for missing cells.

    Raises:
        Refused: D105 for a column without any cell, D120 for more categories than one-hot columns
            make sense for; of all columns.
    """
    fits: dict[str, ColumnFit] = {}
    refused: list[Diagnostic] = []
    for name, column in training.columns.items():
        try:
            fits[name] = _fit(name, column, section)
        except Refused as error:
            refused.extend(error.diagnostics)
    if refused:
        raise Refused(refused)
    return fits


def _fit(name: str, column: Column, section: DataSection) -> ColumnFit:
    """Return what one column's training cells say."""
    filling = section.missing in {"mean", "median", "most_frequent"}
    match column.kind:
        case "numeric":
            return _fit_numeric(name, column, section)
        case "category":
            return _fit_category(name, column, section)
        case "boolean":
            fill = _most_frequent(name, column.values) if filling else None
            return BooleanFit(shape=column.shape, fill=fill)
        case "integer":
            return IntegerFit(shape=column.shape)
        case _:
            assert_never(column.kind)


def _fit_numeric(name: str, column: Column, section: DataSection) -> NumericFit:
    """Return shift and scale of a numeric column, missing cells filled first."""
    match section.missing:
        case "mean":
            fill: float | None = _present_mean(name, column.values)
        case "median":
            fill = float(np.median(_present(name, column.values)))
        case "most_frequent":
            fill = _most_frequent(name, column.values)
        case "error" | "drop":
            fill = None
        case _:
            assert_never(section.missing)
    scaling = section.scaling_of(name)
    if scaling == "none":
        return NumericFit(shape=column.shape, fill=fill)
    moments = measure(column.values, fill)
    if moments.high == moments.low:
        # As scikit-learn's scalers: a constant column becomes zeros.
        return NumericFit(shape=column.shape, shift=moments.low, fill=fill)
    shift, scale = moments.mean, moments.deviation
    if scaling == "minmax":
        shift, scale = moments.low, moments.high - moments.low
    precision = _precision(column.values, moments, scale)
    return NumericFit(shape=column.shape, shift=shift, scale=scale, fill=fill, precision=precision)


def _fit_category(name: str, column: Column, section: DataSection) -> CategoryFit:
    """Return the vocabulary of a category column."""
    filling = section.missing in {"mean", "median", "most_frequent"}
    counts = Counter(column.values.reshape(-1).tolist())
    counts.pop("", None)
    if not counts:
        raise _refuse("D105", name, f'column "{name}" has no value in any training row')
    vocabulary, encoding = tuple(sorted(counts)), section.encoding_of(name)
    if encoding == "one_hot" and len(vocabulary) > MOST_CATEGORIES:
        message = (
            f'column "{name}" has {len(vocabulary)} categories in {len(column.values)} rows; '
            f"expected at most {MOST_CATEGORIES} for one_hot"
        )
        raise _refuse("D120", name, message)
    fill = min(vocabulary, key=lambda one: (-counts[one], one)) if filling else None
    return CategoryFit(shape=column.shape, vocabulary=vocabulary, encoding=encoding, fill=fill)


@dataclass(frozen=True, slots=True)
class Moments:
    """Figures of a numeric column, in its own units; the deviation is the population's."""

    mean: float
    deviation: float
    low: float
    high: float


def measure(values: Values, fill: float | None = None) -> Moments:
    """Return mean, deviation, smallest and largest over all elements, without copying the column.

    Args:
        values: numbers of any shape, with no missing ones unless `fill` is given.
        fill: stands in for NaN.
    """
    count = values.size
    mean = sum(float(chunk.sum()) for chunk in _chunks(values, fill)) / count
    squares = sum(float(np.square(chunk - mean).sum()) for chunk in _chunks(values, fill))
    low = min(float(chunk.min()) for chunk in _chunks(values, fill))
    high = max(float(chunk.max()) for chunk in _chunks(values, fill))
    return Moments(mean, float(np.sqrt(squares / count)), low, high)


def coarse(figures: Moments, scale: float) -> bool:
    """Tell whether single precision may blur numbers of these figures by more than `BLUR`."""
    return max(-figures.low, figures.high) * SINGLE > BLUR * scale


def _precision(values: Values, figures: Moments, scale: float) -> Precision:
    """Return the precision that a column's cells must be given in to keep their differences."""
    if not coarse(figures, scale):
        return "single"
    blurred = max(
        float(np.nan_to_num(np.abs(chunk - chunk.astype(np.float32))).max())
        for chunk in _chunks(values, None)
    )
    return "double" if blurred > BLUR * scale else "single"


def _chunks(values: Values, fill: float | None) -> Iterator[Numbers]:
    """Yield the elements in double precision, some rows at a time."""
    rows = max(1, CHUNK // max(1, values[:1].size))
    for start in range(0, len(values), rows):
        chunk = values[start : start + rows].astype(np.float64)
        yield chunk if fill is None else np.where(np.isnan(chunk), fill, chunk)


def _present(name: str, values: Values) -> Numbers:
    """Return the elements that are not missing; refuse a column that has none."""
    numbers = values.astype(np.float64).reshape(-1)
    present = numbers[~np.isnan(numbers)]
    if not len(present):
        raise _refuse("D105", name, f'column "{name}" has no value in any training row')
    return present


def _present_mean(name: str, values: Values) -> float:
    """Return the mean of the elements that are not missing."""
    return float(_present(name, values).mean())


def _most_frequent(name: str, values: Values) -> float:
    """Return the most frequent element, the smallest of several."""
    found, counts = np.unique(_present(name, values), return_counts=True)
    return float(found[counts.argmax()])


def _refuse(code: str, column: str, message: str, hint: str | None = None) -> Refused:
    """Return the refusal of a column."""
    return Refused([Diagnostic(code, message, hint=hint, path=("data", "columns", column))])
