"""The base of all layers: how many tensors they take, what leaves them, what they weigh.

A concrete layer overrides `infer_shape` (one input) or `infer_tensors` (anything else), and
`infer_weights` if it has any. Methods begin with `infer_` because fields carry Keras' names.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.dtypes import DtypePolicy
from nnspec.catalog.types import Flag
from nnspec.shapes import Element, Shape, ShapeError, Tensor, Weight, elements, show

Tensors = tuple[Tensor, ...]


class Layer(CatalogObject, family="layers"):
    """A step of the network: tensors in, tensors out, batch axis first."""

    trainable: Flag = True
    """Whether training changes the layer's weights."""
    dtype: DtypePolicy | None = None
    """Type of numbers: float32, mixed_float16 ...; the run's policy if absent."""

    inputs: ClassVar[tuple[str, ...]] = ("inputs",)
    """Names of the tensors that Keras' `call` takes, in order."""
    required: ClassVar[int] = 1
    """How many of `inputs` must be given."""
    variadic: ClassVar[int] = 0
    """If above zero: the layer takes one list of at least this many tensors."""
    gathers: ClassVar[bool] = False
    """Whether the last of `inputs` takes every tensor that is left, as a list."""
    ranks: ClassVar[tuple[int, ...]] = ()
    """Ranks (batch included) that the layer takes; any if empty."""
    least_rank: ClassVar[int] = 1
    """The lowest rank that the layer takes where `ranks` is empty."""
    consumes: ClassVar[tuple[Element, ...]] = ()
    """Kinds of elements that the layer takes; any if empty."""
    produces: ClassVar[Element | None] = "float"
    """Kind of elements that leave it; None: as they came."""
    passes_mask: ClassVar[bool] = True
    """Whether a mask goes on to the next layer."""
    uncomputed: ClassVar[tuple[DtypePolicy, ...]] = ()
    """Types that TensorFlow has no kernel of the layer for."""

    @model_validator(mode="after")
    def check_computed(self) -> Self:
        """Refuse a type of numbers that the layer cannot be computed in."""
        if self.dtype in self.uncomputed:
            raise PydanticCustomError(
                "contradiction",
                "TensorFlow does not compute {layer} in {dtype}",
                {"layer": self.keras_name, "dtype": self.dtype, "field": "dtype"},
            )
        return self

    def call_arguments(
        self, tensors: Sequence[object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return what Keras' layer is called with: positional arguments, then named ones.

        Args:
            tensors: Keras' tensors, in the order of the layer's inputs.
        """
        return ((list(tensors),) if self.variadic else tuple(tensors)), {}

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the tensors that leave the layer.

        Raises:
            ShapeError: the layer cannot take these inputs.
        """
        first = inputs[0]
        self.check_rank(first)
        self.check_element(first)
        shape = self.infer_shape(first.shape)
        element = self.produces or first.element
        return (Tensor(shape, element, first.masked and self.passes_mask),)

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape that leaves a layer of one input: by default the same."""
        return shape

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the layer's weights in Keras' order; an axis is None while it is unknown."""
        del inputs
        return ()

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return multiplications and additions for one row, None while an axis is unknown.

        By default one per element that leaves the layer.
        """
        counts = [elements(out.shape[1:]) for out in self.infer_tensors(inputs)]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def check_rank(self, tensor: Tensor) -> None:
        """Refuse a tensor of a rank that the layer does not take (G301)."""
        if self.ranks:
            fits = tensor.rank in self.ranks
            wanted = " or ".join(str(rank) for rank in self.ranks)
        else:
            fits = tensor.rank >= self.least_rank
            wanted = f"{self.least_rank} or more"
        if not fits:
            raise ShapeError(
                "G301",
                f"{self.keras_name} takes an input of rank {wanted} (batch included); "
                f"got rank {tensor.rank}, shape {show(tensor.shape)}",
            )

    def check_element(self, tensor: Tensor) -> None:
        """Refuse elements of a kind that the layer does not take (G307)."""
        if self.consumes and tensor.element not in self.consumes:
            raise ShapeError(
                "G307",
                f"{self.keras_name} takes {' or '.join(self.consumes)} elements; "
                f"got {tensor.element}",
            )

    def known(self, shape: Shape, axis: int, reason: str) -> int:
        """Return the length of an axis, or refuse one that only the run will tell (G306)."""
        extent = shape[axis]
        if extent is None:
            raise ShapeError(
                "G306",
                f"{self.keras_name} needs the length of axis {axis % len(shape)} {reason}; "
                f"it is unknown in {show(shape)}",
            )
        return extent


def as_trained(layer: Layer, weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """Return the weights of a layer inside another, none trained if that layer is frozen."""
    return weights if layer.trainable else tuple(replace(one, trainable=False) for one in weights)
