"""Raw cells of a request: read by the rule of tables, and told apart into taken and not taken.

A table's cells are read when it is opened; those that a SavedModel is given are read here, in the
graph, by the same expressions and bounds (`data.columns.cells`).
"""

from typing import assert_never

import numpy as np
import tensorflow as tf

from nnspec.build.bins import beyond_bins
from nnspec.build.dates import are_dates, read_dates
from nnspec.data.columns.cells import (
    BLANKS,
    FARTHEST,
    LARGEST,
    LARGEST_INTEGER,
    SMALLEST_INTEGER,
    WHOLE,
)
from nnspec.data.fit.bending import filled, has_line
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    TextFit,
    fills_gaps,
)
from nnspec.data.fit.image import ImageFit
from nnspec.data.fit.ranks import Ranks
from nnspec.data.table import Column, Table

READ = tuple[tf.Tensor, tf.Tensor]
"""Cells as a table holds them, and which of them, of the same shape, can be answered; of pictures
which rows."""


def raw_type(fit: ColumnFit) -> tf.DType:
    """Return the type of a raw column."""
    match fit:
        case CategoryFit() | DateFit() | TextFit():
            return tf.string
        case IntegerFit():
            return tf.int64
        case NumericFit():
            return tf.float64 if fit.precision == "double" else tf.float32
        case BooleanFit():
            return tf.float32
        case ImageFit():
            return tf.uint8
        case _:
            assert_never(fit)


def raw_columns(features: Table, fits: dict[str, ColumnFit]) -> dict[str, tf.Tensor]:
    """Return feature columns as the front, and the exported program, take them."""
    return {name: _as_tensor(column, fits[name]) for name, column in features.columns.items()}


def _as_tensor(column: Column, fit: ColumnFit) -> tf.Tensor:
    """Return a column in the type that it has outside the table."""
    kind = raw_type(fit)
    if kind == tf.string:
        return tf.constant(column.values.tolist(), tf.string, shape=column.values.shape)
    if isinstance(fit, IntegerFit) and fit.fill is not None:
        # Whole numbers have no sign for a missing one: what stands for it goes to the program.
        return tf.constant(filled(column.values, fit.fill).astype(kind.as_numpy_dtype))
    return tf.constant(column.values.astype(kind.as_numpy_dtype, order="C", copy=False))


def read_cells(fit: ColumnFit, cells: tf.Tensor, null_values: tuple[str, ...]) -> READ:
    """Return a raw column's cells as a table would hold them, and which are taken."""
    match fit:
        case CategoryFit():
            texts, taken = _read_known_text(fit, cells, null_values)
            return tf.strings.regex_replace(texts, WHOLE, r"\1"), taken
        case TextFit():
            return _read_known_text(fit, cells, null_values)
        case NumericFit():
            return cells, _taken_number(fit, cells)
        case BooleanFit():
            truth = tf.equal(cells, 0) | tf.equal(cells, 1)
            return cells, truth | _filled_gap(fit, cells)
        case DateFit():
            return _read_date(fit, cells, null_values)
        case IntegerFit():
            taken = (cells >= SMALLEST_INTEGER) & (cells <= LARGEST_INTEGER)
            return tf.where(taken, cells, 0), taken
        case ImageFit():
            return cells, tf.ones(tf.shape(cells)[:1], tf.bool)
        case _:
            assert_never(fit)


def _read_text(cells: tf.Tensor, null_values: tuple[str, ...]) -> tf.Tensor:
    """Return texts without blanks around them, "" for missing ones."""
    bare = tf.strings.regex_replace(cells, BLANKS, "")
    for absent in null_values:
        bare = tf.where(tf.equal(bare, absent), "", bare)
    return bare


def _read_date(fit: DateFit, cells: tf.Tensor, null_values: tuple[str, ...]) -> READ:
    """Return dates in the one form, "" for missing ones; what is no day is not taken."""
    dates = read_dates(fit, _read_text(cells, null_values))
    missing, real = tf.equal(dates, ""), are_dates(dates)
    return tf.where(real, dates, ""), real | (missing & (fit.fill is not None))


def _read_known_text(
    fit: CategoryFit | TextFit, cells: tf.Tensor, null_values: tuple[str, ...]
) -> READ:
    """Return texts without blanks, "" for missing ones; bytes that are no text are not taken."""
    decoded = tf.strings.unicode_transcode(cells, "UTF-8", "UTF-8", errors="replace")
    bare = _read_text(cells, null_values)
    taken = tf.equal(decoded, cells)
    if not fills_gaps(fit):
        taken &= tf.not_equal(bare, "")
    return bare, taken


def _taken_number(fit: NumericFit, cells: tf.Tensor) -> tf.Tensor:
    """Return which numbers are within the bounds of what a network can take."""
    numbers = tf.cast(cells, tf.float64)
    taken = tf.abs(numbers) <= LARGEST
    if fit.bins:
        taken &= beyond_bins(fit.bins, bend(fit, numbers)) <= FARTHEST
    if fit.scaled and has_line(fit):
        taken &= tf.abs((bend(fit, numbers) - fit.shift) / fit.scale) <= FARTHEST
    return taken | _filled_gap(fit, cells)


def _filled_gap(fit: NumericFit | BooleanFit, cells: tf.Tensor) -> tf.Tensor:
    """Return which cells are missing ones that the training has learned to fill."""
    return tf.math.is_nan(cells) & (fit.fill is not None)


def bend(fit: NumericFit, numbers: tf.Tensor) -> tf.Tensor:
    """Return numbers, float64, within the bounds of a column, bent where wanted."""
    if fit.low is not None:
        numbers = tf.maximum(numbers, tf.constant(fit.low, tf.float64))
    if fit.high is not None:
        numbers = tf.minimum(numbers, tf.constant(fit.high, tf.float64))
    if fit.quantiles:
        return _placed(Ranks.of(fit), numbers)
    return tf.sign(numbers) * tf.math.log1p(tf.abs(numbers)) if fit.log else numbers


def _placed(ranks: Ranks, numbers: tf.Tensor) -> tf.Tensor:
    """Return the places of numbers, as scikit-learn's QuantileTransformer."""
    most = len(ranks.values) - 1
    values, first, last = (
        tf.constant(one, tf.float64) for one in (ranks.values, ranks.first, ranks.last)
    )
    flat = tf.reshape(numbers, [-1])
    lower = tf.clip_by_value(tf.searchsorted(values, flat, side="right") - 1, 0, most)
    upper = tf.minimum(lower + 1, most)
    start, end = tf.gather(values, lower), tf.gather(values, upper)
    ended = tf.gather(last, lower)
    share = tf.math.divide_no_nan(flat - start, end - start)
    between = ended + share * (tf.gather(first, upper) - ended)
    placed = tf.where(flat == start, (tf.gather(first, lower) + ended) / 2, between)
    placed = tf.where(flat <= values[0], tf.zeros_like(flat), placed)
    placed = tf.where(flat >= values[-1], tf.fill(tf.shape(flat), np.float64(most > 0)), placed)
    return tf.reshape(placed, tf.shape(numbers))
