"""Floor 8, prediction: large blocks of rows through the network, one compiled call each."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from nnspec.build.batches import apply_core, batch_of
from nnspec.build.keras_graph import output_sizes
from nnspec.engine.tensorflow.failures import translated
from nnspec.engine.tensorflow.feed import Array, readable
from nnspec.engine.tensorflow.passes.base import rewritten
from nnspec.engine.tensorflow.passes.folding import find_folds

Forward = Callable[[list[tf.Tensor]], list[tf.Tensor]]

BLOCK_BYTES = 4 << 20
"""What the widest layer of a block may take: it should stay in a core's cache."""

LEAST_ROWS, MOST_ROWS = 32, 8192


class Predictor:
    """A network that is given rows again and again: it is traced when the first ones come.

    Rows do not depend on one another at inference, so blocks may be of any length; only a
    network that is built for batches of one size takes all rows in one call, batch after batch.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._forward: Forward | None = None

    @translated()
    def __call__(self, inputs: dict[str, Array]) -> dict[str, Array]:
        """Return the outputs for these rows: output name -> (rows, ...)."""
        model = self.model
        arrays = [readable(inputs[tensor.name]) for tensor in model.inputs]
        rows = len(arrays[0])
        block = rows if batch_of(model) else min(rows, block_rows(model))
        forward = self._forward = self._forward or _forward(model, arrays)
        parts: list[list[Array]] = []
        for start in range(0, rows, block):
            batch = [tf.convert_to_tensor(one[start : start + block]) for one in arrays]
            parts.append([part.numpy() for part in forward(batch)])
        columns = zip(*parts, strict=True)
        return dict(zip(model.output_names, map(np.concatenate, columns), strict=True))


def predict_fused(model: keras.Model, inputs: dict[str, Array]) -> dict[str, Array]:
    """Return the outputs for these rows: output name -> (rows, ...)."""
    return Predictor(model)(inputs)


def reaching(model: keras.Model, layer: keras.layers.Layer, inputs: dict[str, Array]) -> Array:
    """Return these rows as they come to a layer with one input, (rows, ...)."""
    given = {id(one): one.name for one in model.inputs}
    if id(layer.input) in given:
        return inputs[given[id(layer.input)]]
    (found,) = predict_fused(keras.Model(model.inputs, layer.input), inputs).values()
    return found


def block_rows(model: keras.Model) -> int:
    """Return how many rows go through the network at a time."""
    widest = max(map(_bytes, model.layers))
    return max(LEAST_ROWS, min(MOST_ROWS, BLOCK_BYTES // widest))


def _forward(model: keras.Model, arrays: list[Array]) -> Forward:
    """Return the network as one function, traced once for blocks of any length."""
    folds = find_folds(model)

    def forward(batch: list[tf.Tensor]) -> list[tf.Tensor]:
        with rewritten(folds):
            return apply_core(model, batch)

    block = [tf.TensorSpec([None, *one.shape[1:]], one.dtype) for one in arrays]
    # Taken as it is traced: TensorFlow warns of functions that are traced one after the other,
    # as they are where a program trains several networks.
    compiled = tf.function(forward, input_signature=[block], autograph=False)
    found: Forward = compiled.get_concrete_function()
    return found


def _bytes(layer: keras.layers.Layer) -> int:
    """Return the memory one row of the layer's output takes, in bytes."""
    shapes = output_sizes(layer)
    return max(4 * int(np.prod([size or 32 for size in one[1:]])) for one in shapes)
