"""Windows that slide over the inner axes of a series, an image or a volume; floor 2."""

from typing import ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.core import FLOATS
from nnspec.catalog.layers.spatial import AXES, Spatial
from nnspec.catalog.layers.weighted import Kernel, OptionalBias
from nnspec.catalog.types import Pair, Positive, Single, Triple
from nnspec.shapes import Border, Shape, ShapeError, dilated, windowed


def extents(sizes: tuple[int, ...]) -> str:
    """Return the lengths of a window as people write them: 3, or (3, 3)."""
    return str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"


class Window(Spatial, abstract=True):
    """Slides a window over the inner axes and multiplies it with a kernel."""

    passes_mask = False
    consumes = FLOATS

    kernel_size: tuple[Positive, ...]
    """Window extent along each inner axis, in samples."""
    strides: tuple[Positive, ...] = (1,)
    """Step between windows along each inner axis, in samples."""
    dilation_rate: tuple[Positive, ...] = (1,)
    """Distance of the samples within a window along each inner axis."""

    def window_channels(self, shape: Shape) -> int:
        """Return the number of channels that come in (G306 if unknown)."""
        return self.known(shape, self.channel_axis, "for its kernel")

    def slide(self, shape: Shape, border: Border) -> Shape:
        """Return the lengths of the inner axes once the window has slid over them.

        Raises:
            ShapeError: the window is longer than an axis (G305).
        """
        spans = [dilated(*pair) for pair in zip(self.kernel_size, self.dilation_rate, strict=True)]
        inner = self.inner(shape)
        out = tuple(
            windowed(extent, span, step, border)
            for extent, span, step in zip(inner, spans, self.strides, strict=True)
        )
        for axis, left in enumerate(out):
            if left is not None and left < 1:
                self.refuse_window(axis, spans[axis], inner)
        return out

    def refuse_window(self, axis: int, span: int, inner: Shape) -> None:
        """Refuse a window that is longer than an axis."""
        name, extent, rate = AXES[self.dimensions][axis], inner[axis], self.dilation_rate[axis]
        spread = f", {span} {name} long with dilation_rate {rate}," if rate > 1 else ""
        fitting = tuple(
            size if length is None else min(size, (length - 1) // rate + 1)
            for size, length, rate in zip(self.kernel_size, inner, self.dilation_rate, strict=True)
        )
        raise ShapeError(
            "G305",
            f"kernel_size {extents(self.kernel_size)}{spread} does not fit "
            f"the {extent} {name} that come in",
            field="kernel_size",
            hint=f"use at most {extents(fitting)}, or padding: same",
        )


class Stepping(Window, abstract=True):
    """Jumps over samples or spreads them, never both."""

    @model_validator(mode="after")
    def check_steps(self) -> Self:
        """Refuse steps and dilation above 1 together, which no backend computes."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise PydanticCustomError(
                "contradiction",
                "strides {strides} cannot be combined with dilation_rate {dilation}: "
                "one of them must be 1",
                {
                    "strides": extents(self.strides),
                    "dilation": extents(self.dilation_rate),
                    "field": "dilation_rate",
                },
            )
        return self


class Filtering(Stepping, Kernel, OptionalBias, abstract=True):
    """Multiplies windows with a number of kernels that mix all channels."""

    filters: Positive = Field(examples=[32])
    """Number of kernels: the channels of the output."""


class Series(Layer, abstract=True):
    """Takes (batch, steps, channels)."""

    ranks = (3,)
    dimensions: ClassVar[int] = 1


class Images(Layer, abstract=True):
    """Takes (batch, rows, columns, channels)."""

    ranks = (4,)
    dimensions: ClassVar[int] = 2


class Volumes(Layer, abstract=True):
    """Takes (batch, planes, rows, columns, channels)."""

    ranks = (5,)
    dimensions: ClassVar[int] = 3


class Window1D(Series, Window, abstract=True):
    """Slides along the steps of a series."""

    kernel_size: Single = Field(examples=[3])
    """Window extent, in steps."""
    strides: Single = (1,)
    """Distance between window starts, in steps."""
    dilation_rate: Single = (1,)
    """Distance of the samples within a window, in steps; 2 leaves every other out."""


class Window2D(Images, Window, abstract=True):
    """Slides over the rows and columns of images."""

    kernel_size: Pair = Field(examples=[3])
    """Window extent (rows, columns), in pixels."""
    strides: Pair = (1, 1)
    """Distance between window starts (rows, columns), in pixels."""
    dilation_rate: Pair = (1, 1)
    """Distance of the samples within a window (rows, columns); 2 leaves every other out."""


class Window3D(Volumes, Window, abstract=True):
    """Slides through the planes, rows and columns of volumes."""

    kernel_size: Triple = Field(examples=[3])
    """Window extent (planes, rows, columns), in voxels."""
    strides: Triple = (1, 1, 1)
    """Distance between window starts (planes, rows, columns), in voxels."""
    dilation_rate: Triple = (1, 1, 1)
    """Distance of the samples within a window (planes, rows, columns)."""
