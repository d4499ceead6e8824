"""Floor 8, a pass: EinsumDense as one product of two matrices."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Setting, Target
from nnspec.engine.tensorflow.passes.conditions import (
    GIVES_ITS_SHAPE,
    KEEPS_TYPE,
    PLAIN_PRODUCT,
)
from nnspec.engine.tensorflow.passes.sums import biased


class FlatEinsum(Pass):
    """Multiplies (rows, inputs) with (inputs, outputs), all leading axes counted as rows.

    Written with three and more axes, the kernel's gradient becomes one small product for each
    row of the batch, and a sum over them.
    """

    title: ClassVar = "axes folded into one product"
    kinds: ClassVar = (keras.layers.EinsumDense,)
    requires: ClassVar = (
        *PLAIN_PRODUCT,
        Condition(
            "it contracts the inputs' last axes with the kernel's first",
            lambda layer, _: Axes.of(layer.equation) is not None,
        ),
    )
    ensures: ClassVar = (KEEPS_TYPE, GIVES_ITS_SHAPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `call`; inputs with an unknown axis to contract keep Keras' own."""
        del setting
        original, axes = target.call, Axes.of(target.equation)
        assert axes is not None, "what is required holds"

        def call(inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:  # noqa: FBT001 - Keras' own signature
            if None in inputs.shape[axes.rows :]:
                return original(inputs, training=training)
            outputs = _product(inputs, target, axes)
            return outputs if target.activation is None else target.activation(outputs)

        return {"call": call}


@dataclass(frozen=True, slots=True)
class Axes:
    """How an equation such as "abc,cde->abde" splits its axes."""

    rows: int
    """Leading axes of the inputs, which the outputs keep."""
    contracted: int
    """Axes that inputs and kernel share."""

    @classmethod
    def of(cls, equation: str) -> "Axes | None":
        """Return the split; None where the equation is not of this kind."""
        operands, arrow, outputs = equation.replace(" ", "").partition("->")
        inputs, comma, kernel = operands.partition(",")
        if not (arrow and comma) or "." in equation:
            return None
        shared = [one for one in inputs if one in kernel]
        rows, count = inputs[: len(inputs) - len(shared)], len(shared)
        fits = inputs == rows + kernel[:count] and outputs == rows + kernel[count:]
        distinct = len(set(inputs + outputs)) == len(inputs) + len(kernel) - count
        return cls(len(rows), count) if rows and count and fits and distinct else None


def _product(inputs: tf.Tensor, layer: keras.layers.EinsumDense, axes: Axes) -> tf.Tensor:
    """Return kernel and bias applied to (rows ..., contracted ...)."""
    kernel = tf.convert_to_tensor(layer.kernel)
    width, made = prod(kernel.shape[: axes.contracted]), kernel.shape[axes.contracted :]
    flat = tf.reshape(inputs, [-1, width])
    outputs = tf.matmul(flat, tf.reshape(kernel, [width, -1]))
    whole = layer.bias is not None and layer.bias.shape == tuple(made)
    if whole:
        outputs = biased(outputs, tf.reshape(layer.bias, [-1]))
    leading = tf.shape(inputs)[: axes.rows]
    sizes = [size or leading[axis] for axis, size in enumerate(inputs.shape[: axes.rows])]
    outputs = tf.reshape(outputs, [*sizes, *made])
    return outputs if whole or layer.bias is None else outputs + layer.bias
