"""Floor 8, shares of a batch: each core runs the compiled network on its part of the rows.

XLA's loops on a CPU are short pieces of work, most of them on one thread: a recurrent layer keeps
one core busy. Cut in two, a batch keeps two of them busy. The loss is a mean over rows, so its
gradient is the mean of the shares' gradients; optimizer and metrics see the whole batch.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from nnspec.build.keras_graph import first_input_shape, inner_layers, loss_tracker
from nnspec.engine.tensorflow.passes import Rewrite

TITLE = "each core takes its share of a batch"

L = keras.layers


def shared_step(model: keras.Model, shares: int) -> Rewrite:
    """Return the training step in shares; a batch they do not divide runs as Keras has it."""
    whole = model.train_step
    part = tf.function(_Part(model), jit_compile=True, autograph=False)

    def train_step(data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - Keras' own signature
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        rows = keras.tree.flatten(x)[0].shape[0]
        if rows % shares:
            figures: Mapping[str, Any] = whole(data)
            return figures
        values = tuple(tf.convert_to_tensor(one.value) for one in model.variables)
        parts = [part(_cut((x, y, weights), one, rows // shares), values) for one in range(shares)]
        return _together(model, (x, y, weights), parts, rows)

    return Rewrite(model, {"train_step": train_step}, TITLE)


class _Part:
    """One share's way forward and back.

    The weights come in as values: a compiled call holds the variables that it reads until it is
    done, and the shares would wait for one another.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self.__name__ = "share"
        places = {id(one): place for place, one in enumerate(model.variables)}
        self.learned = [places[id(one)] for one in model.trainable_variables]

    def __call__(self, data: Any, values: tuple[tf.Tensor, ...]) -> tuple[Any, tf.Tensor, Any]:  # noqa: ANN401 - Keras' own structure
        """Return the gradients, the loss and the outputs."""
        x, y, weights = data
        pairs = list(zip(self.model.variables, values, strict=True))
        learned = [values[place] for place in self.learned]
        with keras.StatelessScope(state_mapping=pairs), tf.GradientTape() as tape:
            tape.watch(learned)
            outputs = self.model(x, training=True)
            loss = self.model.compute_loss(x, y, outputs, weights)
        gradients = tape.gradient(loss, learned)
        return (
            [None if one is None else tf.convert_to_tensor(one) for one in gradients],
            loss,
            outputs,
        )


def _together(
    model: keras.Model, data: tuple[Any, Any, Any], parts: Sequence[Any], rows: int
) -> Mapping[str, Any]:
    """Update the weights and the figures from what the shares came to."""
    x, y, weights = data
    gradients, losses, outputs = zip(*parts, strict=True)
    loss_tracker(model).update_state(_mean(losses), sample_weight=rows)
    learned = zip(map(_mean, zip(*gradients, strict=True)), model.trainable_variables, strict=True)
    model.optimizer.apply_gradients(list(learned))
    whole = keras.tree.map_structure(lambda *some: tf.concat(some, axis=0), *outputs)
    figures: Mapping[str, Any] = model.compute_metrics(x, y, whole, sample_weight=weights)
    return figures


def _mean(values: Sequence[tf.Tensor | None]) -> tf.Tensor | None:
    present = [one for one in values if one is not None]
    return tf.add_n(present) / len(present) if present else None


def _cut(data: Any, number: int, rows: int) -> Any:  # noqa: ANN401 - Keras' own structure
    here = slice(number * rows, (number + 1) * rows)
    return tf.nest.map_structure(lambda one: None if one is None else one[here], data)


def products(model: keras.Model) -> int:
    """Return the multiplications of one row's way forward through recurrent layers."""
    kinds = (L.RNN, L.Bidirectional)
    recurrent = [one for one in inner_layers(model) if isinstance(one, kinds)]
    return sum(one.count_params() * _length(one) for one in recurrent)


def _length(layer: keras.layers.Layer) -> int:
    """Return the steps of the sequence that a layer reads; 1 if it is not known."""
    shape = first_input_shape(layer) or ()
    return (shape[1] or 1) if len(shape) > 1 else 1
