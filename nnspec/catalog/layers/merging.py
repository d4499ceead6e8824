"""Merging layers: several tensors in, one out.

All take one list of tensors. The batch axis takes no part in a merge, although Keras would let
`Concatenate` and `Dot` name it. Whole numbers give whole numbers, and fractions beside them
fractions.
"""

from typing import ClassVar

from pydantic import Field

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.types import Flag, Integer
from nnspec.shapes import Element, Shape, ShapeError, Tensor, broadcast, elements, show


class Merge(Layer, abstract=True):
    """Takes a list of tensors."""

    variadic = 2
    consumes = NUMERIC
    produces: ClassVar[Element | None] = None

    most: ClassVar[int | None] = None
    """Largest number of tensors; any number if None."""

    def check_inputs(self, inputs: Tensors) -> None:
        """Refuse a list of the wrong length (G202), and elements that cannot be merged (G307)."""
        for tensor in inputs:
            self.check_element(tensor)
        self.check_count(inputs)
        self.check_kinds(inputs)

    def check_batches(self, inputs: Tensors) -> None:
        """Refuse inputs of different known numbers of rows (G302)."""
        batches = {tensor.shape[0] for tensor in inputs} - {None}
        if len(batches) > 1:
            counts = " and ".join(str(batch) for batch in sorted(filter(None, batches)))
            raise self.unmergeable(inputs, f"batches of {counts} rows meet")

    def check_kinds(self, inputs: Tensors) -> None:
        """Refuse kinds of elements that cannot be computed with, though each alone could (G307)."""
        if merged_kind(inputs) == "boolean":
            raise ShapeError(
                "G307",
                f"{self.keras_name} takes float or integer elements beside boolean ones; "
                "all that come in are boolean",
            )

    def check_count(self, inputs: Tensors) -> None:
        """Refuse a list of the wrong length (G202)."""
        if self.variadic <= len(inputs) <= (self.most or len(inputs)):
            return
        wanted = "exactly" if self.most == self.variadic else "at least"
        shapes = ", ".join(show(tensor.shape) for tensor in inputs)
        raise ShapeError(
            "G202",
            f"{self.keras_name} takes {wanted} {self.variadic} inputs; "
            f"got {len(inputs)}{f': {shapes}' if shapes else ''}",
            hint="inputs: [first, second]",
        )

    def unmergeable(self, inputs: Tensors, reason: str, *, field: str | None = None) -> ShapeError:
        """Return the error (G302) that names all the shapes that were to be merged."""
        shapes = ", ".join(show(tensor.shape) for tensor in inputs)
        return ShapeError("G302", f"{self.keras_name} cannot merge {shapes}: {reason}", field=field)


class Elementwise(Merge, abstract=True):
    """Combines tensors element by element; axes of length one are stretched."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return one tensor; a mask goes on if every input has one.

        Source: Keras 3.15, keras/src/layers/merging/base_merge.py, compute_output_shape: an axis
        that is unknown in one input is unknown in the output.
        """
        self.check_inputs(inputs)
        self.check_batches(inputs)
        inner = tuple(
            self.stretch_axis(lengths, inputs)
            for lengths in columns([tensor.shape[1:] for tensor in inputs])
        )
        batch = next((t.shape[0] for t in inputs if t.shape[0] is not None), None)
        masked = all(tensor.masked for tensor in inputs)
        if masked:
            self.check_masks(inputs)
        return (Tensor((batch, *inner), self.produces or merged_kind(inputs), masked),)

    def check_masks(self, inputs: Tensors) -> None:
        """Refuse masks that cannot be merged, though the tensors could (G302).

        Source: Keras 3.15, keras/src/layers/merging/base_merge.py, compute_mask.
        """
        merged: Shape | None = inputs[0].shape[:-1]
        for tensor in inputs[1:]:
            merged = None if merged is None else broadcast(merged, tensor.shape[:-1])
        if merged is None:
            raise self.unmergeable(inputs, "their masks have no common shape")

    def stretch_axis(self, lengths: Shape, inputs: Tensors) -> int | None:
        """Return the common length of axes that meet (G302 if there is none)."""
        known = sorted({length for length in lengths if length is not None} - {1})
        if len(known) > 1:
            met = " and ".join(str(length) for length in known)
            raise self.unmergeable(inputs, f"axes of length {met} meet")
        if None in lengths:
            return None
        return known[0] if known else 1

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return one operation per element for each tensor after the first."""
        count = elements(self.infer_tensors(inputs)[0].shape[1:])
        return None if count is None else count * (len(inputs) - 1)


class Add(Elementwise):
    """Adds tensors element by element: two or more (batch, ...) in, (batch, ...) out.

    Their axes are equal, or of length 1 and stretch to the others'.
    """


class Subtract(Elementwise):
    """Subtracts the second tensor from the first: two (batch, ...) in, (batch, ...) out.

    Their axes are equal, or of length 1 and stretch to the other's.
    """

    most = 2


class Multiply(Elementwise):
    """Multiplies tensors element by element: two or more (batch, ...) in, (batch, ...) out.

    Their axes are equal, or of length 1 and stretch to the others'.
    """


class Average(Elementwise):
    """Averages tensors element by element: two or more (batch, ...) in, (batch, ...) out.

    Their axes are equal, or of length 1 and stretch to the others'.
    """

    produces = "float"


class Maximum(Elementwise):
    """Keeps the largest element at each position: two or more (batch, ...) in, (batch, ...) out.

    Their axes are equal, or of length 1 and stretch to the others'.
    """


class Minimum(Elementwise):
    """Keeps the smallest element at each position: two or more (batch, ...) in, (batch, ...) out.

    Their axes are equal, or of length 1 and stretch to the others'.
    """


class Concatenate(Merge):
    """Joins tensors along one axis: (batch, ..., features) in, (batch, ..., all features) out.

    The other axes are equal. Texts are joined with texts only.
    """

    shorthand = "axis"
    consumes = (*NUMERIC, "text")

    axis: Integer = -1
    """Axis along which to join, batch axis 0; -1 is the last."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return one tensor; a mask goes on if any input has one.

        Source: Keras 3.15, keras/src/layers/merging/concatenate.py, build and
        compute_output_shape: axes but the joined one are those of the first input.
        """
        self.check_inputs(inputs)
        axis = self.joined_axis(inputs)
        self.check_batches(inputs)
        self.check_other_axes(inputs, axis)
        lengths = [tensor.shape[axis] for tensor in inputs]
        known = [length for length in lengths if length is not None]
        joined = sum(known) if len(known) == len(lengths) else None
        first = inputs[0].shape
        shape = (*first[:axis], joined, *first[axis + 1 :])
        masked = any(tensor.masked for tensor in inputs)
        return (Tensor(shape, merged_kind(inputs), masked),)

    def check_kinds(self, inputs: Tensors) -> None:
        """Refuse text beside numbers (G307)."""
        kinds = {tensor.element for tensor in inputs}
        if "text" in kinds and len(kinds) > 1:
            raise ShapeError("G307", "Concatenate cannot join text with numbers")

    def joined_axis(self, inputs: Tensors) -> int:
        """Return the axis counted from the front (G302 for unlike ranks, G309 if none)."""
        rank = inputs[0].rank
        if any(tensor.rank != rank for tensor in inputs):
            raise self.unmergeable(inputs, "their ranks, the numbers of axes, differ")
        axis = self.axis + rank if self.axis < 0 else self.axis
        if not 1 <= axis < rank:
            shape = show(inputs[0].shape)
            raise ShapeError(
                "G309",
                f"Concatenate cannot join along axis {self.axis} of {shape}: "
                f"axes behind the batch are 1 to {rank - 1}",
                field="axis",
            )
        return axis

    def check_other_axes(self, inputs: Tensors, joined: int) -> None:
        """Refuse known lengths that differ along an axis that is not joined (G302)."""
        for axis in range(1, inputs[0].rank):
            lengths = {tensor.shape[axis] for tensor in inputs} - {None}
            if axis != joined and len(lengths) > 1:
                raise self.unmergeable(
                    inputs, f"along axis {axis}, which is not joined, the lengths differ"
                )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return zero: elements are only moved."""
        del inputs
        return 0


class Dot(Merge):
    """Takes the dot product of two tensors over one axis of each, row by row of the batch.

    With axes: -1, (batch, queries, features) and (batch, keys, features) in, (batch, queries,
    keys) out: the axes summed over go, the others follow one another. Of two (batch, features),
    (batch, 1) is left.
    """

    shorthand = "axes"
    most = 2

    axes: Integer | tuple[Integer, Integer] = Field(examples=[1])
    """Axis that is summed over, in both tensors or in each; batch axis 0, -1 is the last."""
    normalize: Flag = False
    """Whether both are scaled to length one first, which gives the cosine of their angle."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return one tensor, never masked.

        Source: Keras 3.15, keras/src/layers/merging/dot.py, build and compute_output_shape.
        """
        self.check_inputs(inputs)
        left, right = inputs[0].shape, inputs[1].shape
        first, second = self.summed_axes(inputs)
        self.check_batches(inputs)
        if left[first] != right[second]:
            one, other = ("?" if n is None else n for n in (left[first], right[second]))
            raise self.unmergeable(
                inputs,
                f"the axes summed over have lengths {one} (axis {first}) and "
                f"{other} (axis {second})",
                field="axes",
            )
        rest = (*left[1:first], *left[first + 1 :], *right[1:second], *right[second + 1 :])
        return (Tensor((left[0], *(rest or (1,))), merged_kind(inputs)),)

    def check_kinds(self, inputs: Tensors) -> None:
        """Refuse to scale anything but fractions to length one (G307)."""
        if self.normalize and {tensor.element for tensor in inputs} != {"float"}:
            raise ShapeError("G307", "Dot with normalize: true takes float elements")

    def summed_axes(self, inputs: Tensors) -> tuple[int, int]:
        """Return both axes counted from the front (G309 if there is none)."""
        axes = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        found = []
        for axis, tensor in zip(axes, inputs, strict=True):
            counted = axis + tensor.rank if axis < 0 else axis
            if not 1 <= counted < tensor.rank:
                raise ShapeError(
                    "G309",
                    f"Dot cannot sum over axis {axis} of {show(tensor.shape)}: "
                    f"axes behind the batch are 1 to {tensor.rank - 1}",
                    field="axes",
                )
            found.append(counted)
        return found[0], found[1]

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition for each element summed over."""
        first, _ = self.summed_axes(inputs)
        count = elements(self.infer_tensors(inputs)[0].shape[1:])
        length = inputs[0].shape[first]
        return None if count is None or length is None else 2 * count * length


def merged_kind(inputs: Tensors) -> Element:
    """Return the kind of elements that several kinds become when they are computed together."""
    kinds = {tensor.element for tensor in inputs}
    order: tuple[Element, ...] = ("text", "float", "integer", "boolean")
    return next(kind for kind in order if kind in kinds)


def columns(shapes: list[Shape]) -> tuple[Shape, ...]:
    """Return the lengths that meet on each axis, last axes on top of one another."""
    rank = max(len(shape) for shape in shapes)
    return tuple(
        tuple(shape[axis] for shape in shapes if len(shape) >= -axis) for axis in range(-rank, 0)
    )
