"""Reshaping layers: the same elements in other places, padded, cropped or repeated; floor 2.

None of them hands a mask on: it would no longer fit the time axis. All keep the kind of elements.
"""

from math import prod
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.spatial import AXES, Spatial
from nnspec.catalog.margins import Margin, Margin1D, Margins2D, Margins3D
from nnspec.catalog.types import DataFormat, Pair, Positive, Triple
from nnspec.shapes import Shape, ShapeError, elements, show

Extent = Positive | Literal[-1]


class Rearranged(Layer, abstract=True):
    """Moves elements without changing them."""

    produces = None
    passes_mask = False

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return zero: elements are only moved."""
        del inputs
        return 0


class Reshape(Rearranged):
    """Lays the elements of each row out in another shape: (batch, ...) in and out.

    As many elements leave as come in, in the same order: the last axis runs fastest.
    """

    shorthand = "target_shape"

    target_shape: tuple[Extent, ...] = Field(examples=[[7, 7, 16]])
    """Lengths of the axes behind the batch; one of them may be -1, which takes what is left."""

    @model_validator(mode="after")
    def check_free_axes(self) -> Self:
        """Refuse more than one free axis."""
        if self.target_shape.count(-1) > 1:
            raise PydanticCustomError(
                "free_axes",
                "target_shape may hold -1 once; got {shape}",
                {"shape": list(self.target_shape)},
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the target, its free axis filled in (G304 if the elements do not fit).

        Source: Keras 3.15, keras/src/ops/operation_utils.py, compute_reshape_output_shape: with an
        unknown axis in the input the free axis stays unknown; what then cannot come out whole,
        Keras finds out in the first step.
        """
        fixed = prod(extent for extent in self.target_shape if extent != -1)
        known = prod(extent for extent in shape[1:] if extent is not None)
        free, whole = -1 in self.target_shape, None not in shape[1:]
        if free and whole and known % fixed:
            raise self.unfit(shape, f"a multiple of {fixed} elements; {known} come in")
        if not free and (fixed % known or (whole and fixed != known)):
            some = "" if whole else "a multiple of "
            raise self.unfit(shape, f"{fixed} elements; {some}{known} come in")
        rest = known // fixed if whole else None
        return (shape[0], *(rest if extent == -1 else extent for extent in self.target_shape))

    def unfit(self, shape: Shape, expected: str) -> ShapeError:
        """Return the error (G304) for a target that holds another number of elements."""
        count = elements(shape[1:])
        return ShapeError(
            "G304",
            f"target_shape {show((None, *self.target_shape))} holds {expected} as {show(shape)}",
            field="target_shape",
            hint=f"use lengths whose product is {count}, or -1 for one of them"
            if count
            else "use -1 for one of the lengths",
        )


class Flatten(Rearranged):
    """Lays all elements of a row out along one axis: (batch, ...) in, (batch, elements) out."""

    data_format: DataFormat | None = None
    """channels_first: the channels, behind the batch, are moved last before flattening."""

    def arguments(self) -> dict[str, object]:
        """Return Keras' arguments; an absent data_format never falls to Keras' settings file."""
        return super().arguments() | {"data_format": self.data_format or "channels_last"}

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, elements)."""
        return (shape[0], elements(shape[1:]))


class Permute(Rearranged):
    """Reorders the axes behind the batch.

    With dims: [2, 1], (batch, rows, columns) in, (batch, columns, rows) out.
    """

    shorthand = "dims"

    dims: tuple[Positive, ...] = Field(examples=[[2, 1]])
    """For each axis that leaves, the axis it was; the first behind the batch is 1."""

    @model_validator(mode="after")
    def check_permutation(self) -> Self:
        """Refuse dims that are not each of 1 ... n once."""
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise PydanticCustomError(
                "permutation",
                "dims must hold each of 1 to {count} once; got {dims}",
                {"count": len(self.dims), "dims": list(self.dims)},
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Reorder the axes (G301 if their number differs)."""
        if len(shape) != len(self.dims) + 1:
            raise ShapeError(
                "G301",
                f"dims {list(self.dims)} orders {len(self.dims)} axes behind the batch; "
                f"{show(shape)} has {len(shape) - 1}",
                field="dims",
                hint=f"name each of 1 to {len(shape) - 1} once",
            )
        return (shape[0], *(shape[axis] for axis in self.dims))


class RepeatVector(Rearranged):
    """Repeats a vector along a new time axis: (batch, features) in, (batch, n, features) out."""

    shorthand = "n"
    ranks = (2,)

    n: Positive = Field(examples=[8])
    """Number of repetitions, in time steps."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Insert the time axis."""
        return (shape[0], self.n, shape[1])


class UpSampling1D(Layer):
    """Repeats every time step: (batch, steps, channels) in, (batch, steps * size, channels) out."""

    shorthand = "size"
    ranks = (3,)
    produces = None
    passes_mask = False

    size: Positive = 2
    """Number of repetitions of each step."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Multiply the steps."""
        return (shape[0], stretched(shape[1], self.size), shape[2])


class Enlarged(Spatial, abstract=True):
    """Multiplies the lengths of the inner axes."""

    shorthand = "size"
    produces = None
    passes_mask = False

    size: tuple[int, ...]
    """Factor on each inner axis, in the order of the axes."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Multiply the inner axes."""
        inner = self.inner(shape)
        larger = tuple(stretched(*pair) for pair in zip(inner, self.size, strict=True))
        return self.arrange(shape, larger, shape[self.channel_axis])


class UpSampling2D(Enlarged):
    """Enlarges images by a factor on rows and columns.

    (batch, rows, columns, channels) in, (batch, rows * size, columns * size, channels) out.
    """

    ranks = (4,)
    dimensions = 2

    size: Pair = (2, 2)
    """Factor on (rows, columns)."""
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] = "nearest"
    """How pixels between the old ones are found; nearest repeats."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Multiply rows and columns; all but nearest need to know them (G306)."""
        if self.interpolation != "nearest" and None in self.inner(shape):
            raise ShapeError(
                "G306",
                f"interpolation: {self.interpolation} needs rows and columns; "
                f"they are unknown in {show(shape)}",
                field="interpolation",
                hint="use interpolation: nearest, or give the lengths in Input",
            )
        return super().infer_shape(shape)


class UpSampling3D(Enlarged):
    """Enlarges volumes by repetition: (batch, planes, rows, columns, channels) in and out.

    Planes, rows and columns leave size times as long.
    """

    ranks = (5,)
    dimensions = 3

    size: Triple = (2, 2, 2)
    """Factor on (planes, rows, columns)."""


class Padded(Spatial, abstract=True):
    """Adds zeros around the inner axes."""

    shorthand = "padding"
    produces = None
    passes_mask = False

    def widened(self, shape: Shape, margins: tuple[Margin, ...]) -> Shape:
        """Return the shape with a margin (before, after) on each inner axis."""
        inner = self.inner(shape)
        wider = tuple(
            None if extent is None else extent + before + after
            for extent, (before, after) in zip(inner, margins, strict=True)
        )
        return self.arrange(shape, wider, shape[self.channel_axis])


class ZeroPadding1D(Padded):
    """Adds zeros before and after a series: (batch, steps, channels) in and out."""

    ranks = (3,)
    dimensions = 1

    padding: Margin1D = (1, 1)
    """Zeros (before, after), in time steps."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Lengthen the steps."""
        return self.widened(shape, (self.padding,))


class ZeroPadding2D(Padded):
    """Adds a frame of zeros to images: (batch, rows, columns, channels) in and out."""

    ranks = (4,)
    dimensions = 2

    padding: Margins2D = ((1, 1), (1, 1))
    """Zeros ((top, bottom), (left, right)), in pixels; a number per axis stands for both ends."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Lengthen rows and columns."""
        return self.widened(shape, self.padding)


class ZeroPadding3D(Padded):
    """Adds zeros around volumes: (batch, planes, rows, columns, channels) in and out."""

    ranks = (5,)
    dimensions = 3

    padding: Margins3D = ((1, 1), (1, 1), (1, 1))
    """Zeros (before, after) on planes, rows, columns; a number per axis stands for both ends."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Lengthen the inner axes."""
        return self.widened(shape, self.padding)


class Cropped(Rearranged, abstract=True):
    """Cuts the ends off inner axes."""

    shorthand = "cropping"

    def narrowed(self, inner: Shape, margins: tuple[Margin, ...]) -> Shape:
        """Return the inner axes less their margins (G303 if nothing is left of one)."""
        names = AXES[len(margins)]
        return tuple(self.narrowed_axis(*axis) for axis in zip(names, inner, margins, strict=True))

    def narrowed_axis(self, name: str, extent: int | None, margin: Margin) -> int | None:
        """Return the length of one axis less its margin (G303 if nothing is left)."""
        if extent is None:
            return None
        left = extent - sum(margin)
        if left < 1:
            raise ShapeError(
                "G303",
                f"cropping {margin} leaves nothing of {extent} {name}",
                field="cropping",
                hint=f"cut at most {extent - 1} {name} in all",
            )
        return left


class Cropping1D(Cropped):
    """Cuts steps off both ends of a series: (batch, steps, channels) in and out."""

    ranks = (3,)

    cropping: Margin1D = (1, 1)
    """Steps to cut (before, after)."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Shorten the steps."""
        return (shape[0], *self.narrowed(shape[1:2], (self.cropping,)), shape[2])


class Cropping2D(Cropped, Spatial):
    """Cuts the frame off images: (batch, rows, columns, channels) in and out."""

    ranks = (4,)
    dimensions = 2

    cropping: Margins2D = ((0, 0), (0, 0))
    """Pixels to cut ((top, bottom), (left, right)); a number per axis stands for both ends."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Shorten rows and columns."""
        inner = self.narrowed(self.inner(shape), self.cropping)
        return self.arrange(shape, inner, shape[self.channel_axis])


class Cropping3D(Cropped, Spatial):
    """Cuts the outside off volumes: (batch, planes, rows, columns, channels) in and out."""

    ranks = (5,)
    dimensions = 3

    cropping: Margins3D = ((1, 1), (1, 1), (1, 1))
    """Cut (before, after) on planes, rows, columns; a number per axis stands for both ends."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Shorten the inner axes."""
        inner = self.narrowed(self.inner(shape), self.cropping)
        return self.arrange(shape, inner, shape[self.channel_axis])


def stretched(extent: int | None, factor: int) -> int | None:
    """Return the length of an axis times a factor, None while it is unknown."""
    return None if extent is None else extent * factor
