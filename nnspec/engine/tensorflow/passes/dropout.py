"""Floor 8, a pass: Dropout under XLA draws its mask with threefry."""

from collections.abc import Sequence
from typing import ClassVar

import keras
import tensorflow as tf

from nnspec.build.keras_graph import noise_shape
from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Setting, Target
from nnspec.engine.tensorflow.passes.conditions import KEEPS_GIVEN_TYPE, KEEPS_SHAPE, UNDER_XLA

L = keras.layers


class ThreefryDropout(Pass):
    """Draws Dropout's mask with the algorithm that XLA generates in line.

    Keras leaves the algorithm to TensorFlow, which takes Philox; inside an XLA loop on a CPU
    that is most of a small network's step. Threefry gives the same distribution from the same
    seed state, and another stream of numbers.
    """

    title: ClassVar = "Dropout draws with threefry"
    kinds: ClassVar = (L.Dropout, L.SpatialDropout1D, L.SpatialDropout2D, L.SpatialDropout3D)
    requires: ClassVar = (
        UNDER_XLA,
        Condition("it drops some and not all", lambda layer, _: 0 < layer.rate < 1),
    )
    ensures: ClassVar = (KEEPS_SHAPE, KEEPS_GIVEN_TYPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `call`; whole numbers, which only Keras' own scales, keep it."""
        del setting
        original = target.call

        def call(inputs: tf.Tensor, training: bool = False) -> tf.Tensor:  # noqa: FBT001, FBT002 - Keras' own signature
            if not training:
                return inputs
            if not inputs.dtype.is_floating:
                return original(inputs, training=training)
            return threefry_dropout(
                inputs, target.rate, _noise_shape(target, inputs), target.seed_generator
            )

        return {"call": call}


def threefry_dropout(
    inputs: tf.Tensor,
    rate: float,
    noise_shape: Sequence[int | tf.Tensor] | None,
    seed: keras.random.SeedGenerator,
) -> tf.Tensor:
    """Return the inputs with a share of `rate` set to zero and the rest scaled up to match.

    Args:
        inputs: a tensor of any shape.
        rate: the share dropped, above 0 and below 1.
        noise_shape: shape of the mask, broadcast over the inputs; None for the inputs' own.
        seed: the layer's SeedGenerator, advanced by one draw.
    """
    state = tf.cast(tf.math.floormod(seed.next(), tf.int32.max - 1), "int32")
    return tf.nn.experimental.stateless_dropout(
        inputs, rate=rate, seed=state, noise_shape=noise_shape, rng_alg="threefry"
    )


def _noise_shape(layer: keras.layers.Layer, inputs: tf.Tensor) -> list[int | tf.Tensor] | None:
    """Return the mask's shape: the layer's, its unknown axes taken from the inputs."""
    wanted = noise_shape(layer, inputs)
    if wanted is None:
        return None
    actual = tf.shape(inputs)
    return [actual[axis] if size is None else size for axis, size in enumerate(wanted)]
