"""Embeddings: a trained vector for every whole number; floor 2."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.constraints import Constraint
from nnspec.catalog.initializers import Initializer, RandomUniform
from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.weighted import LowRank
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Flag, Positive, PositiveNumber
from nnspec.shapes import Shape, ShapeError, Tensor, Weight


class Lookup(Layer, abstract=True):
    """Replaces each whole number by its row of a trained table."""

    consumes = ("integer",)
    passes_mask = False

    input_dim: Positive | Literal["auto"] = Field(examples=[1000])
    """Number of rows of the table: the largest number that comes in, plus one. `auto`: as many as
    the columns or layers that feed it have numbers; the filled spec of a run shows how many."""
    output_dim: Positive = Field(examples=[32])
    """Length of each vector."""
    embeddings_initializer: Initializer = RandomUniform()
    """Draws the first vectors."""
    embeddings_regularizer: Regularizer | None = None
    """Penalty on the vectors."""
    embeddings_constraint: Constraint | None = None
    """Set that the vectors are kept in."""
    mask_zero: Flag = False
    """Whether 0 stands for padding, which layers behind skip as far as they know masks."""

    def check_element(self, tensor: Tensor) -> None:
        """Refuse anything but whole numbers (G307)."""
        if tensor.element != "integer":
            raise ShapeError(
                "G307",
                f"{self.keras_name} takes whole numbers; got {tensor.element} elements",
                hint="declare the input's dtype: int32, or map text to numbers before",
            )

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the vectors, masked where the number 0 stands for padding."""
        (out,) = super().infer_tensors(inputs)
        return (Tensor(out.shape, out.element, masked=self.mask_zero),)

    def infer_shape(self, shape: Shape) -> Shape:
        """Append the axis of the vectors."""
        return (*shape, self.output_dim)

    @property
    def rows(self) -> int | None:
        """Return the number of rows of the table, None while only the data tells."""
        return None if self.input_dim == "auto" else self.input_dim

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the table (input_dim, output_dim)."""
        del inputs
        return (Weight("embeddings", (self.rows, self.output_dim)),)

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return none: rows are copied."""
        del inputs
        return 0


class Embedding(Lookup, LowRank):
    """Turns whole numbers into trained vectors: (batch, ...) in, (batch, ..., output_dim) out."""

    omitted: ClassVar[Mapping[str, str]] = {
        "weights": "first values are no part of a network's description",
        "quantization_config": "quantizing follows training; it is no part of a network",
    }

    @model_validator(mode="after")
    def check_addition(self) -> Self:
        """Refuse a low-rank addition to constrained vectors."""
        if self.lora_rank is not None and self.embeddings_constraint is not None:
            raise PydanticCustomError(
                "contradiction",
                "lora_rank {rank} cannot be combined with an embeddings_constraint",
                {"rank": self.lora_rank, "field": "embeddings_constraint"},
            )
        return self

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the table (input_dim, output_dim)."""
        (table,) = super().infer_weights(inputs)
        return self.with_addition(table, (), (self.rows,))


class ReversibleEmbedding(Lookup):
    """Turns whole numbers into vectors: (batch, ...) in, (batch, ..., output_dim) out.

    Keras' own models also run it backwards, from vectors to scores of the numbers.
    """

    tie_weights: Flag = True
    """Whether the way back uses the same table, rather than one of its own."""
    reverse_dtype: Literal["float16", "bfloat16", "float32", "float64"] | None = None
    """Type of numbers on the way back; the layer's own if absent."""
    logit_soft_cap: PositiveNumber | None = Field(default=None, examples=[30.0])
    """Bound that scores on the way back are softly kept under; none if absent."""

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the table, and that of the way back where it has its own."""
        tables = super().infer_weights(inputs)
        if self.tie_weights:
            return tables
        return (*tables, Weight("reverse_embeddings", (self.output_dim, self.rows)))
