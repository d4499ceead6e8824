"""Floor 8, a pass for inference: BatchNormalization folded into the layer before it.

At inference it multiplies and shifts each channel by fixed numbers, and so do the kernel and the
bias of a linear layer in front of it: one product instead of one and two passes over its result.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.build.keras_graph import is_fixed_to
from nnspec.engine.tensorflow.passes.base import (
    Condition,
    Method,
    Methods,
    Pass,
    Rewrite,
    Setting,
    Target,
    plan_rewrites,
    replaced,
)
from nnspec.engine.tensorflow.passes.conditions import IN_FLOAT32, KEEPS_SHAPE, KEEPS_TYPE

L = keras.layers

KERNELS: Mapping[type[keras.layers.Layer], tuple[str, int]] = {
    L.Dense: ("_kernel", 1),
    **dict.fromkeys((L.Conv1D, L.Conv2D, L.Conv3D), ("_kernel", 1)),
    **dict.fromkeys((L.DepthwiseConv1D, L.DepthwiseConv2D), ("kernel", 0)),
    **dict.fromkeys((L.SeparableConv1D, L.SeparableConv2D), ("pointwise_kernel", 1)),
    **dict.fromkeys((L.Conv1DTranspose, L.Conv2DTranspose, L.Conv3DTranspose), ("kernel", 2)),
}
"""Layer -> where it keeps its kernel, and how its output channels lie there (see `_spread`)."""


def _before(check: Callable[[keras.layers.Layer], bool]) -> Callable[[Target, Setting], bool]:
    """Return a check of the layer in front of a normalization."""
    return lambda target, setting: check(setting.neighbours.only_source(target))


def _is_all_that_reads(target: Target, setting: Setting) -> bool:
    neighbours = setting.neighbours
    return neighbours.only_reader(neighbours.only_source(target)) is target


def _uses_averages(target: Target, setting: Setting) -> bool:
    """Return whether no model says, for all times, that the normalization is being trained."""
    del target
    places = (node for nodes in setting.neighbours.nodes.values() for node in nodes)
    return not any(is_fixed_to(node, "training") for node in places)


def _is_over_channels(target: Target, setting: Setting) -> bool:
    node = setting.neighbours.only_node(target)
    assert node is not None, "the normalization is applied once"
    last = len(node.input_tensors[0].shape) - 1
    source = setting.neighbours.only_source(target)
    channels_last = getattr(source, "data_format", "channels_last") == "channels_last"
    return channels_last and target.axis in (-1, last)


class FoldedNormalization(Pass):
    """Multiplies the kernel in front with the normalization's factors, and moves its bias.

    The weights are read when the layer is called, so a rewrite holds whatever they become.
    """

    title: ClassVar = "BatchNormalization computed within the layer before it"
    kinds: ClassVar = (L.BatchNormalization,)
    requires: ClassVar = (
        Condition(
            "it is applied once, to what one linear layer, applied once, gives",
            _before(lambda layer: type(layer) in KERNELS),
        ),
        Condition("nothing else reads what that layer gives", _is_all_that_reads),
        Condition("it normalizes the channels, which lie last", _is_over_channels),
        Condition("no model applies it as in training", _uses_averages),
        Condition(
            "that layer's activation is linear",
            _before(lambda layer: layer.activation is keras.activations.linear),
        ),
        Condition(
            "that layer's kernel is neither quantized nor adapted by LoRA",
            _before(
                lambda layer: (
                    not (
                        getattr(layer, "lora_rank", None)
                        or getattr(layer, "quantization_mode", None)
                    )
                )
            ),
        ),
        IN_FLOAT32,
        Condition(
            "that layer computes in float32, with weights in float32",
            _before(lambda layer: layer.compute_dtype == layer.variable_dtype == "float32"),
        ),
    )
    ensures: ClassVar = (KEEPS_SHAPE, KEEPS_TYPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Let the normalization hand on what it is given."""
        del target, setting
        return {"call": _unchanged}

    def rewrites(self, target: Target, setting: Setting) -> list[Rewrite]:
        """Replace `call` of the layer in front too."""
        source = setting.neighbours.only_source(target)
        (own,) = super().rewrites(target, setting)
        return [own, Rewrite(source, {"call": _folded_call(source, target)}, self.title)]


def find_folds(model: keras.Model) -> tuple[Rewrite, ...]:
    """Return the rewrites of every normalization, nested ones included, that folds exactly."""
    return plan_rewrites(model, (FoldedNormalization,), Setting(xla=False))


def normalizations(folds: tuple[Rewrite, ...]) -> tuple[str, ...]:
    """Return the names of the normalizations among the rewritten layers."""
    return tuple(one.target.name for one in folds if isinstance(one.target, L.BatchNormalization))


def _folded_call(layer: keras.layers.Layer, normalization: keras.layers.Layer) -> Method:
    """Return the layer's `call` with the normalization in its kernel and bias."""
    original: Method = layer.call

    def call(inputs: tf.Tensor, **named: Any) -> tf.Tensor:  # noqa: ANN401 - Keras' own signature
        with replaced([(layer, folded_weights(layer, normalization))]):
            return original(inputs, **named)

    return call


def folded_weights(
    layer: keras.layers.Layer, normalization: keras.layers.BatchNormalization
) -> dict[str, Any]:
    """Return the layer's attributes as they are with the normalization in them."""
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
    return {name: kernel * _spread(factor, kernel, where), "bias": shift, "use_bias": True}


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
