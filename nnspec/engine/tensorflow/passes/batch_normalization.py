"""Floor 8, a pass: BatchNormalization in one operation instead of fifteen."""

from typing import ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Setting, Target
from nnspec.engine.tensorflow.passes.conditions import (
    IN_FLOAT32,
    KEEPS_SHAPE,
    KEEPS_TYPE,
    OUTSIDE_XLA,
)

SEQUENCES = 3
"""Rank of (batch, steps, channels).

Over pictures the convolution takes most of the time and the operation gains little: there both
executors keep the same arithmetic, to the bit. Over sequences it makes a step 1.5 times as fast.
"""


class FusedBatchNormalization(Pass):
    """Normalizes with TensorFlow's own operation, whose gradient is one operation too.

    Keras composes moments and scaling from elementwise operations; outside XLA each of them,
    and of their gradients, walks over the whole activation.
    """

    title: ClassVar = "batch normalized in one operation"
    kinds: ClassVar = (keras.layers.BatchNormalization,)
    requires: ClassVar = (
        OUTSIDE_XLA,
        IN_FLOAT32,
        Condition("it learns: frozen, it uses its averages", lambda layer, _: layer.trainable),
        Condition(
            "it normalizes by this batch alone",
            lambda layer, _: not (layer.renorm or layer.synchronized),
        ),
        Condition(
            "it normalizes the channels of sequences, which lie last",
            lambda layer, _: layer.input_spec.ndim == SEQUENCES and layer.axis in (-1, 2),
        ),
    )
    ensures: ClassVar = (KEEPS_SHAPE, KEEPS_TYPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `call`; with a mask, and in inference, Keras' own stays."""
        del setting
        original = target.call

        def call(
            inputs: tf.Tensor,
            training: bool | None = None,  # noqa: FBT001 - Keras' own signature
            mask: tf.Tensor | None = None,
        ) -> tf.Tensor:
            if not training or mask is not None or inputs.dtype != tf.float32:
                return original(inputs, training=training, mask=mask)
            return _normalized(target, inputs)

        return {"call": call}


def _normalized(layer: keras.layers.BatchNormalization, inputs: tf.Tensor) -> tf.Tensor:
    """Return (batch, ..., channels) normalized, and move the layer's averages.

    The operation gives the variance of a sample, n / (n - 1) times that of Keras.
    """
    channels = inputs.shape[-1]
    flat = tf.reshape(inputs, [-1, 1, 1, channels])
    rows = tf.cast(tf.shape(flat)[0], "float32")
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=flat,
        scale=tf.ones([channels]) if layer.gamma is None else layer.gamma,
        offset=tf.zeros([channels]) if layer.beta is None else layer.beta,
        mean=tf.zeros([0]),
        variance=tf.zeros([0]),
        epsilon=layer.epsilon,
        is_training=True,
    )
    variance *= tf.maximum(rows - 1.0, 1.0) / rows
    _move(layer.moving_mean, mean, layer.momentum)
    _move(layer.moving_variance, variance, layer.momentum)
    return tf.reshape(outputs, tf.shape(inputs))


def _move(average: keras.Variable, value: tf.Tensor, momentum: float) -> None:
    average.assign(average * momentum + value * (1.0 - momentum))
