"""Preprocessing of numbers: scaling, bins and codes inside the network; floor 2.

Nothing here is fitted to data: what a layer of Keras would learn through `adapt` is written in
the spec, or learned by the data section instead.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.axes import check_axes
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.types import Axes, Flag, NonNegativeNumber, Number, Positive
from nnspec.shapes import Shape, ShapeError, Tensor, Weight, show

Numbers = Number | tuple[Number, ...] | tuple[tuple[Number, ...], ...]
Spreads = (
    NonNegativeNumber | tuple[NonNegativeNumber, ...] | tuple[tuple[NonNegativeNumber, ...], ...]
)
CodeMode = Literal["int", "one_hot", "multi_hot", "count"]
NOT_SPARSE = "few layers take sparse tensors, and none of the data sections gives them"


def contradiction(message: str, field: str) -> PydanticCustomError:
    """Return the error for arguments that exclude each other; the field is the one to change."""
    return PydanticCustomError("contradiction", "{reason}", {"reason": message, "field": field})


def extents_of(values: object) -> Shape:
    """Return the shape of a number, a list of numbers, or a list of lists."""
    if not isinstance(values, tuple):
        return ()
    return (len(values), *(extents_of(values[0]) if values else ()))


class Rescaling(Layer):
    """Computes inputs * scale + offset: (batch, ...) in and out."""

    shorthand = "scale"
    consumes = NUMERIC

    scale: Number | tuple[Number, ...] = Field(examples=[0.004])
    """Factor, or one per element of the last axis."""
    offset: Number | tuple[Number, ...] = 0.0
    """What is added, or one number per element of the last axis."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the same shape (G304 if the numbers do not fit the last axis)."""
        for field, value in (("scale", self.scale), ("offset", self.offset)):
            if isinstance(value, tuple) and len(value) not in (1, shape[-1]):
                raise ShapeError(
                    "G304",
                    f"{field} holds {len(value)} numbers; the last axis of {show(shape)} "
                    f"has length {'?' if shape[-1] is None else shape[-1]}",
                    field=field,
                )
        return shape

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per element."""
        once = super().infer_operations(inputs)
        return None if once is None else 2 * once


class Normalization(Layer):
    """Subtracts a mean and divides by a standard deviation: (batch, ...) in and out.

    What leaves has no units: its mean is 0 and its deviation 1.
    """

    consumes = NUMERIC

    axis: Axes | None = -1
    """Axes that have a mean and variance per element, batch axis 0; null: one for all."""
    mean: Numbers | None = Field(default=None, examples=[0.0])
    """Mean to subtract, shaped as the axes; 0 until weights are loaded if absent."""
    variance: Spreads | None = Field(default=None, examples=[1.0])
    """Variance, whose root is divided by, shaped as the mean; 1 until weights are loaded."""
    invert: Flag = False
    """Whether to multiply by the deviation and add the mean instead."""

    @model_validator(mode="after")
    def check_moments(self) -> Self:
        """Refuse a mean without variance, and shapes that differ or have too many axes."""
        if (self.mean is None) != (self.variance is None):
            field = "variance" if self.variance is None else "mean"
            raise contradiction("mean and variance are given both, or neither", field)
        mean, variance = extents_of(self.mean), extents_of(self.variance)
        if mean != variance:
            raise contradiction(
                f"mean has shape {list(mean)}, variance {list(variance)}", "variance"
            )
        if len(mean) > len(self.kept_axes):
            raise contradiction(
                f"mean has {len(mean)} axes; axis names {len(self.kept_axes)}", "mean"
            )
        return self

    @property
    def kept_axes(self) -> tuple[int, ...]:
        """Return the axes that have a mean and variance per element."""
        if self.axis is None:
            return ()
        return (self.axis,) if isinstance(self.axis, int) else self.axis

    def kept(self, shape: Shape) -> tuple[int, ...]:
        """Return the lengths of the axes with a mean and variance per element."""
        axes = check_axes(self.kept_axes, shape)
        ordered = sorted(axis % len(shape) for axis in axes)
        return tuple(self.known(shape, axis, "for its mean") for axis in ordered)

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the same shape (G304 if the mean does not fit its axes)."""
        kept, mean = self.kept(shape), extents_of(self.mean)
        for given, wanted in zip(reversed(mean), reversed(kept), strict=False):
            if given not in (1, wanted):
                raise ShapeError(
                    "G304",
                    f"mean holds {given} numbers; the axis has length {wanted} in {show(shape)}",
                    field="mean",
                )
        return shape

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return mean, variance and the number of rows seen, unless mean and variance are given."""
        if self.mean is not None:
            return ()
        kept = self.kept(inputs[0].shape)
        return (
            Weight("mean", kept, trainable=False),
            Weight("variance", kept, trainable=False),
            Weight("count", (), trainable=False),
        )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a subtraction and a division per element."""
        once = super().infer_operations(inputs)
        return None if once is None else 2 * once


class Discretization(Layer):
    """Replaces numbers by the bin they fall into: (batch, ...) in and out.

    Bins count from 0, below the first boundary. one_hot makes a code of each, as long as there
    are bins; multi_hot and count make one code of all numbers along axis 1.
    """

    shorthand = "bin_boundaries"
    passes_mask = False
    consumes = NUMERIC
    omitted: ClassVar[Mapping[str, str]] = {
        "num_bins": "bins of a number alone would have to be fitted; the boundaries are written",
        "epsilon": "accuracy of a fit that does not take place",
        "sparse": NOT_SPARSE,
    }
    additions: ClassVar[Mapping[str, str]] = {
        "trainable": "the layer has no weights; Keras takes no such argument here"
    }
    fixed: ClassVar[Mapping[str, object]] = {"epsilon": 0.01}

    bin_boundaries: Annotated[tuple[Number, ...], Field(min_length=1)] = Field(
        examples=[[0.0, 1.0, 10.0]]
    )
    """Boundaries between the bins, ascending; n of them make n + 1 bins."""
    output_mode: CodeMode = "int"
    """int: the bin; one_hot: an axis with 1 at the bin; multi_hot, count: bins of all of axis 1."""

    @model_validator(mode="after")
    def check_boundaries(self) -> Self:
        """Refuse boundaries that do not ascend."""
        if list(self.bin_boundaries) != sorted(set(self.bin_boundaries)):
            raise contradiction(
                f"bin_boundaries must ascend; got {list(self.bin_boundaries)}", "bin_boundaries"
            )
        return self

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the bins, whole numbers or codes."""
        (out,) = super().infer_tensors(inputs)
        return (Tensor(out.shape, "integer" if self.output_mode == "int" else "float"),)

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape of the codes.

        Source: Keras 3.15, keras/src/layers/preprocessing/discretization.py,
        compute_output_shape.
        """
        depth = len(self.bin_boundaries) + 1
        if self.output_mode == "int":
            return shape
        if self.output_mode == "one_hot":
            return one_hot(self, shape, depth)
        if len(shape) < 2:  # noqa: PLR2004  batch and the axis that is gathered
            raise wrong_rank(self, shape)
        return (shape[0], *shape[2:], depth)


class CategoryEncoding(Layer):
    """Turns whole numbers below num_tokens into codes of zeros and ones, or counts.

    (batch, numbers) in, (batch, num_tokens) out: one code for all numbers of a row. one_hot
    makes a code of each number, (batch, numbers, num_tokens), and takes any number of axes.
    """

    shorthand = "num_tokens"
    passes_mask = False
    consumes = NUMERIC
    omitted: ClassVar[Mapping[str, str]] = {"sparse": NOT_SPARSE}

    num_tokens: Positive = Field(examples=[10])
    """Number of categories; the numbers that come in are below it."""
    output_mode: Literal["one_hot", "multi_hot", "count"] = "multi_hot"
    """one_hot: a code per number; multi_hot: one per row, with 1 at each number; count: one per
    row, with how often each number occurs."""

    @model_validator(mode="after")
    def check_counted(self) -> Self:
        """Refuse to count in 16 bits, which TensorFlow's bincount does not."""
        if self.output_mode != "one_hot" and self.dtype in ("float16", "bfloat16"):
            raise contradiction(
                f"TensorFlow does not compute output_mode: {self.output_mode} in {self.dtype}",
                "dtype",
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape of the codes."""
        if self.output_mode == "one_hot":
            return one_hot(self, shape, self.num_tokens)
        return gathered(self, shape, self.num_tokens)


def one_hot(layer: Layer, shape: Shape, depth: int) -> Shape:
    """Return the shape with an axis for the codes; it replaces a last axis of length one.

    Keras decides while it builds the graph, so that the last axis must be known (G306).
    """
    if len(shape) > 1 and layer.known(shape, -1, "to give each number a code") == 1:
        return (*shape[:-1], depth)
    return (*shape, depth)


def gathered(layer: Layer, shape: Shape, depth: int) -> Shape:
    """Return (batch, depth): one code for all numbers of a row.

    Keras announces another shape than it gives for any input but (batch, numbers), so that
    nothing else is taken (G301).
    """
    if len(shape) != 2:  # noqa: PLR2004  batch and numbers
        raise wrong_rank(layer, shape)
    return (shape[0], depth)


def wrong_rank(layer: Layer, shape: Shape) -> ShapeError:
    """Return the error (G301) for a mode that makes one code of a row."""
    return ShapeError(
        "G301",
        f"{layer.keras_name} makes one code of each row of (batch, numbers); "
        f"got {show(shape)}, rank {len(shape)}",
        field="output_mode",
        hint="use output_mode: one_hot, or Flatten or Reshape before",
    )
