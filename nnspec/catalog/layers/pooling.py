"""Pooling: windows, or all positions, summed up in one value per channel; floor 2.

Shapes: Keras 3.15, keras/src/ops/operation_utils.py, compute_pooling_output_shape.
"""

from math import prod

from pydantic import Field

from nnspec.catalog.layer import Tensors
from nnspec.catalog.layers.core import FLOATS, NUMERIC
from nnspec.catalog.layers.spatial import AXES, Spatial
from nnspec.catalog.layers.window import Images, Series, Volumes, extents
from nnspec.catalog.types import Flag, Padding, Pair, Positive, Single, Triple
from nnspec.shapes import Shape, ShapeError, elements, windowed


class Pooling(Spatial, abstract=True):
    """Sums up the inner axes, channel by channel."""

    passes_mask = False
    consumes = FLOATS


class WindowPooling(Pooling, abstract=True):
    """Sums up the windows that slide over the inner axes."""

    shorthand = "pool_size"

    pool_size: tuple[Positive, ...]
    """Window extent along each inner axis, in samples."""
    strides: tuple[Positive, ...] | None = None
    """Step between windows along each inner axis; the window extent if absent."""
    padding: Padding = "valid"
    """What happens at the border: valid keeps whole windows only, same pads."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, windows, channels)."""
        inner = self.inner(shape)
        steps = self.strides or self.pool_size
        out = tuple(
            windowed(extent, window, step, self.padding)
            for extent, window, step in zip(inner, self.pool_size, steps, strict=True)
        )
        for axis, left in enumerate(out):
            if left is not None and left < 1:
                self.refuse_window(axis, inner)
        return self.arrange(shape, out, shape[self.channel_axis])

    def refuse_window(self, axis: int, inner: Shape) -> None:
        """Refuse a window that is longer than an axis (G305)."""
        fitting = tuple(
            size if extent is None else min(size, extent)
            for size, extent in zip(self.pool_size, inner, strict=True)
        )
        raise ShapeError(
            "G305",
            f"pool_size {extents(self.pool_size)} does not fit "
            f"the {inner[axis]} {AXES[self.dimensions][axis]} that come in",
            field="pool_size",
            hint=f"use at most {extents(fitting)}, or padding: same",
        )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return one per sample of each window."""
        count = elements(self.infer_shape(inputs[0].shape)[1:])
        return None if count is None else count * prod(self.pool_size)


class WindowPooling1D(Series, WindowPooling, abstract=True):
    """Sums up windows of a series."""

    pool_size: Single = Field(examples=[2])
    """Window extent, in steps."""
    strides: Single | None = Field(default=None, examples=[2])
    """Distance between window starts, in steps; the window extent if absent."""


class WindowPooling2D(Images, WindowPooling, abstract=True):
    """Sums up windows of images."""

    pool_size: Pair = Field(examples=[2])
    """Window extent (rows, columns), in pixels."""
    strides: Pair | None = Field(default=None, examples=[2])
    """Distance between window starts (rows, columns), in pixels; the window extent if absent."""


class WindowPooling3D(Volumes, WindowPooling, abstract=True):
    """Sums up windows of volumes."""

    pool_size: Triple = Field(examples=[2])
    """Window extent (planes, rows, columns), in voxels."""
    strides: Triple | None = Field(default=None, examples=[2])
    """Distance between window starts (planes, rows, columns); the window extent if absent."""


class MaxPooling1D(WindowPooling1D):
    """Keeps the largest value of each window of a series.

    (batch, steps, channels) in, (batch, windows, channels) out.
    """

    aliases = ("MaxPool1D",)
    consumes = ("float", "integer")
    produces = None

    pool_size: Single = (2,)
    """Window extent, in steps."""


class MaxPooling2D(WindowPooling2D):
    """Keeps the largest value of each window: (batch, rows, columns, channels) in and out.

    A row or column leaves for each window along it: half as many with pool_size: 2.
    """

    aliases = ("MaxPool2D",)
    consumes = ("float", "integer")
    produces = None

    pool_size: Pair = (2, 2)
    """Window extent (rows, columns), in pixels."""


class MaxPooling3D(WindowPooling3D):
    """Keeps the largest value of each window of volumes.

    (batch, planes, rows, columns, channels) in and out: a plane, row or column leaves for each
    window along it, half as many with pool_size: 2.
    """

    uncomputed = ("float64",)
    aliases = ("MaxPool3D",)

    pool_size: Triple = (2, 2, 2)
    """Window extent (planes, rows, columns), in voxels."""


class AveragePooling1D(WindowPooling1D):
    """Averages each window: (batch, steps, channels) in, (batch, windows, channels) out."""

    aliases = ("AvgPool1D",)


class AveragePooling2D(WindowPooling2D):
    """Averages each window: (batch, rows, columns, channels) in and out.

    A row or column leaves for each window along it: half as many with pool_size: 2.
    """

    aliases = ("AvgPool2D",)


class AveragePooling3D(WindowPooling3D):
    """Averages each window: (batch, planes, rows, columns, channels) in and out.

    A plane, row or column leaves for each window along it: half as many with pool_size: 2.
    """

    aliases = ("AvgPool3D",)


class GlobalPooling(Pooling, abstract=True):
    """Sums up all positions of each channel."""

    consumes = NUMERIC

    keepdims: Flag = False
    """Whether the inner axes stay, with length 1."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, channels), or inner axes of length 1 between."""
        inner = (1,) * self.dimensions if self.keepdims else ()
        return self.arrange(shape, inner, shape[self.channel_axis])

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return one per element that comes in."""
        return elements(inputs[0].shape[1:])


class GlobalMaxPooling1D(Series, GlobalPooling):
    """Keeps the largest value of each channel of a series.

    (batch, steps, channels) in, (batch, channels) out.
    """

    aliases = ("GlobalMaxPool1D",)
    produces = None


class GlobalMaxPooling2D(Images, GlobalPooling):
    """Keeps the largest value of each channel of images.

    (batch, rows, columns, channels) in, (batch, channels) out.
    """

    aliases = ("GlobalMaxPool2D",)
    produces = None


class GlobalMaxPooling3D(Volumes, GlobalPooling):
    """Keeps the largest value of each channel of volumes.

    (batch, planes, rows, columns, channels) in, (batch, channels) out.
    """

    aliases = ("GlobalMaxPool3D",)
    produces = None


class GlobalAveragePooling1D(Series, GlobalPooling):
    """Averages each channel over the steps, masked ones left out.

    (batch, steps, channels) in, (batch, channels) out.
    """

    aliases = ("GlobalAvgPool1D",)


class GlobalAveragePooling2D(Images, GlobalPooling):
    """Averages each channel over rows and columns.

    (batch, rows, columns, channels) in, (batch, channels) out.
    """

    aliases = ("GlobalAvgPool2D",)


class GlobalAveragePooling3D(Volumes, GlobalPooling):
    """Averages each channel over planes, rows and columns.

    (batch, planes, rows, columns, channels) in, (batch, channels) out.
    """

    aliases = ("GlobalAvgPool3D",)


class AdaptivePooling(Pooling, abstract=True):
    """Divides the inner axes into a given number of windows and sums each of them up."""

    shorthand = "output_size"

    output_size: tuple[Positive, ...]
    """Number of windows along each inner axis."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, output_size, channels)."""
        first = 2 if self.channel_axis == 1 else 1
        for index, size in enumerate(self.output_size):
            extent = self.known(shape, first + index, "to divide it into windows")
            if size == 1 or extent == 1:
                self.refuse_single(index, extent)
        return self.arrange(shape, self.output_size, shape[self.channel_axis])

    def refuse_single(self, index: int, extent: int) -> None:
        """Refuse an axis of one window, or of one sample (G305).

        Source: Keras 3.15, keras/src/backend/tensorflow/nn.py, _adaptive_average_pool1d: windows
        one sample longer than needed are computed too, and here those exceed the axis.
        """
        raise ShapeError(
            "G305",
            f"output_size {extents(self.output_size)} cannot be computed for "
            f"the {extent} {AXES[self.dimensions][index]} that come in: "
            "both must be at least 2",
            field="output_size",
            hint="use a global pooling layer, or MaxPooling or AveragePooling",
        )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return one per sample of each window, which may overlap by one sample."""
        shape = inputs[0].shape
        counts = [
            sum(-(-(index + 1) * extent // size) - index * extent // size for index in range(size))
            for extent, size in zip(self.inner(shape), self.output_size, strict=True)
            if extent is not None
        ]
        channels = shape[self.channel_axis]
        return None if channels is None else channels * prod(counts)


class AdaptiveMaxPooling1D(Series, AdaptivePooling):
    """Keeps the largest value of each of output_size windows.

    (batch, steps, channels) in, (batch, output_size, channels) out.
    """

    consumes = ("float", "integer")
    produces = None

    output_size: Single = Field(examples=[4])
    """Number of steps of the output."""


class AdaptiveAveragePooling1D(Series, AdaptivePooling):
    """Averages each of output_size windows.

    (batch, steps, channels) in, (batch, output_size, channels) out.
    """

    output_size: Single = Field(examples=[4])
    """Number of steps of the output."""


class AdaptiveMaxPooling2D(Images, AdaptivePooling):
    """Keeps the largest value of each of output_size windows.

    (batch, rows, columns, channels) in and out, with as many rows and columns as output_size
    says.
    """

    consumes = ("float", "integer")
    produces = None

    output_size: Pair = Field(examples=[4])
    """Rows and columns of the output."""


class AdaptiveAveragePooling2D(Images, AdaptivePooling):
    """Averages each of output_size windows: (batch, rows, columns, channels) in and out.

    As many rows and columns leave as output_size says.
    """

    output_size: Pair = Field(examples=[4])
    """Rows and columns of the output."""


class AdaptiveMaxPooling3D(Volumes, AdaptivePooling):
    """Keeps the largest value of each of output_size windows of volumes.

    (batch, planes, rows, columns, channels) in and out, with inner axes as long as output_size
    says.
    """

    uncomputed = ("float64",)
    output_size: Triple = Field(examples=[4])
    """Planes, rows and columns of the output."""


class AdaptiveAveragePooling3D(Volumes, AdaptivePooling):
    """Averages each of output_size windows of volumes.

    (batch, planes, rows, columns, channels) in and out, with inner axes as long as output_size
    says.
    """

    output_size: Triple = Field(examples=[4])
    """Planes, rows and columns of the output."""
