"""Attention layers: each position of a query gathers from the positions of a value; floor 2.

Inputs are query (batch, ..., query length, features), value (batch, ..., value length, features)
and key, which is the value unless it is given. The query's mask goes on.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.types import Flag, Rate, Seed
from nnspec.shapes import Element, Shape, ShapeError, Tensor, Weight, elements, show


class Attending(Layer, abstract=True):
    """Weighs the values by how well their keys answer each query."""

    inputs = ("query", "value", "key")
    consumes = NUMERIC
    additions: ClassVar[Mapping[str, str]] = {
        "use_causal_mask": "an argument of Keras' call, where a network has no other place for it"
    }

    dropout: Rate = 0.0
    """Share of the attention weights that is dropped at each step of training."""
    use_causal_mask: Flag = False
    """Whether a position sees only itself and those before it."""

    def call_arguments(
        self, tensors: Sequence[object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return the tensors, and whether the future is hidden."""
        positional, named = super().call_arguments(tensors)
        return positional, named | ({"use_causal_mask": True} if self.use_causal_mask else {})

    def roles(self, inputs: Tensors) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of query, value and key (G202, G307 if the inputs do not fit)."""
        if not self.required <= len(inputs) <= len(self.inputs):
            raise ShapeError(
                "G202",
                f"{self.keras_name} takes {self.required} to {len(self.inputs)} inputs: "
                f"{', '.join(self.inputs)}; got {len(inputs)}",
                hint="inputs: {query: ..., value: ...}",
            )
        for tensor in inputs:
            self.check_rank(tensor)
            self.check_element(tensor)
        check_batches(inputs, self.keras_name)
        query, value, *rest = (*inputs, inputs[0]) if len(inputs) == 1 else inputs
        key = rest[0] if rest else value
        return query.shape, value.shape, key.shape

    def unlike(self, first: tuple[str, Shape], second: tuple[str, Shape], what: str) -> ShapeError:
        """Return the error (G302) for two inputs that do not go together."""
        return ShapeError(
            "G302",
            f"{self.keras_name} needs {what}; {first[0]} is {show(first[1])}, "
            f"{second[0]} is {show(second[1])}",
        )


class Scored(Attending, abstract=True):
    """Compares queries and keys as they come, without trained projections."""

    required = 2
    variadic = 2
    least_rank = 3

    @property
    def stretches(self) -> bool:
        """Return whether a single feature of query or key stretches to the other's."""
        return False

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return (batch, query length, features of the value)."""
        query, value, key = self.roles(inputs)
        self.check_kinds(inputs[0].element, inputs[-1].element)
        self.check_together(query, value, key)
        return (Tensor((*query[:-1], value[-1]), "float", inputs[0].masked),)

    def check_kinds(self, query: Element, key: Element) -> None:
        """Refuse kinds of query and key that cannot be compared (G307)."""
        if "boolean" in (query, key) or query != key:
            raise ShapeError(
                "G307",
                f"{self.keras_name} adds query and key, numbers of one kind; "
                f"got {query} and {key} elements",
            )

    def check_together(self, query: Shape, value: Shape, key: Shape) -> None:
        """Refuse tensors that cannot be multiplied (G302); Keras finds out in the first step."""
        named = {"query": query, "value": value, "key": key}
        asked, answer, sought = named.items()
        if not len(query) == len(value) == len(key):
            raise self.unlike(asked, answer, "inputs of one rank")
        if not alike(value[1:-1], key[1:-1]):
            raise self.unlike(answer, sought, "as many keys as values")
        if not alike(query[1:-2], value[1:-2]):
            raise self.unlike(asked, answer, "equal axes before the length")
        if not alike(query[-1:], key[-1:]) and not (self.stretches and 1 in (query[-1], key[-1])):
            raise self.unlike(asked, sought, "equal features in query and key")

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a multiplication and an addition per query, value and feature, twice."""
        query, value, _ = self.roles(inputs)
        positions, length = elements(query[1:-1]), value[-2]
        if positions is None or length is None or query[-1] is None or value[-1] is None:
            return None
        return 2 * positions * length * (query[-1] + value[-1])


class Attention(Scored):
    """Attention by dot product of query and key (Luong and others, 2015).

    Query (batch, queries, features) and value (batch, values, channels) in, (batch, queries,
    channels) out: for each query a mean of the values, weighted by how well their keys answer
    it. The key, (batch, values, features), is the value unless it is given; further axes may
    follow the batch.
    """

    use_scale: Flag = False
    """Whether the scores are multiplied with a trained number."""
    score_mode: Literal["dot", "concat"] = "dot"
    """How query and key are compared: dot product, or tanh of their sum, added up."""
    seed: Seed | None = Field(default=None, examples=[0])
    """Seed of the dropout; drawn from the run's seed if absent."""

    @property
    def stretches(self) -> bool:
        """Return whether query and key are added, not multiplied."""
        return self.score_mode == "concat"

    def check_kinds(self, query: Element, key: Element) -> None:
        """Refuse kinds of query and key whose scores would be no fractions (G307)."""
        if self.stretches:
            super().check_kinds(query, key)
        elif "float" not in (query, key) and not self.use_scale:
            raise ShapeError(
                "G307",
                f"Attention takes float elements as query or key; got {query} and {key} elements",
            )

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the scale, and the factor on concatenated scores, each a single number."""
        del inputs
        scale = (Weight("scale", ()),) if self.use_scale else ()
        factor = (Weight("concat_score_weight", ()),) if self.score_mode == "concat" else ()
        return (*scale, *factor)


class AdditiveAttention(Scored):
    """Attention by tanh of the sum of query and key (Bahdanau and others, 2015).

    Query (batch, queries, features) and value (batch, values, channels) in, (batch, queries,
    channels) out: for each query a mean of the values, weighted by how well their keys answer
    it. The key, (batch, values, features), is the value unless it is given; further axes may
    follow the batch.
    """

    use_scale: Flag = True
    """Whether the features are weighted by trained numbers before they are added up."""

    @property
    def stretches(self) -> bool:
        """Return True: query and key are added."""
        return True

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return (batch, query length, features of the value)."""
        if self.use_scale and len(inputs) > 1:
            self.known(inputs[0].shape, -1, "for its scale")
        return super().infer_tensors(inputs)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the weights of the query's features."""
        return (Weight("scale", (inputs[0].shape[-1],)),) if self.use_scale else ()


def check_batches(inputs: Tensors, name: str) -> None:
    """Refuse inputs of different known numbers of rows (G302)."""
    batches = sorted({tensor.shape[0] for tensor in inputs if tensor.shape[0] is not None})
    if len(batches) > 1:
        counts = " and ".join(str(batch) for batch in batches)
        raise ShapeError("G302", f"{name} takes batches of one size; got {counts} rows")


def alike(left: Shape, right: Shape) -> bool:
    """Return whether two shapes agree wherever both are known."""
    return len(left) == len(right) and all(
        one is None or other is None or one == other for one, other in zip(left, right, strict=True)
    )
