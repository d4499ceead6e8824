"""Floor 8, a rewrite for inference: BatchNormalization folded into the layer before it.

At inference it multiplies and shifts each channel by fixed numbers, and so do the kernel and the
bias of a linear layer in front of it: one product instead of one and two passes over its result.
The model itself stays as it is; what differs is what is traced within `folded`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

L = keras.layers

KERNELS: Mapping[type[keras.layers.Layer], tuple[str, int]] = {
    L.Dense: ("_kernel", 1),
    **dict.fromkeys((L.Conv1D, L.Conv2D, L.Conv3D), ("_kernel", 1)),
    **dict.fromkeys((L.DepthwiseConv1D, L.DepthwiseConv2D), ("kernel", 0)),
    **dict.fromkeys((L.SeparableConv1D, L.SeparableConv2D), ("pointwise_kernel", 1)),
    **dict.fromkeys((L.Conv1DTranspose, L.Conv2DTranspose, L.Conv3DTranspose), ("kernel", 2)),
}
"""Layer -> where it keeps its kernel, and how its output channels lie there (see `_spread`)."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A linear layer and the normalization that alone takes what it gives."""

    layer: keras.layers.Layer
    normalization: keras.layers.BatchNormalization

    def rewrite(self) -> dict[keras.layers.Layer, dict[str, Any]]:
        """Return layer -> attributes to put in place, computed from the present weights."""
        normalization, layer = self.normalization, self.layer
        name, where = KERNELS[type(layer)]
        factor = tf.math.rsqrt(normalization.moving_variance + normalization.epsilon)
        if normalization.scale:
            factor = factor * normalization.gamma
        shift = -tf.convert_to_tensor(normalization.moving_mean)
        if layer.use_bias:
            shift = shift + layer.bias
        shift = shift * factor
        if normalization.center:
            shift = shift + normalization.beta
        kernel = tf.convert_to_tensor(getattr(layer, name))
        changed = {name: kernel * _spread(factor, kernel, where), "bias": shift, "use_bias": True}
        return {layer: changed, normalization: {"call": _unchanged}}


def find_folds(model: keras.Model) -> tuple[Fold, ...]:
    """Return every normalization of a model, nested ones included, that can be folded exactly."""
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001 - the only walk that sees nested layers
    found = (_match(one, model) for one in layers if type(one) is L.BatchNormalization)
    return tuple(one for one in found if one is not None)


@contextmanager
def folded(folds: tuple[Fold, ...]) -> Iterator[None]:
    """Hold the rewrites in place while a function is traced, and take them away again.

    They are written past Keras' attribute tracking, straight among the object's own names.
    """
    kept: list[tuple[dict[str, Any], set[str], dict[str, Any]]] = []
    try:
        for fold in folds:
            for layer, changed in fold.rewrite().items():
                own = vars(layer)
                before = {name: own[name] for name in changed if name in own}
                kept.append((own, set(changed), before))
                own.update(changed)
        yield
    finally:
        for own, names, before in kept:
            for name in names:
                own.pop(name, None)
            own.update(before)


def _match(normalization: keras.layers.Layer, model: keras.Model) -> Fold | None:
    """Return the fold of a normalization, None where it would not be the same network."""
    nodes = normalization._inbound_nodes  # noqa: SLF001 - Keras has no public walk over its graph
    if len(nodes) != 1 or len(nodes[0].input_tensors) != 1:
        return None
    history = nodes[0].input_tensors[0]._keras_history  # noqa: SLF001 - as above
    layer = history.operation
    if type(layer) not in KERNELS or not _alone(layer, model):
        return None
    last = normalization.axis in (-1, len(nodes[0].input_tensors[0].shape) - 1)
    channels_last = getattr(layer, "data_format", "channels_last") == "channels_last"
    plain = layer.activation is keras.activations.linear and not getattr(layer, "lora_rank", None)
    exact = {layer.compute_dtype, normalization.compute_dtype} == {"float32"}
    regular = not getattr(layer, "quantization_mode", None)
    suits = last and channels_last and plain and exact and regular
    return Fold(layer, normalization) if suits else None


def _alone(layer: keras.layers.Layer, model: keras.Model) -> bool:
    """Return whether a layer is applied once and gives its result to one layer only."""
    inner = layer._inbound_nodes, layer._outbound_nodes  # noqa: SLF001 - as above
    if any(len(one) != 1 for one in inner):
        return False
    return all(one is not inner[0][0].outputs[0] for one in model.outputs)


def _spread(factor: tf.Tensor, kernel: tf.Tensor, where: int) -> tf.Tensor:
    """Return one factor per output channel in the shape that multiplies a kernel.

    Args:
        factor: (channels,).
        kernel: the kernel's tensor.
        where: 1: channels are its last axis; 2: the one before; 0: both together.
    """
    if where == 1:
        return factor
    if where == 2:  # noqa: PLR2004 - the axis, counted from the end
        return factor[:, tf.newaxis]
    return tf.reshape(factor, kernel.shape[-2:])


def _unchanged(inputs: tf.Tensor, training: Any = None, mask: Any = None) -> tf.Tensor:  # noqa: ANN401 - Keras' own signature
    """Return what came in: the layer before has done the normalization."""
    del training, mask
    return inputs
