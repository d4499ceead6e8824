"""The front of the compiled program: raw columns to the network's inputs, in TensorFlow.

One implementation: it runs over the data once before training, and it is part of the exported
SavedModel, which first reads its raw cells by the rule of tables (`raw`). Columns are what a table
holds: numbers with NaN for a missing cell, texts with "" for one. Numbers are centred and scaled
in double precision, since single precision cannot tell one second of this year from the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np
import tensorflow as tf

from nnspec.build.bins import encode_bins, hash_texts
from nnspec.build.carried import carry, is_missing
from nnspec.build.dates import encode_dates
from nnspec.build.raw import READ, bend, raw_columns, raw_type, read_cells
from nnspec.build.texts import encode_texts
from nnspec.build.waves import encode_waves
from nnspec.build.withheld import all_cells
from nnspec.data.arrays import Arrays
from nnspec.data.dataset import Dataset
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    Preprocessing,
    TextFit,
)
from nnspec.data.fit.image import ImageFit
from nnspec.data.rows import RowSource
from nnspec.data.split.splits import SplitName
from nnspec.data.table import Table, Values
from nnspec.data.window_view import Cut, Held, WindowColumns, windows_over
from nnspec.shapes import Tensor

BATCH_ELEMENTS = 2**17
"""Numbers that the front is given at a time."""


class Front(tf.Module):  # type: ignore[misc]  # TensorFlow is untyped
    """Raw columns in, network inputs out.

    Call it with {column: (batch,)}, (batch, length) over a series, (batch, horizons) of a column
    known in advance, (batch, *shape) for an array column; it returns {input: (batch, ...)} as
    `Preprocessing.tensors` describes.
    """

    def __init__(self, fitted: Preprocessing) -> None:
        super().__init__(name="front")
        self.fitted = fitted
        self.tables = {
            name: _vocabulary(fit)
            for name, fit in fitted.columns.items()
            if isinstance(fit, TextFit) or (isinstance(fit, CategoryFit) and not fit.hash)
        }

    @property
    def signature(self) -> dict[str, tf.TensorSpec]:
        """Return shape and type of each raw column, by the column's own name."""
        return {
            column: tf.TensorSpec((None, *self.fitted.steps(column), *fit.shape), raw_type(fit))
            for column, fit in self.fitted.columns.items()
        }

    def read(self, columns: Mapping[str, tf.Tensor]) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Return raw columns as a table would hold them, and which rows, (batch,), are taken."""
        read = {
            name: read_cells(fit, columns[name], self.fitted.null_values)
            for name, fit in self.fitted.columns.items()
        }
        read |= {name: carry(*read[name]) for name in self.fitted.forward}
        taken = [all_cells(cells) for _, cells in read.values()]
        taken += [all_cells(one) for one in self._known(read)]
        return {name: cells for name, (cells, _) in read.items()}, tf.reduce_all(taken, axis=0)

    def _known(self, read: Mapping[str, READ]) -> Iterator[tf.Tensor]:
        """Yield which cells hold known values, of each column that refuses unknown ones."""
        for name, (cells, _) in read.items():
            fit = self.fitted.columns[name]
            if isinstance(fit, CategoryFit) and fit.unknown == "error":
                yield (self.tables[name].lookup(cells) >= 0) | tf.equal(cells, "")

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def __call__(self, columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Return the network's inputs, those whose columns are given."""
        return {
            name: self._input(many, columns)
            for name, many in self.fitted.inputs.items()
            if many[0] in columns
        }

    def _input(self, names: tuple[str, ...], columns: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Return one input: its columns side by side along the last axis."""
        encoded = [self._encode(name, columns[name]) for name in names]
        first = self.fitted.columns[names[0]]
        if first.shape:
            return encoded[0] if first.width > 1 else tf.squeeze(encoded[0], axis=-1)
        return encoded[0] if len(encoded) == 1 else tf.concat(encoded, axis=-1)

    def _encode(self, name: str, cells: tf.Tensor) -> tf.Tensor:
        """Return a column as numbers with a last axis of the column's width."""
        fit: ColumnFit = self.fitted.columns[name]
        codes = self._codes(name, fit, cells)
        if not fit.indicator:
            return codes
        missing = tf.expand_dims(tf.cast(is_missing(cells), codes.dtype), axis=-1)
        return tf.concat([codes, missing], axis=-1)

    def _codes(self, name: str, fit: ColumnFit, cells: tf.Tensor) -> tf.Tensor:
        """Return a column as numbers, but for the one that says which cells were missing."""
        match fit:
            case NumericFit():
                return _encode_number(fit, _filled(cells, fit.fill))
            case BooleanFit():
                return tf.expand_dims(_filled(cells, fit.fill), axis=-1)
            case IntegerFit():
                return tf.expand_dims(tf.cast(cells, tf.int32), axis=-1)
            case CategoryFit():
                return self._encode_category(name, fit, cells)
            case DateFit():
                return encode_dates(fit, _filled_texts(cells, fit.fill))
            case TextFit():
                return encode_texts(fit, self.tables[name], _filled_texts(cells, fit.fill))
            case ImageFit():
                return tf.expand_dims(_lit(fit, cells), axis=-1)
            case _:
                assert_never(fit)

    def _encode_category(self, name: str, fit: CategoryFit, cells: tf.Tensor) -> tf.Tensor:
        """Return categories by position, counted from 1 with 0 for unknown ones, or by hash."""
        texts = _filled_texts(cells, fit.fill)
        if fit.hash:
            return _as_codes(fit, hash_texts(fit.hash, texts))
        positions = self.tables[name].lookup(texts)
        if fit.encoding == "one_hot":
            if fit.unknown == "own":
                positions = tf.where(positions < 0, len(fit.vocabulary), positions)
            return _as_codes(fit, positions)
        return _as_codes(fit, positions + 1)


class TracedFront(Front):
    """A front whose operations run as one graph, for a few rows that come again and again."""

    def __init__(self, front: Front) -> None:
        super().__init__(front.fitted)
        self.tables = front.tables
        specs = [self.signature]
        self._graph = tf.function(super().__call__, input_signature=specs, autograph=False)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def __call__(self, columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Return the network's inputs, those whose columns are given."""
        if columns.keys() != self.fitted.columns.keys():
            given: dict[str, tf.Tensor] = super().__call__(columns)
            return given
        prepared: dict[str, tf.Tensor] = self._graph(dict(columns))
        return prepared


def build_front(fitted: Preprocessing) -> Front:
    """Return the front of a fitted preprocessing."""
    return Front(fitted)


def prepare_arrays(front: Front, dataset: Dataset, split: SplitName) -> Arrays:
    """Return one split as the network and its losses take it.

    The target of a reconstruction is the input itself: the same array, not a copy.
    """
    part = dataset.splits[split]
    inputs = prepare_inputs(front, part.features)
    encoded = dataset.encoded_targets(split)
    targets = {
        name: inputs[target.reconstructs] if target.reconstructs else encoded[name]
        for name, target in dataset.fitted.targets.items()
        if target.reconstructs or name in encoded
    }
    weights = None if part.weights is None else part.weights.astype(np.float32)
    return Arrays(inputs, targets, weights)


def prepare_inputs(front: Front, features: RowSource[Table]) -> dict[str, Values]:
    """Return the network's inputs for raw feature columns.

    Of windows that lie over one another the series is prepared, each step once, whatever lies in
    how many windows; what is returned lies over it in the same way.
    """
    inputs = front.fitted.inputs
    columns = features.columns if isinstance(features, Table) else {}
    if not isinstance(columns, WindowColumns):
        return _in_batches(front, features, tuple(inputs))
    prepared: dict[str, Values] = {}
    lying: dict[Cut, list[str]] = {}
    for name, (first, *_) in inputs.items():
        lying.setdefault(columns.cuts[first], []).append(name)
    for cut, names in lying.items():
        own = columns.only(dict.fromkeys(one for name in names for one in inputs[name]))
        prepared |= _over_series(front, own, cut, names)
    return {name: prepared[name] for name in inputs}


def _over_series(
    front: Front, columns: WindowColumns, cut: Cut, names: Sequence[str]
) -> dict[str, Values]:
    """Return inputs of windows that lie in one way; laid out where no step is held twice."""
    held, length = Held.of(cut, columns.series.rows), len(cut.offsets)
    if held.count >= len(cut) * length:
        return _in_batches(front, Table(columns, len(cut)), names)
    covering = held.covering(length)
    table = Table(WindowColumns(columns.series, dict.fromkeys(columns, covering)), len(covering))
    places = Cut(held.numbers(covering.starts), covering.offsets)
    series = _in_batches(front, table, names, Places(held.count, places))
    found = Cut(held.numbers(cut.starts).astype(np.int32), cut.offsets.astype(np.int32))
    return {name: windows_over(one, found) for name, one in series.items()}


@dataclass(frozen=True, slots=True)
class Places:
    """Where windows that are prepared go: into a series of so many steps."""

    steps: int
    cut: Cut


def _in_batches(
    front: Front, features: RowSource[Table], names: Sequence[str], places: Places | None = None
) -> dict[str, Values]:
    """Return some of the network's inputs, computed in large batches.

    Args:
        front: prepares them.
        features: the raw columns.
        names: the inputs.
        places: of windows, where each goes in the series that is returned; None for rows.
    """
    tensors = front.fitted.tensors
    inputs = {name: _empty(features.rows, tensors[name], places) for name in names}
    step = _batch(features, front.fitted)
    for start in range(0, features.rows, step):
        rows = slice(start, start + step)
        with tf.device("CPU"):
            prepared = front(raw_columns(features.take(rows), front.fitted.columns))
        for name, array in inputs.items():
            array[rows if places is None else places.cut.steps(rows)] = prepared[name].numpy()
    return inputs


def _batch(features: RowSource[Table], fitted: Preprocessing) -> int:
    """Return how many rows are prepared at a time."""
    first = features.take(slice(0, 1)).columns
    numbers = sum(one.values.size * fitted.columns[name].width for name, one in first.items())
    return max(1, BATCH_ELEMENTS // max(1, numbers))


def _vocabulary(fit: CategoryFit | TextFit) -> tf.lookup.StaticHashTable:
    """Return the table from values to positions, -1 for unknown values."""
    keys = tf.constant(fit.vocabulary, tf.string)
    positions = tf.range(len(fit.vocabulary), dtype=tf.int32)
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, positions), -1)


def _filled(cells: tf.Tensor, fill: float | None) -> tf.Tensor:
    """Return numbers with `fill` for NaN, unchanged where nothing was fitted to fill with."""
    if fill is None:
        return cells
    return tf.where(tf.math.is_nan(cells), tf.constant(fill, cells.dtype), cells)


def _filled_texts(cells: tf.Tensor, fill: str | None) -> tf.Tensor:
    """Return texts with `fill` for missing ones, unchanged where nothing fills them."""
    return cells if fill is None else tf.where(tf.equal(cells, ""), fill, cells)


def _encode_number(fit: NumericFit, cells: tf.Tensor) -> tf.Tensor:
    """Return numbers as bins or scaled, with a last axis."""
    if fit.bins:
        bins = encode_bins(fit.bins, bend(fit, tf.cast(cells, tf.float64)))
        if not fit.bins.beside:
            return bins
        line = tf.expand_dims(_scaled(fit, cells), axis=-1)
        return tf.concat([line, bins * fit.bins.weight], axis=-1)
    if fit.waves:
        return encode_waves(fit, tf.cast(cells, tf.float64))
    return tf.expand_dims(_scaled(fit, cells), axis=-1)


def _as_codes(fit: CategoryFit, numbers: tf.Tensor) -> tf.Tensor:
    """Return classes by number with a last axis: of the number, or of a 1 at its place."""
    if fit.encoding == "index":
        return tf.expand_dims(numbers, axis=-1)
    return tf.one_hot(numbers, fit.codes, dtype=tf.float32)


def _scaled(fit: NumericFit, numbers: tf.Tensor) -> tf.Tensor:
    """Return float32 numbers, shifted and scaled in double precision where they are at all."""
    if not fit.scaled:
        return tf.cast(numbers, tf.float32)
    # A product, because graph mode turns the quotient into one and rounds otherwise.
    precise = bend(fit, tf.cast(numbers, tf.float64))
    return tf.cast((precise - fit.shift) * (1 / fit.scale), tf.float32)


def _lit(fit: ImageFit, pixels: tf.Tensor) -> tf.Tensor:
    """Return bytes of pixels as float32 numbers of the range that is said."""
    dark, bright = fit.value_range
    return tf.cast(pixels, tf.float32) * ((bright - dark) / 255) + dark


def _empty(rows: int, tensor: Tensor, places: Places | None) -> Values:
    """Return an array for the rows of a network input, or for the series below its windows."""
    shape = [extent for extent in tensor.shape[1:] if extent is not None]
    assert len(shape) == tensor.rank - 1, "fitting leaves no axis unknown"
    whole = (rows, *shape) if places is None else (places.steps, *shape[1:])
    return np.empty(whole, np.int32 if tensor.element == "integer" else np.float32)
