"""Waves of numbers in TensorFlow."""

import math

import tensorflow as tf

from nnspec.build.raw import bend
from nnspec.data.fit.fitted import NumericFit


def encode_waves(fit: NumericFit, numbers: tf.Tensor) -> tf.Tensor:
    """Return the sines of numbers, float64, then their cosines, along a last axis.

    Source: Gorishniy, Rubachev, Babenko, On Embeddings for Numerical Features in Tabular Deep
    Learning, 2022, equation 3.
    """
    scaled = (bend(fit, numbers) - fit.shift) * (1 / fit.scale)
    turns = tf.expand_dims(scaled, axis=-1) * tf.constant(fit.waves, tf.float64)
    angles = 2 * math.pi * (turns - tf.floor(turns))
    return tf.cast(tf.concat([tf.sin(angles), tf.cos(angles)], axis=-1), tf.float32)
