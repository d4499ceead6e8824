"""Floor 8, one step looked at layer by layer: where a number first stops being one.

The step is computed once more, without compilation, from the weights before it.
"""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.keras_graph import layer_outputs
from nnspec.engine.order import Rows
from nnspec.engine.tensorflow.feed import Feed

Array = npt.NDArray[Any]


def has_broken_weights(model: keras.Model) -> bool:
    """Return whether a weight is NaN or infinite."""
    return not all(np.isfinite(one).all() for one in model.get_weights())


def examine(model: keras.Model, feed: Feed, rows: Rows) -> str:
    """Return in words what of a step is the first that is no number.

    Args:
        model: compiled, with the weights before the step.
        feed: the training rows.
        rows: those of the step.
    """
    x, y, weights = feed.unpack([tf.convert_to_tensor(one) for one in feed.take(rows)])
    found = _forward(model, x)
    return found or _backward(model, x, (y, weights))


def _forward(model: keras.Model, x: Any) -> str | None:  # noqa: ANN401 - in the model's structure
    """Return the first layer on the way forward whose output is no number."""
    for tensor, value in zip(model.inputs, keras.tree.flatten(x), strict=True):
        if is_broken(value):
            return f'the input "{tensor.name}" is the first that is no number: {statistics(value)}'
    layers = layer_outputs(model)
    probe = keras.Model(model.inputs, [tensor for _, tensor in layers])
    values = probe(keras.tree.flatten(x), training=True)
    for (layer, _), value in zip(layers, values, strict=True):
        if is_broken(value):
            said = f"the output of {named(layer)} is the first that is no number"
            return f"{said}: {statistics(value)}{weights_of(layer)}"
    return None


def _backward(model: keras.Model, x: Any, told: tuple[Any, Any]) -> str:  # noqa: ANN401 - as above
    """Return what behind the outputs is no number: the loss, or the first gradient on the way."""
    y, weights = told
    with tf.GradientTape() as tape:
        answers = model(x, training=True)
        loss = model.compute_loss(x=x, y=y, y_pred=answers, sample_weight=weights)
    if is_broken(loss):
        outputs = ", ".join(statistics(one) for one in keras.tree.flatten(answers))
        return f"all outputs are numbers ({outputs}), and the loss of them is none"
    gradients = tape.gradient(loss, [one.value for one in model.trainable_variables])
    pairs = list(zip(model.trainable_variables, gradients, strict=True))
    for variable, gradient in reversed(pairs):
        if gradient is not None and is_broken(tf.convert_to_tensor(gradient)):
            owner = owner_of(model, variable)
            said = f"the gradient of {owner} by its {variable.name} is the first that is no number"
            return f"{said}: {statistics(tf.convert_to_tensor(gradient))}"
    largest = max((reach(one) for one in gradients if one is not None), default=0.0)
    return (
        "repeated without compilation, its outputs and gradients are numbers "
        f"(gradients reach {largest:.3g}); what the optimizer makes of them is none"
    )


def owner_of(model: keras.Model, variable: keras.Variable) -> str:
    """Return the words for the layer that has a variable."""
    owners = (one for one in model.layers if any(own is variable for own in one.weights))
    return named(next(owners, model))


def named(layer: keras.layers.Layer) -> str:
    """Return the words for a layer."""
    return f'"{layer.name}" ({type(layer).__name__})'


def is_broken(value: Any) -> bool:  # noqa: ANN401 - a tensor or an array
    """Return whether one of some numbers is NaN or infinite."""
    array = plain(value)
    return array.dtype.kind == "f" and not bool(np.isfinite(array).all())


def statistics(value: Any) -> str:  # noqa: ANN401 - as above
    """Return in words how many of some numbers are none, and how far the others reach."""
    array = plain(value)
    nans, infinite = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    counted = [f"{nans:,} of {array.size:,} NaN"] if nans else []
    counted += [f"{infinite:,} of {array.size:,} infinite"] if infinite else []
    finite = array[np.isfinite(array)]
    if finite.size:
        counted.append(f"from {finite.min():.3g} to {finite.max():.3g}")
    return ", ".join(counted)


def weights_of(layer: keras.layers.Layer) -> str:
    """Return in words how far a layer's weights reach, for the end of a sentence."""
    weights = layer.get_weights()
    return f"; its weights reach {max(map(reach, weights)):.3g}" if weights else ""


def reach(value: Any) -> float:  # noqa: ANN401 - as above
    """Return the largest magnitude of some numbers."""
    array = plain(value)
    return float(np.abs(array).max()) if array.size else 0.0


def plain(value: Any) -> Array:  # noqa: ANN401 - as above
    """Return numbers as an array that NumPy can reckon with."""
    array: Array = np.asarray(keras.ops.convert_to_numpy(value))
    return array.astype(np.float32) if array.dtype.kind in "fV" else array
