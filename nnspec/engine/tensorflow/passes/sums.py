"""Floor 8, the mathematics of passes: sums over many rows, as XLA computes them quickly on a CPU.

XLA splits a long sum in two and walks over it on one thread; a product with a single row of ones
it turns back into such a walk. A product with a few rows of ones goes to its matrix kernels.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

ONES = 8
"""Rows of ones: the fewest that stay a product of matrices, and fill a vector register."""


def over_rows(values: tf.Tensor) -> tf.Tensor:
    """Return the sum over all axes but the last, (features,)."""
    flat = tf.reshape(values, [-1, values.shape[-1]])
    return tf.matmul(tf.ones([ONES, tf.shape(flat)[0]]), flat)[0]


@tf.custom_gradient  # type: ignore[misc,untyped-decorator,unused-ignore] # TensorFlow is untyped
def biased(values: tf.Tensor, bias: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
    """Return (rows, features) with a bias (features,) added to each row."""

    def gradient(slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return slopes, over_rows(slopes)

    return values + bias, gradient
