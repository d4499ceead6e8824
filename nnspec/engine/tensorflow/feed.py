"""Floor 8, arrays as tensors: what the steps read, in the structure the model was built with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.batches import whole_batches
from nnspec.build.keras_graph import as_inputs, as_outputs, build_for_steps
from nnspec.data.arrays import Arrays
from nnspec.data.rows import RowSource
from nnspec.data.window_view import laid_out_bytes, some_of, view_of

Array = npt.NDArray[Any]
"""Rows first: (rows, ...)."""
Lain: TypeAlias = Any
"""Rows as a tensor; of windows a pair: the series, and the step at which each begins."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The arrays of one split, flat, and the way back to Keras' (x, y, sample_weight).

    Rows come first in every array. An output that is not trained has a target of zeros, which
    Keras needs for its structure and never reads.
    """

    arrays: tuple[Array, ...]
    inputs: Any
    """The model's structure of inputs; its leaves are indices into `arrays`."""
    targets: Any
    """The model's structure of outputs; its leaves are indices into `arrays`."""
    weighted: bool
    """Whether the last of `arrays` holds the sample weights."""
    rows: int

    def unpack(self, batch: list[Any]) -> tuple[Any, Any, Any]:
        """Return a batch of the flat arrays as Keras takes it: x, y, sample_weight."""
        x = keras.tree.map_structure(lambda index: batch[index], self.inputs)
        y = keras.tree.map_structure(lambda index: batch[index], self.targets)
        return x, y, batch[-1] if self.weighted else None

    def head(self, rows: int) -> "Feed":
        """Return the first rows; nothing is copied."""
        return replace(
            self, arrays=tuple(some_of(one, slice(rows)) for one in self.arrays), rows=rows
        )

    def take(self, rows: Any) -> list[Array]:  # noqa: ANN401 - what indexes an array
        """Return some rows of every array, each row in its own memory."""
        return [one[rows] for one in self.arrays]

    @property
    def bytes(self) -> int:
        """Return the memory the arrays take, in bytes; what windows share counts once."""
        return sum(one.nbytes for one in self.arrays)

    @property
    def bytes_laid_out(self) -> int:
        """Return the memory that the rows take where each has its own, in bytes."""
        return sum(map(laid_out_bytes, self.arrays))

    @property
    def windowed(self) -> bool:
        """Tell whether an array holds windows over a series."""
        return any(view_of(one) is not None for one in self.arrays)

    def tensors(self, *, laid_out: bool) -> tuple[Lain, ...]:
        """Return the arrays on the device, windows as the series that they lie over.

        Args:
            laid_out: whether each window has its own memory.
        """
        return tuple(
            tf.convert_to_tensor(one[:])
            if laid_out or (view := view_of(one)) is None
            else (tf.convert_to_tensor(view.series), tf.convert_to_tensor(view.cut.starts))
            for one in self.arrays
        )

    def specs(self, rows: int, *, laid_out: bool) -> tuple[Lain, ...]:
        """Return the types of what `tensors` gives, or of so many rows laid out."""
        return tuple(
            tf.TensorSpec([rows, *one.shape[1:]], one.dtype)
            if laid_out or (view := view_of(one)) is None
            else (tf.TensorSpec(view.series.shape, one.dtype), tf.TensorSpec([rows], tf.int32))
            for one in self.arrays
        )

    def gather(self, tensors: Sequence[Lain], rows: tf.Tensor) -> list[tf.Tensor]:
        """Return some rows of what `tensors` gave without laying it out."""
        together = zip(tensors, self.arrays, strict=True)
        return [
            tf.gather(one, rows)
            if (view := view_of(array)) is None
            else tf.gather(one[0], tf.gather(one[1], rows)[:, None] + view.cut.offsets)
            for one, array in together
        ]


def feed(model: keras.Model, rows: RowSource[Arrays]) -> Feed:
    """Return all rows as arrays in the order and the types in which the model reads them."""
    arrays = rows.take(slice(None))
    names = [tensor.name for tensor in model.inputs]
    flat = [readable(arrays.inputs[name]) for name in names]
    indices = list(range(len(flat)))
    inputs = as_inputs(model, indices)
    for name in model.output_names:
        target = arrays.targets.get(name)
        flat.append(np.zeros((arrays.rows, 1), "float32") if target is None else readable(target))
    indices = list(range(len(names), len(flat)))
    targets = as_outputs(model, indices)
    if arrays.weights is not None:
        flat.append(readable(arrays.weights))
    return Feed(tuple(flat), inputs, targets, arrays.weights is not None, arrays.rows)


def whole_feed(model: keras.Model, rows: RowSource[Arrays]) -> tuple[Feed, int]:
    """Return the rows that fill whole batches, where a network takes no others, and what is left.

    What is left is a number of rows, 0 for a network that takes batches of any size.
    """
    given = feed(model, rows)
    whole = whole_batches(model, given.rows)
    return given.head(whole), given.rows - whole


def readable(array: Array) -> Array:
    """Return the array as Keras' own adapters would hand it on: floats in Keras' float type.

    Source: Keras 3.15, keras/src/trainers/data_adapters/array_slicing.py, convert_to_sliceable.
    """
    if np.issubdtype(array.dtype, np.floating) and array.dtype != keras.config.floatx():
        return array.astype(keras.config.floatx())
    return array


def build_variables(model: keras.Model, rows: Feed) -> None:
    """Create the variables of metrics and optimizer, which no compiled loop may create."""
    if model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    few = model.inputs[0].shape[0] or 2  # a stateful network takes no other batch than its own
    build_for_steps(model, rows.unpack(rows.take(slice(few))))
