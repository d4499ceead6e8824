"""Rows through a network that is built for batches of one size, as stateful layers want it.

Keras' stateful layers continue row i of a batch from row i of the batch before. A prediction
begins with states of zero, takes the rows in their order, and fills a short last batch up with
its last row, so that every row is answered, and always alike.

Source: Keras 3.15, keras/src/layers/rnn/rnn.py, RNN.call and RNN.reset_state.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from nnspec.build.keras_graph import as_inputs, inner_layers


def batch_of(core: keras.Model) -> int | None:
    """Return the rows of a batch that a network is built for; None: any number."""
    sizes = {tensor.shape[0] for tensor in core.inputs} - {None}
    return sizes.pop() if sizes else None


def apply_core(core: keras.Model, inputs: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Return what leaves the network for any number of rows, (rows, ...) each.

    Args:
        core: a functional model.
        inputs: one tensor per input of the model, in its order, (rows, ...) each.
    """
    size = batch_of(core)
    return answers(core, list(inputs)) if size is None else in_batches(core, inputs, size)


def answers(core: keras.Model, inputs: list[tf.Tensor]) -> list[tf.Tensor]:
    """Return what leaves the network for one batch, without training."""
    return list(keras.tree.flatten(core(as_inputs(core, inputs), training=False)))


def in_batches(core: keras.Model, inputs: Sequence[tf.Tensor], size: int) -> list[tf.Tensor]:
    """Return what leaves the network for rows that pass through it batch after batch."""
    rows = tf.shape(inputs[0])[0]
    batches = (rows + size - 1) // size
    places = tf.minimum(tf.range(batches * size), rows - 1)
    for layer in stateful_layers(core):
        layer.reset_state()

    def batched(tensor: tf.Tensor) -> tf.Tensor:
        filled = tf.gather(tensor, places)
        return tf.reshape(filled, tf.concat([[batches, size], tf.shape(tensor)[1:]], axis=0))

    def flat(tensor: tf.Tensor) -> tf.Tensor:
        whole = tf.concat([[batches * size], tf.shape(tensor)[2:]], axis=0)
        return tf.reshape(tensor, whole)[:rows]

    def step(batch: list[tf.Tensor]) -> list[tf.Tensor]:
        shaped = zip(batch, inputs, strict=True)
        return answers(core, [tf.ensure_shape(one, [size, *of.shape[1:]]) for one, of in shaped])

    signature = [tf.TensorSpec(one.shape, one.dtype) for one in core.outputs]
    left = tf.map_fn(
        step,
        [batched(one) for one in inputs],
        fn_output_signature=signature,
        parallel_iterations=1,  # a batch continues the one before
    )
    return [flat(one) for one in left]


def stateful_layers(core: keras.Model) -> list[Any]:
    """Return the layers, nested ones included, that carry a state from batch to batch."""
    return [one for one in inner_layers(core) if getattr(one, "stateful", False)]


def whole_batches(core: keras.Model, rows: int) -> int:
    """Return how many of the rows fill whole batches, where the network takes no others."""
    size = batch_of(core)
    return rows if size is None else rows - rows % size
