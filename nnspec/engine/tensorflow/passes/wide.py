"""Floor 8, a pass: products with wide matrices of weights, in pieces."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Method, Pass, Setting, Target

ROWS = range(16, 49)
"""Rows of a batch, and below them inputs and outputs, for which pieces were measured to be quicker:
by a third for 32 rows and 1,024 units; outside of these bounds they are slower."""
WIDTHS = range(1024, 2049)
PIECES = 4


class WideProduct(Pass):
    """Multiplies with a quarter of the kernel's rows at a time, and adds the four up.

    The kernels that XLA calls copy a matrix of weights into blocks first, and for a few dozen rows
    the copy is most of the work; blocks of a quarter stay in a core's own cache.
    """

    title: ClassVar[str] = "wide products in pieces"

    def match(self, target: Target, setting: Setting) -> bool:
        """Fit Dense in float32 with a wide kernel, under XLA on a CPU."""
        return (
            setting.xla
            and not setting.gpu
            and type(target) is keras.layers.Dense
            and all(one in WIDTHS for one in target.kernel.shape)
            and target.kernel.shape[0] % PIECES == 0
            and target.compute_dtype == "float32"
            and not target.lora_enabled
            and target.quantization_mode is None
        )

    def rewrite(self, target: Target, setting: Setting) -> Mapping[str, Method]:
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
