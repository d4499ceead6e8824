"""Hashing layers: categories to numbers without a vocabulary; floor 2."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.preprocessing import (
    NOT_SPARSE,
    CodeMode,
    contradiction,
    gathered,
)
from nnspec.catalog.types import Integer, Positive, Seed, Text
from nnspec.shapes import Element, Shape, ShapeError, Tensor, show

WHOLE: tuple[Element, ...] = ("integer", "text")
"""What can be hashed: whole numbers and text."""


WHOLE_TYPES = (None, "int32", "int64")
"""Types that bins come in as whole numbers."""


class Hashed(Layer, abstract=True):
    """Gives each category one of a number of bins; unlike categories may share one."""

    passes_mask = False
    consumes = WHOLE
    omitted: ClassVar[Mapping[str, str]] = {"sparse": NOT_SPARSE}

    num_bins: Positive = Field(examples=[64])
    """Number of bins."""


class Hashing(Hashed):
    """Gives each category, text or whole number, a bin by its hash: (batch, ...) in and out.

    Bins are numbers from 0 to below num_bins. Codes are num_bins long: one_hot puts them in the
    place of a last axis of length 1, multi_hot and count of all categories of a row.
    """

    shorthand = "num_bins"

    mask_value: Integer | Text | None = Field(default=None, examples=[0])
    """Category that alone gets bin 0; none if absent."""
    salt: Seed | tuple[Seed, Seed] | None = Field(default=None, examples=[7])
    """One or two numbers that pick another hash, one that outsiders cannot foresee."""
    output_mode: CodeMode = "int"
    """int: the bin; one_hot: an axis with 1 at the bin; multi_hot, count: one code per row."""

    @model_validator(mode="after")
    def check_dtype(self) -> Self:
        """Refuse bins in another type than whole numbers."""
        if self.output_mode == "int" and self.dtype not in WHOLE_TYPES:
            raise contradiction(
                f"output_mode: int gives int32 or int64; got dtype {self.dtype}", "dtype"
            )
        return self

    def check_element(self, tensor: Tensor) -> None:
        """Refuse what cannot be hashed, or is no kind that mask_value could be among (G307)."""
        super().check_element(tensor)
        wanted = {str: "text", int: "integer"}.get(type(self.mask_value), tensor.element)
        if wanted != tensor.element:
            raise ShapeError(
                "G307",
                f"mask_value {self.mask_value!r} is {wanted}; {tensor.element} elements come in",
                field="mask_value",
            )

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the bins, whole numbers or codes."""
        (out,) = super().infer_tensors(inputs)
        return (Tensor(out.shape, "integer" if self.output_mode == "int" else "float"),)

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape of the bins or codes.

        Keras announces another shape than it gives for one_hot, but for a last axis of length
        one, so that nothing else is taken (G301).
        """
        if self.output_mode == "int":
            return shape
        if self.output_mode != "one_hot":
            return gathered(self, shape, self.num_bins)
        if len(shape) < 2 or shape[-1] != 1:  # noqa: PLR2004  batch and category
            raise ShapeError(
                "G301",
                f"Hashing with output_mode: one_hot takes a last axis of length 1; "
                f"got {show(shape)}",
                field="output_mode",
                hint="Reshape before, or CategoryEncoding behind output_mode: int",
            )
        return (*shape[:-1], self.num_bins)


class HashedCrossing(Hashed):
    """Gives each pair of categories a bin: (batch, 1) and (batch, 1) in, (batch, 1) out.

    Both may be (batch,) too; with output_mode: one_hot, (batch, num_bins) leaves.
    """

    shorthand = "num_bins"
    variadic = 2
    ranks = (1, 2)
    additions: ClassVar[Mapping[str, str]] = {
        "trainable": "the layer has no weights; Keras ignores the argument here"
    }

    output_mode: Literal["int", "one_hot"] = "int"
    """int: the bin; one_hot: an axis with 1 at the bin."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the bins, whole numbers or codes (G202, G302 if the inputs do not fit)."""
        if len(inputs) != self.variadic:
            raise ShapeError("G202", f"HashedCrossing takes exactly 2 inputs; got {len(inputs)}")
        for tensor in inputs:
            self.check_rank(tensor)
            self.check_element(tensor)
        left, right = (tensor.shape for tensor in inputs)
        if left != right:
            raise ShapeError(
                "G302", f"HashedCrossing needs equal shapes; got {show(left)} and {show(right)}"
            )
        if left[1:] not in ((), (1,)):
            raise ShapeError("G302", f"HashedCrossing takes one category a row; got {show(left)}")
        if self.output_mode == "int":
            return (Tensor(left, "integer" if self.dtype in WHOLE_TYPES else "float"),)
        return (Tensor((left[0], self.num_bins)),)
