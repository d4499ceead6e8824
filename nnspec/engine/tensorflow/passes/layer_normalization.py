"""Floor 8, a pass: LayerNormalization with its gradient written out."""

from collections.abc import Callable
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Setting, Target
from nnspec.engine.tensorflow.passes.conditions import (
    IN_FLOAT32,
    KEEPS_SHAPE,
    KEEPS_TYPE,
    ON_A_CPU,
    UNDER_XLA,
)
from nnspec.engine.tensorflow.passes.sums import over_rows


class WrittenLayerNormalization(Pass):
    """Gathers the gradients of scale and offset in products with ones."""

    title: ClassVar = "layer normalization's gradient in products"
    kinds: ClassVar = (keras.layers.LayerNormalization,)
    requires: ClassVar = (
        UNDER_XLA,
        ON_A_CPU,
        IN_FLOAT32,
        Condition("it runs over the last axis", lambda layer, _: layer.axis in (-1, [-1], (-1,))),
        Condition("it takes the mean away", lambda layer, _: not layer.rms_scaling),
        Condition(
            "it has scale and offset",
            lambda layer, _: layer.gamma is not None and layer.beta is not None,
        ),
    )
    ensures: ClassVar = (KEEPS_SHAPE, KEEPS_TYPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `call`."""
        del setting

        def call(inputs: tf.Tensor) -> tf.Tensor:
            gamma, beta = (tf.convert_to_tensor(one) for one in (target.gamma, target.beta))
            return normalized(inputs, gamma, beta, target.epsilon)

        return {"call": call}


def normalized(inputs: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Return (..., features) with mean 0 and variance 1 in each row, scaled and moved.

    Args:
        inputs: (..., features).
        gamma: the scale, (features,).
        beta: the offset, (features,).
        epsilon: what is added to the variance.
    """

    @tf.custom_gradient  # type: ignore[misc,untyped-decorator,unused-ignore] # TensorFlow is untyped
    def run(
        inputs: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor
    ) -> tuple[tf.Tensor, Callable[..., Any]]:
        centred = inputs - _mean(inputs)
        inverse = tf.math.rsqrt(_mean(centred * centred) + epsilon)
        plain = centred * inverse

        def gradient(slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            scaled = slopes * gamma
            rest = scaled - _mean(scaled) - plain * _mean(scaled * plain)
            return inverse * rest, over_rows(slopes * plain), over_rows(slopes)

        return plain * gamma + beta, gradient

    return run(inputs, gamma, beta)


def _mean(values: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(values, axis=-1, keepdims=True)
