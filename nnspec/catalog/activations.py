"""Activations: functions applied to every element, or along one axis; floor 2.

Classes stand for Keras' functions and carry their names (`relu`, `leaky_relu`); a function's
keyword arguments are the fields, so that `{leaky_relu: 0.1}` needs no layer of its own.
"""

from typing import ClassVar

from pydantic import Field

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import Flag, Integer, NonNegativeNumber, Number, PositiveNumber
from nnspec.shapes import Shape, ShapeError, show


class Activation(CatalogObject, family="activations"):
    """A function between a layer and the next."""

    outputs: ClassVar[str | None] = None
    """What leaves it: "probability" of each unit alone, "distribution" over an axis."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape that leaves the function: the one that entered.

        Raises:
            ShapeError: the function cannot be applied to this shape.
        """
        return shape


class Along(Activation, abstract=True):
    """Works on all elements of one axis together."""

    shorthand = "axis"

    axis: Integer = -1
    """Axis whose elements belong together, batch axis 0; -1 is the last."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the same shape; refuse an axis that it does not have (G309)."""
        if not -len(shape) <= self.axis < len(shape):
            raise ShapeError(
                "G309",
                f"{self.keras_name} works along axis {self.axis}; "
                f"{show(shape)} has {len(shape)} axes, batch included",
                field="axis",
            )
        return shape


class Celu(Activation):
    """Returns x above zero, alpha * (exp(x / alpha) - 1) below."""

    keras_name = "celu"
    shorthand = "alpha"

    alpha: PositiveNumber = 1.0
    """How far below zero the function falls."""


class Elu(Activation):
    """Returns x above zero, alpha * (exp(x) - 1) below."""

    keras_name = "elu"
    shorthand = "alpha"

    alpha: Number = 1.0
    """How far below zero the function falls."""


class Exponential(Activation):
    """Returns exp(x)."""

    keras_name = "exponential"


class Gelu(Activation):
    """Returns x times the probability that a standard normal value is below x."""

    keras_name = "gelu"

    approximate: Flag = False
    """Whether to compute it by tanh, which is faster and slightly off."""


class Glu(Along):
    """Halves an axis: the first half times the sigmoid of the second."""

    keras_name = "glu"

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape with the axis halved; refuse an odd or unknown axis (G309)."""
        axis = self.axis % len(super().infer_shape(shape))
        extent = shape[axis]
        if extent is None or extent % 2:
            found = "unknown" if extent is None else extent
            raise ShapeError(
                "G309",
                f"glu halves axis {axis}, which must be even; it is {found} in {show(shape)}",
                field="axis",
            )
        return (*shape[:axis], extent // 2, *shape[axis + 1 :])


class HardShrink(Activation):
    """Returns x, and 0 within ±threshold."""

    keras_name = "hard_shrink"
    shorthand = "threshold"

    threshold: NonNegativeNumber = 0.5
    """Half the width of the band that becomes 0."""


class HardSigmoid(Activation):
    """Returns x / 6 + 0.5, kept within 0 and 1."""

    keras_name = "hard_sigmoid"
    outputs = "probability"


class HardSilu(Activation):
    """Returns x times the hard sigmoid of x."""

    keras_name = "hard_silu"
    aliases = ("hard_swish",)


class HardTanh(Activation):
    """Returns x, kept within -1 and 1."""

    keras_name = "hard_tanh"


class LeakyRelu(Activation):
    """Returns x above zero, negative_slope * x below."""

    keras_name = "leaky_relu"
    shorthand = "negative_slope"

    negative_slope: Number = 0.2
    """Slope below zero."""


class Linear(Activation):
    """Returns the input unchanged."""

    keras_name = "linear"


class LogSigmoid(Activation):
    """Returns the logarithm of the sigmoid of x."""

    keras_name = "log_sigmoid"


class LogSoftmax(Along):
    """Returns the logarithm of the softmax along an axis."""

    keras_name = "log_softmax"


class Mish(Activation):
    """Returns x * tanh(log(1 + exp(x)))."""

    keras_name = "mish"


class Relu(Activation):
    """Returns x above the threshold and 0 below, unless the arguments say otherwise."""

    keras_name = "relu"

    negative_slope: NonNegativeNumber = 0.0
    """Slope below the threshold."""
    max_value: NonNegativeNumber | None = Field(default=None, examples=[6.0])
    """Largest value returned; without bound if absent."""
    threshold: NonNegativeNumber = 0.0
    """Value below which x is damped."""


class Relu6(Activation):
    """Returns x, kept within 0 and 6."""

    keras_name = "relu6"


class Selu(Activation):
    """Returns the scaled elu that keeps mean 0 and variance 1 from layer to layer.

    Meant for kernels that begin with LecunNormal, and for AlphaDropout in place of Dropout.
    """

    keras_name = "selu"


class Sigmoid(Activation):
    """Returns 1 / (1 + exp(-x)): a probability for each unit alone."""

    keras_name = "sigmoid"
    outputs = "probability"


class Silu(Activation):
    """Returns x times the sigmoid of x."""

    keras_name = "silu"
    aliases = ("swish",)


class SoftShrink(Activation):
    """Moves x towards zero by the threshold, and to 0 within ±threshold."""

    keras_name = "soft_shrink"
    shorthand = "threshold"

    threshold: NonNegativeNumber = 0.5
    """How far values move, and half the width of the band that becomes 0."""


class Softmax(Along):
    """Returns positive values that sum to 1 along an axis: probabilities of classes."""

    keras_name = "softmax"
    outputs = "distribution"


class Softplus(Activation):
    """Returns log(1 + exp(x))."""

    keras_name = "softplus"


class Softsign(Activation):
    """Returns x / (1 + |x|)."""

    keras_name = "softsign"


class SparsePlus(Activation):
    """Returns 0 up to -1, x from 1 on, and (x + 1)² / 4 between."""

    keras_name = "sparse_plus"


class SparseSigmoid(Activation):
    """Returns (x + 1) / 2, kept within 0 and 1."""

    keras_name = "sparse_sigmoid"
    outputs = "probability"


class Sparsemax(Along):
    """Returns values that sum to 1 along an axis, many of them exactly 0."""

    keras_name = "sparsemax"
    outputs = "distribution"


class Squareplus(Activation):
    """Returns (x + sqrt(x² + b)) / 2."""

    keras_name = "squareplus"
    shorthand = "b"

    b: NonNegativeNumber = 4.0
    """Smoothness: 0 gives relu."""


class Step(Activation):
    """Returns 1 where x >= 0 and 0 elsewhere: the threshold unit of the classical perceptron.

    Its gradient is 0 everywhere, so gradient descent cannot train the layers before it; the
    perceptron rule can train the one layer that carries it.
    """

    keras_name = "step"
    beyond_keras = "the perceptron's own activation; threshold(0, 0) returns x, not 1"
    outputs = "probability"


class Tanh(Activation):
    """Returns the hyperbolic tangent of x, within -1 and 1."""

    keras_name = "tanh"


class TanhShrink(Activation):
    """Returns x - tanh(x)."""

    keras_name = "tanh_shrink"


class Threshold(Activation):
    """Returns x above the threshold, and one fixed value elsewhere."""

    keras_name = "threshold"

    threshold: Number = Field(examples=[0.5])
    """Value that x must exceed to be kept."""
    default_value: Number = Field(examples=[0.0])
    """What is returned where x is not kept."""
