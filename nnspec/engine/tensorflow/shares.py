"""Floor 8, shares of a batch: each core runs the compiled network on its part of the rows.

XLA's loops on a CPU are short pieces of work, most of them on one thread: a recurrent layer keeps
one core busy. Cut in two, a batch keeps two of them busy. The loss is a mean over rows, so its
gradient is the mean of the shares' gradients; optimizer and metrics see the whole batch.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes import Rewrite

TITLE = "each core takes its share of a batch"

LEAST_ROWS = 16
"""Rows of a share below which the cores wait for one another longer than they work."""

LEAST_PRODUCTS = 4_000_000
"""Multiplications of a batch on its way forward, below which the shares' calls cost too much."""

MEANS = frozenset({"sum_over_batch_size", "mean"})
"""Reductions of a loss whose value over a batch is the mean of its values over equal parts."""

OVERLAPS = frozenset({"Dice", "dice", "Tversky", "tversky"})
"""Losses that are ratios of sums over the whole batch."""

L = keras.layers
ROW_BY_ROW = (
    L.Activation,
    L.Add,
    L.Average,
    L.AveragePooling1D,
    L.Bidirectional,
    L.Concatenate,
    L.Dense,
    L.Dropout,
    L.EinsumDense,
    L.Embedding,
    L.Flatten,
    L.GlobalAveragePooling1D,
    L.GlobalMaxPooling1D,
    L.GRU,
    L.GRUCell,
    L.Identity,
    L.InputLayer,
    L.LayerNormalization,
    L.LSTM,
    L.LSTMCell,
    L.Maximum,
    L.MaxPooling1D,
    L.MultiHeadAttention,
    L.Multiply,
    L.Permute,
    L.ReLU,
    L.RepeatVector,
    L.Reshape,
    L.SimpleRNN,
    L.SimpleRNNCell,
    L.Softmax,
    L.Subtract,
    L.TimeDistributed,
)
"""Layers that work on each row alone and, as long as they drop nothing, always in the same way."""


def shares_of(model: keras.Model, batch: int, cores: int) -> int:
    """Return into how many shares a batch is cut; 1 where that changes the result or costs time.

    Args:
        model: a compiled model that XLA can compile.
        batch: rows per step.
        cores: processors that are free to work.
    """
    most = min(cores, batch // LEAST_ROWS)
    shares = next((one for one in range(most, 1, -1) if batch % one == 0), 1)
    if shares == 1 or not _is_separable(model) or _products(model) * batch < LEAST_PRODUCTS:
        return 1
    return shares


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
            loss = self.model.compute_loss(x, y, outputs, weights, training=True)
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
    model._loss_tracker.update_state(_mean(losses), sample_weight=rows)  # noqa: SLF001 - as in Keras' own step
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


def _is_separable(model: keras.Model) -> bool:
    """Return whether rows do not depend on one another, and the loss is a plain mean over them."""
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001 - the only walk that sees nested layers
    inner = [one for one in layers if not isinstance(one, keras.Model)]
    usual = model.dtype_policy.name == "float32" and len(model.outputs) == 1
    losses = keras.tree.flatten(model.loss)
    return usual and all(map(_is_mean, losses)) and all(map(_works_row_by_row, inner))


def _is_mean(loss: Any) -> bool:  # noqa: ANN401 - a name, a function or an object
    """Return whether a loss is a mean of what Keras computes for each row by itself."""
    if isinstance(loss, str):
        return loss not in OVERLAPS
    kind = loss if callable(loss) and hasattr(loss, "__name__") else type(loss)
    own = kind.__module__.startswith("keras.") and kind.__name__ not in OVERLAPS
    return own and getattr(loss, "reduction", "mean") in MEANS


def _works_row_by_row(layer: keras.layers.Layer) -> bool:
    settings = ("stateful", "mask_zero", "rate", "dropout", "recurrent_dropout", "_dropout")
    bare = not any(getattr(layer, one, False) for one in settings)
    plain = layer.activity_regularizer is None and layer.compute_dtype in ("float32", "int32")
    return type(layer) in ROW_BY_ROW and bare and plain


def _products(model: keras.Model) -> int:
    """Return the multiplications of one row's way forward through recurrent layers."""
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001 - the only walk that sees nested layers
    kinds = (L.RNN, L.Bidirectional)
    return sum(one.count_params() * _length(one) for one in layers if isinstance(one, kinds))


def _length(layer: keras.layers.Layer) -> int:
    """Return the steps of the sequence that a layer reads; 1 if it is not known."""
    nodes = layer._inbound_nodes  # noqa: SLF001 - `input` raises where a layer has several
    shape: tuple[int | None, ...] = nodes[0].input_tensors[0].shape if nodes else ()
    return (shape[1] or 1) if len(shape) > 1 else 1
