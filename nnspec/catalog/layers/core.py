"""Core layers: the ones that every network has; floor 2."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.weighted import Kernel, LowRank, OptionalBias
from nnspec.catalog.types import Number, Positive
from nnspec.shapes import Element, Shape, Tensor, Weight, elements

Extents = Annotated[tuple[Positive | None, ...], Field(max_length=16)]
"""Lengths of axes; null where only the run will tell."""

NUMERIC: tuple[Element, ...] = ("float", "integer", "boolean")
"""Elements that Keras turns into floats where needed: everything but text."""

InputDtype = Literal[
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "string",
]


FLOATS: tuple[Element, ...] = ("float",)
"""The elements of layers that TensorFlow computes for nothing else."""


class Input(Layer):
    """Names the shape of one row that enters the network: nothing in, (batch, ...) out."""

    aliases = ("InputLayer",)
    shorthand = "shape"
    inputs = ()
    required = 0
    omitted: ClassVar[Mapping[str, str]] = {
        "batch_shape": "says the same as batch_size and shape together",
        "sparse": "no data source gives sparse tensors, and few layers take them",
        "ragged": "no data source gives ragged tensors, and few layers take them",
        "tensor": "a tensor cannot be written down",
        "input_tensor": "a tensor cannot be written down",
        "optional": "every input of a network is fed",
    }
    additions: ClassVar[Mapping[str, str]] = {
        "trainable": "an input has no weights; Keras takes no such argument here"
    }

    shape: Extents = Field(examples=[[28, 28, 1]])
    """Lengths of a row's axes, batch left out; null where they differ from batch to batch."""
    batch_size: Positive | None = Field(default=None, examples=[32])
    """Number of rows in every batch; any number if absent."""
    dtype: InputDtype | None = None
    """Type of the elements: float32 (also if absent), int32 for tokens, string for text ..."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the declared shape."""
        del inputs
        return (Tensor((self.batch_size, *self.shape), self.element),)

    @property
    def element(self) -> Element:
        """Return the kind of elements that the dtype stands for."""
        match self.dtype:
            case "string":
                return "text"
            case "bool":
                return "boolean"
            case None | "float16" | "bfloat16" | "float32" | "float64":
                return "float"
            case _:
                return "integer"

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return none: nothing is computed."""
        del inputs
        return 0


class Dense(Kernel, OptionalBias, LowRank):
    """Multiplies the last axis with a trained weight matrix.

    (batch, ..., features) in, (batch, ..., units) out.
    """

    shorthand = "units"
    least_rank = 2
    consumes = NUMERIC
    omitted: ClassVar[Mapping[str, str]] = {
        "quantization_config": "quantizing follows training; it is no part of a network"
    }

    units: Positive = Field(examples=[64])
    """Number of neurons: the length of the last axis of the output."""

    @model_validator(mode="after")
    def check_addition(self) -> Self:
        """Refuse a low-rank addition to a constrained kernel."""
        if self.lora_rank is not None and self.kernel_constraint is not None:
            raise PydanticCustomError(
                "contradiction",
                "lora_rank {rank} cannot be combined with a kernel_constraint",
                {"rank": self.lora_rank, "field": "kernel_constraint"},
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Replace the last axis by the units."""
        self.known(shape, -1, "for its weight matrix")
        return (*shape[:-1], self.units)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return kernel (features, units) and bias (units)."""
        features = inputs[0].shape[-1]
        kernel = Weight("kernel", (features, self.units))
        return self.with_addition(kernel, self.bias_weights(self.units), (features,))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per weight and position, and the finish."""
        positions = elements(inputs[0].shape[1:-1])
        features = inputs[0].shape[-1]
        if positions is None or features is None:
            return None
        outputs = positions * self.units
        return 2 * outputs * features + self.finishing(outputs, biased=self.use_bias)


class Identity(Layer):
    """Returns its input unchanged: (batch, ...) in and out."""

    produces = None

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return none: nothing is computed."""
        del inputs
        return 0


class Masking(Layer):
    """Marks the steps whose features all equal a value: (batch, steps, ..., features) in and out.

    Layers behind it skip the marked steps, as far as they know masks.
    """

    shorthand = "mask_value"
    least_rank = 2
    consumes = ("float", "integer")
    produces = None

    mask_value: Number = 0.0
    """Value that marks a step to skip."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the input with a mask."""
        (out,) = super().infer_tensors(inputs)
        return (Tensor(out.shape, out.element, masked=True),)
