"""Floor 8, a pass: products with wide matrices of weights, in pieces."""

from collections.abc import Callable
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Setting, Target
from nnspec.engine.tensorflow.passes.conditions import (
    GIVES_ITS_SHAPE,
    KEEPS_TYPE,
    PLAIN_PRODUCT,
)

ROWS = range(16, 49)
"""Rows of a batch, and below them inputs and outputs, for which pieces were measured to be quicker:
by a third for 32 rows and 1,024 units; outside of these bounds they are slower."""
WIDTHS = range(1024, 2049)
PIECES = 4


def _is_wide(layer: keras.layers.Dense) -> bool:
    inputs, units = layer.kernel.shape
    return inputs in WIDTHS and units in WIDTHS and inputs % PIECES == 0


class WideProduct(Pass):
    """Multiplies with a quarter of the kernel's rows at a time, and adds the four up.

    The kernels that XLA calls copy a matrix of weights into blocks first, and for a few dozen rows
    the copy is most of the work; blocks of a quarter stay in a core's own cache.
    """

    title: ClassVar = "wide products in pieces"
    kinds: ClassVar = (keras.layers.Dense,)
    requires: ClassVar = (
        *PLAIN_PRODUCT,
        Condition("its kernel is wide", lambda layer, _: _is_wide(layer)),
    )
    ensures: ClassVar = (KEEPS_TYPE, GIVES_ITS_SHAPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `call`; other numbers of rows, and further axes, keep Keras' own."""
        del setting
        original = target.call

        def call(inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:  # noqa: FBT001 - Keras' own signature
            if inputs.shape.rank != len(target.kernel.shape) or inputs.shape[0] not in ROWS:
                return original(inputs, training=training)
            outputs = _product(inputs, tf.convert_to_tensor(target.kernel))
            if target.bias is not None:
                outputs += tf.convert_to_tensor(target.bias)
            return outputs if target.activation is None else target.activation(outputs)

        return {"call": call}


@tf.custom_gradient  # type: ignore[misc,untyped-decorator,unused-ignore] # TensorFlow is untyped
def _product(inputs: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
    """Return (rows, inputs) times (inputs, outputs); its gradients are products in one piece."""

    def gradient(slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return (
            tf.matmul(slopes, kernel, transpose_b=True),
            tf.matmul(inputs, slopes, transpose_a=True),
        )

    rows, (width, units) = inputs.shape[0], kernel.shape
    length = width // PIECES
    cut = tf.transpose(tf.reshape(inputs, [rows, PIECES, length]), [1, 0, 2])
    outputs = tf.matmul(cut, tf.reshape(kernel, [PIECES, length, units]))
    return tf.reduce_sum(outputs, axis=0), gradient
