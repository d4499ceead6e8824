"""Floor 8, a pass: a rectifier in front of a maximum moves behind it, where there is less to do.

    max(relu(a), relu(b)) = relu(max(a, b))

and the gradients are the same: a window whose largest value is negative passes none either way.
"""

from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Rewrite, Setting, Target
from nnspec.engine.tensorflow.passes.conditions import GIVES_ITS_SHAPE, KEEPS_TYPE, OUTSIDE_XLA

L = keras.layers
CONVOLUTIONS = (L.Conv1D, L.Conv2D, L.Conv3D)
POOLINGS = (L.MaxPooling1D, L.MaxPooling2D, L.MaxPooling3D)


def _rectifies(layer: Any) -> bool:  # noqa: ANN401 - a layer, an operation, or none
    if type(layer) is L.ReLU:
        return not (layer.negative_slope or layer.threshold) and layer.max_value is None
    is_one = type(layer) in (*CONVOLUTIONS, L.Activation)
    return is_one and layer.activation is keras.activations.relu


def _source(target: Target, setting: Setting) -> Any:  # noqa: ANN401 - as above
    return setting.neighbours.only_source(target)


def _is_all_that_reads(target: Target, setting: Setting) -> bool:
    return setting.neighbours.only_reader(_source(target, setting)) is target


def _is_seen(target: Target, setting: Setting) -> bool:
    return _source(target, setting).activity_regularizer is not None


class RectifierAfterMaximum(Pass):
    """Takes the rectifier from where it stands, and rectifies what the maximum came to."""

    title: ClassVar = "rectified after pooling"
    kinds: ClassVar = POOLINGS
    requires: ClassVar = (
        OUTSIDE_XLA,  # which computes the two in one loop
        Condition(
            "it is applied once, to what one rectifying layer gives",
            lambda target, setting: _rectifies(_source(target, setting)),
        ),
        Condition("nothing else reads what that layer gives", _is_all_that_reads),
        Condition(
            "no penalty is taken of what that layer gives",
            lambda target, setting: not _is_seen(target, setting),
        ),
    )
    ensures: ClassVar = (KEEPS_TYPE, GIVES_ITS_SHAPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `call` of the maximum."""
        del setting
        original = target.call
        return {"call": lambda inputs: tf.nn.relu(original(inputs))}

    def rewrites(self, target: Target, setting: Setting) -> list[Rewrite]:
        """Take the activation from a convolution too; replace `call` of any other layer."""
        source = _source(target, setting)
        left: Methods = {"activation": None}
        if type(source) not in CONVOLUTIONS:
            left = {"call": tf.identity}
        return [Rewrite(source, left, self.title), *super().rewrites(target, setting)]
