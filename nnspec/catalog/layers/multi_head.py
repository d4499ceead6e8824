"""Attention with several heads, each with trained projections of its own; floor 2."""

from collections.abc import Sequence
from math import prod
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.constraints import Constraint
from nnspec.catalog.initializers import Initializer, Zeros
from nnspec.catalog.layer import Tensors
from nnspec.catalog.layers.attention import Attending, alike
from nnspec.catalog.layers.axes import check_axes
from nnspec.catalog.layers.weighted import Kernel
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Axes, Flag, Positive, Seed
from nnspec.shapes import Shape, ShapeError, Tensor, Weight, elements, show


class Projected(Kernel, Attending, abstract=True):
    """Projects query, key and value, attends in each head, and projects the result back."""

    use_bias: Flag = True
    """Whether the projections add a bias."""
    sliding_window: Positive | None = Field(default=None, examples=[128])
    """How far a position sees to each side, in positions; without limit if absent."""
    flash_attention: Literal[False] | None = Field(default=None, examples=[False])
    """Keras' memory-saving form, which it has on other backends than TensorFlow only."""
    bias_initializer: Initializer = Zeros()
    """Draws the first biases."""
    bias_regularizer: Regularizer | None = None
    """Penalty on the biases."""
    activity_regularizer: Regularizer | None = None
    """Penalty on the output of each projection."""
    bias_constraint: Constraint | None = None
    """Set that the biases are kept in."""
    use_gate: Flag = False
    """Whether the result is multiplied with a sigmoid projection of the query."""
    seed: Seed | None = Field(default=None, examples=[0])
    """Seed of the dropout; drawn from the run's seed if absent."""

    def projection(self, inward: Shape, outward: Shape) -> tuple[Weight, ...]:
        """Return the weights of a projection: kernel (in, out) and bias (out)."""
        kernel = Weight("kernel", (*inward, *outward))
        return (kernel, Weight("bias", outward)) if self.use_bias else (kernel,)

    def check_features(self, *shapes: Shape) -> None:
        """Refuse unknown features, which the projections' kernels need (G306)."""
        for shape in shapes:
            self.known(shape, -1, "for its projections")


class MultiHeadAttention(Projected):
    """Attention with several heads (Vaswani and others, 2017); one input attends to itself.

    Query (batch, queries, features) and value (batch, values, channels) in, (batch, queries,
    features) out, or output_shape in place of the features. The key, which has as many values,
    is the value unless it is given. Several axes may stand between batch and features:
    attention_axes says over which of them positions attend to each other.
    """

    least_rank = 3

    num_heads: Positive = Field(examples=[4])
    """Number of heads that attend side by side."""
    key_dim: Positive = Field(examples=[16])
    """Features of query and key in each head."""
    value_dim: Positive | None = Field(default=None, examples=[16])
    """Features of the value in each head; key_dim if absent."""
    output_shape: Positive | tuple[Positive, ...] | None = Field(default=None, examples=[[64]])
    """Lengths of the axes that leave in place of the query's features; those if absent."""
    attention_axes: Axes | None = Field(default=None, examples=[[1]])
    """Axes that are attended over, batch axis 0; all but batch and features if absent."""

    def call_arguments(
        self, tensors: Sequence[object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return query, value and key; a single tensor is query and value."""
        pair = (*tensors, *tensors) if len(tensors) == 1 else tensors
        return super().call_arguments(pair)

    @property
    def outward(self) -> tuple[int, ...]:
        """Return the lengths of the axes that replace the features; none if they stay."""
        match self.output_shape:
            case None:
                return ()
            case int():
                return (self.output_shape,)
            case tuple():
                return self.output_shape

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the query's axes, features replaced.

        Source: Keras 3.15, keras/src/layers/attention/multi_head_attention.py,
        compute_output_shape; what only its products refuse is refused here too.
        """
        query, value, key = self.roles(inputs)
        self.check_features(query, value, key)
        if value[1:-1] != key[1:-1]:
            raise self.unlike(("value", value), ("key", key), "as many keys as values")
        if len(query) != len(value):
            raise self.unlike(("query", query), ("value", value), "inputs of one rank")
        attended = self.attended(query)
        self.check_limits(attended)
        for axis in range(1, len(query) - 1):
            if axis not in attended and not alike(query[axis : axis + 1], value[axis : axis + 1]):
                raise self.unlike(
                    ("query", query), ("value", value), f"equal lengths of axis {axis}"
                )
        return (Tensor((*query[:-1], *(self.outward or query[-1:])), "float", inputs[0].masked),)

    def check_limits(self, attended: tuple[int, ...]) -> None:
        """Refuse to limit what a position sees along several axes at once (G309).

        Source: Keras 3.15, keras/src/layers/attention/multi_head_attention.py, _masked_softmax:
        the mask has one axis of queries and one of values.
        """
        field = "use_causal_mask" if self.use_causal_mask else "sliding_window"
        if getattr(self, field) and len(attended) > 1:
            raise ShapeError(
                "G309",
                f"{field} works along one axis; attended over are {list(attended)}",
                field=field,
                hint="name one axis in attention_axes",
            )

    def attended(self, query: Shape) -> tuple[int, ...]:
        """Return the axes attended over, counted from the front (G309 if there is none)."""
        rank = len(query)
        if self.attention_axes is None:
            return tuple(range(1, rank - 1))
        axes = check_axes(self.attention_axes, query, "attention_axes")
        counted = tuple(axis % rank for axis in axes)
        if {0, rank - 1} & set(counted):
            raise ShapeError(
                "G309",
                f"attention_axes {list(axes)} names batch or features of {show(query)}",
                field="attention_axes",
                hint=f"use axes from 1 to {rank - 2}",
            )
        return counted

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return kernel and bias of query, key, gate, value and output."""
        query, value, key = self.roles(inputs)
        inner, outer = (self.num_heads, self.key_dim), (self.num_heads, self.value_size)
        return (
            *self.projection(query[-1:], inner),
            *self.projection(key[-1:], inner),
            *(self.projection(query[-1:], outer) if self.use_gate else ()),
            *self.projection(value[-1:], outer),
            *self.projection(outer, self.outward or query[-1:]),
        )

    @property
    def value_size(self) -> int:
        """Return the features of the value in each head."""
        return self.value_dim or self.key_dim

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations of projections, scores and weighted sums."""
        query, value, key = self.roles(inputs)
        asked, answers = elements(query[1:-1]), elements(value[1:-1])
        features = elements((query[-1], value[-1], key[-1]))
        if asked is None or answers is None or features is None:
            return None
        attended = self.attended(query)
        apart = [query[axis] or 1 for axis in range(1, len(query) - 1) if axis not in attended]
        pairs = asked * answers // prod(apart)
        return self.projecting(inputs, asked, answers) + 2 * pairs * self.num_heads * (
            self.key_dim + self.value_size
        )

    def projecting(self, inputs: Tensors, asked: int, answers: int) -> int:
        """Return the operations of the projections, for so many query and value positions."""
        query, value, key = (shape[-1] or 0 for shape in self.roles(inputs))
        inner, outer = self.num_heads * self.key_dim, self.num_heads * self.value_size
        of_query = query * inner + query * outer * int(self.use_gate)
        of_output = outer * (prod(self.outward) if self.outward else query)
        return 2 * (asked * (of_query + of_output) + answers * (key * inner + value * outer))


class GroupQueryAttention(Projected):
    """Attention in which groups of query heads share one key and value head.

    Query (batch, queries, features) and value (batch, values, features) in, (batch, queries,
    features) out. The key, which has as many values, is the value unless it is given.
    """

    aliases = ("GroupedQueryAttention",)
    required = 2
    ranks = (3,)

    head_dim: Positive = Field(examples=[16])
    """Features of query, key and value in each head."""
    num_query_heads: Positive = Field(examples=[4])
    """Number of heads of the query; a multiple of num_key_value_heads."""
    num_key_value_heads: Positive = Field(examples=[2])
    """Number of heads of key and value."""

    @model_validator(mode="after")
    def check_heads(self) -> Self:
        """Refuse query heads that cannot be divided among the key heads."""
        if self.num_query_heads % self.num_key_value_heads:
            raise PydanticCustomError(
                "contradiction",
                "{queries} query heads cannot be divided among {keys} key and value heads",
                {
                    "queries": self.num_query_heads,
                    "keys": self.num_key_value_heads,
                    "field": "num_query_heads",
                },
            )
        return self

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return a tensor shaped as the query.

        Source: Keras 3.15, keras/src/layers/attention/grouped_query_attention.py,
        compute_output_shape.
        """
        query, value, key = self.roles(inputs)
        self.check_features(query, value, key)
        if query[-1] != value[-1]:
            raise self.unlike(("query", query), ("value", value), "equal features")
        if value[1:-1] != key[1:-1]:
            raise self.unlike(("value", value), ("key", key), "as many keys as values")
        return (Tensor(query, "float", inputs[0].masked),)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return kernel and bias of query, key, gate, value and output."""
        query, value, key = self.roles(inputs)
        many = (self.num_query_heads, self.head_dim)
        few = (self.num_key_value_heads, self.head_dim)
        return (
            *self.projection(query[-1:], many),
            *self.projection(key[-1:], few),
            *(self.projection(query[-1:], many) if self.use_gate else ()),
            *self.projection(value[-1:], few),
            *self.projection(many, query[-1:]),
        )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations of projections, scores and weighted sums."""
        query, value, key = self.roles(inputs)
        sizes = (*query[1:], *value[1:], key[-1])
        if elements(sizes) is None:
            return None
        asked, features, answers, of_value, of_key = (size or 0 for size in sizes)
        many = self.num_query_heads * self.head_dim
        few = self.num_key_value_heads * self.head_dim
        of_query = features * many * (2 + int(self.use_gate))
        projecting = asked * of_query + answers * (of_key + of_value) * few
        return 2 * (projecting + 2 * asked * answers * many)
