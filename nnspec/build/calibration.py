"""What validation rows add to the answers of one output, computed in TensorFlow."""

import tensorflow as tf

from nnspec.build.calibrated import SMALLEST, Calibration, Calibrations

__all__ = ["SMALLEST", "Calibration", "Calibrations", "temper_classes", "temper_each"]


def temper_each(probabilities: tf.Tensor, temperature: float) -> tf.Tensor:
    """Return probabilities that stand alone, (...), with their logits divided by a temperature."""
    shares = _within(probabilities)
    logits = tf.math.log(shares) - tf.math.log1p(-shares)
    return tf.cast(tf.sigmoid(logits / temperature), probabilities.dtype)


def temper_classes(probabilities: tf.Tensor, temperature: float) -> tf.Tensor:
    """Return probabilities of classes, (..., classes), with their logits divided likewise."""
    logits = tf.math.log(_within(probabilities))
    return tf.cast(tf.nn.softmax(logits / temperature), probabilities.dtype)


def _within(probabilities: tf.Tensor) -> tf.Tensor:
    """Return probabilities in double precision, away from 0 and 1."""
    return tf.clip_by_value(tf.cast(probabilities, tf.float64), SMALLEST, 1 - SMALLEST)
