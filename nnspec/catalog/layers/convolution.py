"""Convolutions: windows multiplied with trained kernels; floor 2.

Shapes: Keras 3.15, keras/src/ops/operation_utils.py, compute_conv_output_shape.
"""

from math import gcd, prod
from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Tensors
from nnspec.catalog.layers.window import Filtering, Window1D, Window2D, Window3D
from nnspec.catalog.types import Padding, Positive
from nnspec.shapes import Border, Shape, ShapeError, Weight, elements


class Convolution(Filtering, abstract=True):
    """Multiplies every window with each of a number of kernels."""

    padding: Border = "valid"
    """What happens at the border: valid keeps whole windows only, same pads with zeros."""
    groups: Positive = 1
    """Number of groups that channels and filters are divided into, each convolved apart."""

    @model_validator(mode="after")
    def check_groups(self) -> Self:
        """Refuse filters that cannot be divided into the groups."""
        if self.filters % self.groups:
            raise PydanticCustomError(
                "contradiction",
                "{filters} filters cannot be divided into {groups} groups",
                {"filters": self.filters, "groups": self.groups, "field": "groups"},
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, inner axes after the window, filters)."""
        channels = self.window_channels(shape)
        if channels % self.groups:
            raise ShapeError(
                "G304",
                f"the {channels} channels that come in cannot be divided into {self.groups} groups",
                field="groups",
                hint=f"use a divisor of {channels}, such as {gcd(channels, self.filters)}",
            )
        return self.arrange(shape, self.slide(shape, self.padding), self.filters)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return kernel (window, channels of a group, filters) and bias (filters)."""
        channels = self.window_channels(inputs[0].shape)
        kernel = Weight("kernel", (*self.kernel_size, channels // self.groups, self.filters))
        return (kernel, *self.bias_weights(self.filters))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per weight and window, and the finish."""
        shape = inputs[0].shape
        windows = elements(self.slide(shape, self.padding))
        if windows is None:
            return None
        outputs = windows * self.filters
        each = prod(self.kernel_size) * self.window_channels(shape) // self.groups
        return 2 * outputs * each + self.finishing(outputs, biased=self.use_bias)


class Conv1D(Window1D, Convolution):
    """Convolves a series: (batch, steps, channels) in, (batch, steps, filters) out.

    A step leaves for each place of the window: fewer with strides or padding: valid.
    """

    aliases = ("Convolution1D",)

    padding: Border = "valid"
    """What happens at the ends: valid keeps whole windows only, same pads both ends with zeros,
    causal pads the beginning only, so that no output depends on later steps."""


class Conv2D(Window2D, Convolution):
    """Convolves images with trained windows.

    (batch, rows, columns, channels) in, (batch, rows, columns, filters) out: a row and a column
    for each place of the window, fewer with strides or padding: valid.
    """

    aliases = ("Convolution2D",)

    padding: Padding = "valid"
    """What happens at the border: valid keeps whole windows only, same pads with zeros."""


class Conv3D(Window3D, Convolution):
    """Convolves volumes with trained windows.

    (batch, planes, rows, columns, channels) in, (batch, planes, rows, columns, filters) out:
    one position for each place of the window, fewer with strides or padding: valid.
    """

    aliases = ("Convolution3D",)

    padding: Padding = "valid"
    """What happens at the border: valid keeps whole windows only, same pads with zeros."""
