"""Floor 8, which networks may be trained in shares of a batch: those whose rows are apart.

A share comes to the same only where each row's outputs and loss depend on that row alone, and
the loss is the plain mean over rows. What is known to be so is listed; everything else is not.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from nnspec.build.keras_graph import (
    attention_axes,
    attention_dropout,
    first_input_shape,
    inner_layers,
    loss_settings,
)

MEANS = frozenset({"sum_over_batch_size", "mean"})
"""Reductions of a loss whose value over a batch is the mean of its values over equal parts."""

K = keras.losses
MEAN_LOSSES: Mapping[type[keras.losses.Loss], Callable[..., Any]] = {
    K.BinaryCrossentropy: K.binary_crossentropy,
    K.BinaryFocalCrossentropy: K.binary_focal_crossentropy,
    K.CategoricalCrossentropy: K.categorical_crossentropy,
    K.CategoricalFocalCrossentropy: K.categorical_focal_crossentropy,
    K.CategoricalGeneralizedCrossEntropy: K.categorical_generalized_cross_entropy,
    K.CategoricalHinge: K.categorical_hinge,
    K.CosineSimilarity: K.cosine_similarity,
    K.Huber: K.huber,
    K.KLDivergence: K.kl_divergence,
    K.LogCosh: K.log_cosh,
    K.MeanAbsoluteError: K.mean_absolute_error,
    K.MeanAbsolutePercentageError: K.mean_absolute_percentage_error,
    K.MeanSquaredError: K.mean_squared_error,
    K.MeanSquaredLogarithmicError: K.mean_squared_logarithmic_error,
    K.Poisson: K.poisson,
    K.SparseCategoricalCrossentropy: K.sparse_categorical_crossentropy,
}
"""Losses that are means of what each row gives by itself, and the functions they apply.

Not among them: Circle compares the rows of a batch with one another; Dice and Tversky are ratios
of sums over it; Hinge and SquaredHinge ask whether all labels of the batch are 0 or 1; CTC was
not measured.
"""

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
"""Layers that work on each row alone and, under the conditions below, always in the same way."""


def entangled(model: keras.Model) -> str | None:
    """Return in words why a batch cannot be cut into shares, None where it can.

    Args:
        model: a compiled model.
    """
    if model.dtype_policy.name != "float32":
        return f"the network computes in {model.dtype_policy.name}, not in float32"
    if len(model.outputs) != 1:
        return f"the network has {len(model.outputs)} outputs, not one"
    losses = keras.tree.flatten(model.loss)
    inner = [one for one in inner_layers(model) if not isinstance(one, keras.Model)]
    found = (*map(_loss_together, losses), *map(_rows_together, inner), _scaled(model.optimizer))
    return next((one for one in found if one is not None), None)


def _loss_together(loss: Any) -> str | None:  # noqa: ANN401 - a name, a function or an object
    """Return why a loss is not known for a mean of what each row gives, None where it is."""
    try:
        loss = keras.losses.get(loss)
    except ValueError:
        return f"the loss {loss} is not known to be a mean over rows"
    if not isinstance(loss, keras.losses.Loss):
        known = any(loss is one for one in MEAN_LOSSES.values())
        return None if known else "the loss is a function not known to be a mean over rows"
    name = type(loss).__name__
    if type(loss) not in MEAN_LOSSES:
        return f"the loss {name} is not known to be a mean over rows"
    if loss.reduction not in MEANS:
        return f"the loss {name} is reduced by {loss.reduction}"
    settings = loss_settings(loss)
    if settings.get("ignore_class") is not None:
        return f"the loss {name} ignores a class, whose rows the mean leaves out"
    if settings.get("axis", -1) != -1:
        return f"the loss {name} runs over axis {settings['axis']}"
    if loss.dtype != "float32":
        return f"the loss {name} is computed in {loss.dtype}"
    return None


def _rows_together(layer: keras.layers.Layer) -> str | None:
    """Return why a layer's rows may depend on one another or on chance, None where they do not."""
    name = f'"{layer.name}" ({type(layer).__name__})'
    if type(layer) not in ROW_BY_ROW:
        return f"{name} is not known to work row by row"
    if any(getattr(layer, one, False) for one in ("rate", "dropout", "recurrent_dropout")):
        return f"{name} drops values"
    if any(getattr(layer, one, False) for one in ("stateful", "mask_zero")):
        return f"{name} carries states, or masks steps"
    if layer.activity_regularizer is not None:
        return f"{name} adds to the loss what the whole batch gives"
    if layer.compute_dtype not in ("float32", "int32"):
        return f"{name} computes in {layer.compute_dtype}"
    if not all(map(_is_by_row, _activations(layer))):
        return f"{name} has an activation not known to work row by row"
    return f"{name} runs over the batch's axis" if _crosses_rows(layer) else None


def _activations(layer: keras.layers.Layer) -> list[Any]:
    settings = ("activation", "recurrent_activation")
    return [one for one in (getattr(layer, name, None) for name in settings) if one is not None]


def _is_by_row(activation: Any) -> bool:  # noqa: ANN401 - any function
    """Return whether an activation is one of Keras' own, over the axis that it has by default."""
    if "axis" in getattr(activation, "arguments", {}):
        return False
    function = getattr(activation, "function", None)
    if function is not None:  # a function of Keras' with arguments bound
        return hasattr(keras.activations, str(function))
    public = (one for one in vars(keras.activations).values() if callable(one))
    return any(activation is one for one in public)


def _crosses_rows(layer: keras.layers.Layer) -> bool:
    """Return whether a layer works along the axis on which the rows lie."""
    if isinstance(layer, L.MultiHeadAttention):
        return 0 in attention_axes(layer) or attention_dropout(layer) > 0
    axes = keras.tree.flatten(getattr(layer, "axis", -1))
    rank = len(first_input_shape(layer) or (None, None))
    return any(axis == 0 or axis <= -rank for axis in axes)


def _scaled(optimizer: keras.optimizers.Optimizer) -> str | None:
    """Return how an optimizer scales the loss before its gradient is taken, None if it does not."""
    scaling = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scaling or getattr(optimizer, "loss_scale_factor", None):
        return "the optimizer scales the loss"
    return None
