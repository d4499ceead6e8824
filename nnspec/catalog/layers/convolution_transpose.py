"""Transposed convolutions: every sample spreads over a window; floor 2.

Shapes: Keras 3.15, keras/src/backend/common/backend_utils.py,
compute_conv_transpose_output_shape.
"""

from math import prod
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Tensors
from nnspec.catalog.layers.window import Filtering, Window1D, Window2D, Window3D, extents
from nnspec.catalog.types import Broadcast, NonNegative, Padding
from nnspec.shapes import Shape, Weight, dilated, elements

Extra1D = Annotated[tuple[NonNegative], Broadcast(1)]
Extra2D = Annotated[tuple[NonNegative, NonNegative], Broadcast(2)]
Extra3D = Annotated[tuple[NonNegative, NonNegative, NonNegative], Broadcast(3)]


class Transposed(Filtering, abstract=True):
    """Spreads every sample over a window of the output, which grows by the strides."""

    padding: Padding = "valid"
    """Where the output ends: valid keeps every window whole, same gives strides times the input."""
    output_padding: tuple[NonNegative, ...] | None = None
    """Samples added at the end of each inner axis, fewer than the strides."""

    @model_validator(mode="after")
    def check_output_padding(self) -> Self:
        """Refuse an output_padding that is not below the strides, or leaves a window out."""
        if self.output_padding is None:
            return self
        steps = zip(self.kernel_size, self.dilation_rate, self.strides, strict=True)
        for extra, (size, rate, step) in zip(self.output_padding, steps, strict=True):
            low = 1 if self.needs_extra(dilated(size, rate)) else 0
            if not low <= extra < step:
                fitting = f"it can be from {low} to {step - 1}" if low < step else "leave it out"
                raise PydanticCustomError(
                    "contradiction",
                    "output_padding {extra} does not go with kernel_size {size} and "
                    "strides {strides}: {fitting}",
                    {
                        "extra": extents(self.output_padding),
                        "size": extents(self.kernel_size),
                        "strides": extents(self.strides),
                        "fitting": fitting,
                        "field": "output_padding",
                    },
                )
        return self

    def needs_extra(self, span: int) -> bool:
        """Tell whether TensorFlow refuses an output_padding of 0 for a window of this length.

        With padding: same the output is (input - 1) * strides + span % 2 + output_padding, one
        sample too short to give the input back.
        """
        return self.padding == "same" and span % 2 == 0

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, inner axes after the spreading, filters)."""
        self.window_channels(shape)
        return self.arrange(shape, self.spread(self.inner(shape)), self.filters)

    def spread(self, inner: Shape) -> Shape:
        """Return the lengths of the inner axes of the output."""
        extra = self.output_padding or (None,) * self.dimensions
        spans = [dilated(*pair) for pair in zip(self.kernel_size, self.dilation_rate, strict=True)]
        sizes = zip(inner, spans, self.strides, extra, strict=True)
        return tuple(self.spread_axis(*size) for size in sizes)

    def spread_axis(
        self, extent: int | None, span: int, step: int, extra: int | None
    ) -> int | None:
        """Return the length of one axis of the output, in samples."""
        if extent is None:
            return None
        if self.padding == "valid":
            tail = max(step - span, 0) if extra is None else extra
            return (extent - 1) * step + span + tail
        if extra is None:
            return extent * step
        return (extent - 1) * step + span % 2 + extra

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return kernel (window, filters, channels) and bias (filters)."""
        channels = self.window_channels(inputs[0].shape)
        kernel = Weight("kernel", (*self.kernel_size, self.filters, channels))
        return (kernel, *self.bias_weights(self.filters))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per weight and sample, and the finish."""
        shape = inputs[0].shape
        samples, outputs = elements(self.inner(shape)), elements(self.spread(self.inner(shape)))
        if samples is None or outputs is None:
            return None
        weights = prod(self.kernel_size) * self.window_channels(shape) * self.filters
        return 2 * samples * weights + self.finishing(outputs * self.filters, biased=self.use_bias)


class Conv1DTranspose(Window1D, Transposed):
    """Stretches a series: (batch, steps, channels) in, (batch, steps * strides, filters) out."""

    aliases = ("Convolution1DTranspose",)

    output_padding: Extra1D | None = Field(default=None, examples=[1])
    """Steps added at the end, fewer than the strides; as padding asks if absent."""


class Conv2DTranspose(Window2D, Transposed):
    """Enlarges images: every pixel spreads over a trained window.

    (batch, rows, columns, channels) in, (batch, rows * strides, columns * strides, filters) out
    with padding: same.
    """

    aliases = ("Convolution2DTranspose",)

    output_padding: Extra2D | None = Field(default=None, examples=[1])
    """Rows and columns added at the end, fewer than the strides; as padding asks if absent."""


class Conv3DTranspose(Window3D, Transposed):
    """Enlarges volumes: every voxel spreads over a trained window.

    (batch, planes, rows, columns, channels) in, (batch, planes * strides, rows * strides,
    columns * strides, filters) out with padding: same.
    """

    aliases = ("Convolution3DTranspose",)

    output_padding: Extra3D | None = Field(default=None, examples=[1])
    """Planes, rows and columns added at the end, fewer than the strides; as padding asks if
    absent."""
