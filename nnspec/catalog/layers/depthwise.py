"""Convolutions channel by channel, alone or followed by a mixing of channels; floor 2."""

from math import prod
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.constraints import Constraint
from nnspec.catalog.initializers import GlorotUniform, Initializer
from nnspec.catalog.layer import Tensors
from nnspec.catalog.layers.weighted import DepthwiseKernel, OptionalBias
from nnspec.catalog.layers.window import Window, Window1D, Window2D
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Padding, Positive
from nnspec.shapes import Shape, Weight, elements


class Depthwise(Window, DepthwiseKernel, OptionalBias, abstract=True):
    """Convolves each channel with filters of its own."""

    padding: Padding = "valid"
    """What happens at the border: valid keeps whole windows only, same pads with zeros."""

    @model_validator(mode="after")
    def check_equal_steps(self) -> Self:
        """Refuse steps of different lengths, which TensorFlow computes for no channel alone."""
        if len(set(self.strides)) > 1:
            raise PydanticCustomError(
                "contradiction",
                "strides {strides} differ; TensorFlow takes one step for all axes",
                {"strides": str(self.strides), "field": "strides"},
            )
        return self

    def filtered(self, shape: Shape) -> int:
        """Return the number of channels once each has met its filters."""
        return self.window_channels(shape) * self.depth_multiplier

    def depthwise_weight(self, name: str, shape: Shape) -> Weight:
        """Return the filters of the channels: (window, channels, depth_multiplier)."""
        channels = self.window_channels(shape)
        return Weight(name, (*self.kernel_size, channels, self.depth_multiplier))


class DepthwiseOnly(Depthwise, abstract=True):
    """Convolves each channel apart and leaves the channels apart."""

    shorthand = "kernel_size"

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, inner axes after the window, channels * depth_multiplier)."""
        return self.arrange(shape, self.slide(shape, self.padding), self.filtered(shape))

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return kernel (window, channels, depth_multiplier) and bias."""
        shape = inputs[0].shape
        kernel = self.depthwise_weight("kernel", shape)
        return (kernel, *self.bias_weights(self.filtered(shape)))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per weight and window, and the finish."""
        shape = inputs[0].shape
        windows = elements(self.slide(shape, self.padding))
        if windows is None:
            return None
        outputs = windows * self.filtered(shape)
        return 2 * outputs * prod(self.kernel_size) + self.finishing(outputs, biased=self.use_bias)


class Separable(Depthwise, abstract=True):
    """Convolves each channel apart, then mixes the channels at every position."""

    filters: Positive = Field(examples=[32])
    """Number of mixtures: the channels of the output."""
    pointwise_initializer: Initializer = GlorotUniform()
    """Draws the first mixtures."""
    pointwise_regularizer: Regularizer | None = None
    """Penalty on the mixtures."""
    pointwise_constraint: Constraint | None = None
    """Set that the mixtures are kept in."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, inner axes after the window, filters)."""
        self.window_channels(shape)
        return self.arrange(shape, self.slide(shape, self.padding), self.filters)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return both kernels, (window, channels, multiplier) and (1, channels, filters), bias."""
        shape = inputs[0].shape
        point = (*(1,) * self.dimensions, self.filtered(shape), self.filters)
        return (
            self.depthwise_weight("depthwise_kernel", shape),
            Weight("pointwise_kernel", point),
            *self.bias_weights(self.filters),
        )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per weight and window, and the finish."""
        shape = inputs[0].shape
        windows = elements(self.slide(shape, self.padding))
        if windows is None:
            return None
        each = self.filtered(shape) * (prod(self.kernel_size) + self.filters)
        finish = self.finishing(windows * self.filters, biased=self.use_bias)
        return 2 * windows * each + finish


class DepthwiseConv1D(Window1D, DepthwiseOnly):
    """Convolves each channel of a series apart.

    (batch, steps, channels) in, (batch, steps, channels * depth_multiplier) out.
    """


class DepthwiseConv2D(Window2D, DepthwiseOnly):
    """Convolves each channel of images apart.

    (batch, rows, columns, channels) in, (batch, rows, columns, channels * depth_multiplier)
    out.
    """


class SeparableConv1D(Window1D, Separable):
    """Convolves a series channel by channel, then mixes the channels at every step.

    (batch, steps, channels) in, (batch, steps, filters) out.
    """

    aliases = ("SeparableConvolution1D",)


class SeparableConv2D(Window2D, Separable):
    """Convolves images channel by channel, then mixes the channels of every pixel.

    (batch, rows, columns, channels) in, (batch, rows, columns, filters) out.
    """

    aliases = ("SeparableConvolution2D",)
