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
from nnspec.engine.tensorflow.pieces import Pieces

Array = npt.NDArray[Any]
"""Rows first: (rows, ...)."""
Lain: TypeAlias = Any
"""Rows as a tensor; of windows, pieces of the series and the first piece of each."""


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

    def lying(self, *, laid_out: bool, xla: bool) -> "Lying":
        """Return how the rows lie on the device.

        Args:
            laid_out: whether each window has its own memory.
            xla: whether XLA compiles what gathers them.
        """
        views = [None if laid_out else view_of(one) for one in self.arrays]
        return Lying(self, tuple(None if one is None else Pieces.of(one, xla=xla) for one in views))


@dataclass(frozen=True, slots=True)
class Lying:
    """How the rows of a feed lie on the device.

    Attributes:
        feed: the rows.
        pieces: of each array how windows are gathered; None where each row has its own memory.
    """

    feed: Feed
    pieces: tuple[Pieces | None, ...]

    def tensors(self) -> tuple[Lain, ...]:
        """Return the arrays on the device."""
        return tuple(
            tf.convert_to_tensor(array[:]) if one is None else one.tensors()
            for array, one in zip(self.feed.arrays, self.pieces, strict=True)
        )

    def specs(self, rows: int) -> tuple[Lain, ...]:
        """Return the types of what `tensors` gives for so many rows."""
        return tuple(
            tf.TensorSpec([rows, *array.shape[1:]], array.dtype) if one is None else one.specs
            for array, one in zip(self.feed.arrays, self.pieces, strict=True)
        )

    def gather(self, tensors: Sequence[Lain], rows: tf.Tensor) -> list[tf.Tensor]:
        """Return some rows out of what `tensors` gave."""
        return [
            tf.gather(given, rows) if one is None else one.gather(given, rows)
            for given, one in zip(tensors, self.pieces, strict=True)
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
