"""Floor 8, passes: a rectifier in front of a maximum moves behind it, where there is less to do.

    max(relu(a), relu(b)) = relu(max(a, b))

and the gradients are the same: a window whose largest value is negative passes none either way.
Two passes share the pair: one takes the rectifier from where it stands, one puts it in place.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Method, Pass, Setting, Target

L = keras.layers
CONVOLUTIONS = (L.Conv1D, L.Conv2D, L.Conv3D)
POOLINGS = (L.MaxPooling1D, L.MaxPooling2D, L.MaxPooling3D)


class RectifierLeft(Pass):
    """Lets a convolution, or a layer that only rectifies, hand on what it has."""

    title: ClassVar[str] = "rectified after pooling"

    def match(self, target: Target, setting: Setting) -> bool:
        """Fit a rectifying layer that only a maximum reads, outside XLA, which fuses the two."""
        return not setting.xla and _rectifies(target) and _is_read_by_maximum(target, setting)

    def rewrite(self, target: Target, setting: Setting) -> Mapping[str, Method | None]:
        """Take the activation from a convolution; replace `call` of any other layer."""
        del setting
        return {"activation": None} if type(target) in CONVOLUTIONS else {"call": tf.identity}


class RectifierTaken(Pass):
    """Rectifies what a maximum came to."""

    title: ClassVar[str] = "rectified after pooling"

    def match(self, target: Target, setting: Setting) -> bool:
        """Fit the maximum behind a layer that left its rectifier."""
        if setting.xla or type(target) not in POOLINGS or len(target._inbound_nodes) != 1:  # noqa: SLF001 - Keras has no public way to its neighbours
            return False
        source = target.input._keras_history.operation  # noqa: SLF001 - as above
        return _rectifies(source) and _is_read_by_maximum(source, setting)

    def rewrite(self, target: Target, setting: Setting) -> Mapping[str, Method]:
        """Replace `call`."""
        del setting
        original = target.call
        return {"call": lambda inputs: tf.nn.relu(original(inputs))}


def _rectifies(layer: Any) -> bool:  # noqa: ANN401 - a layer or an operation
    if type(layer) is L.ReLU:
        return not (layer.negative_slope or layer.threshold) and layer.max_value is None
    is_one = type(layer) in (*CONVOLUTIONS, L.Activation)
    return is_one and layer.activation is keras.activations.relu


def _is_read_by_maximum(layer: keras.layers.Layer, setting: Setting) -> bool:
    """Return whether a pooling layer is all that reads this layer's only output."""
    readers = [one.operation for one in layer._outbound_nodes]  # noqa: SLF001 - Keras has no public way to its neighbours
    alone = len(readers) == 1 and len(layer._inbound_nodes) == 1  # noqa: SLF001 - as above
    seen = layer.activity_regularizer is not None or id(layer) in setting.leaving
    return alone and not seen and type(readers[0]) in POOLINGS
