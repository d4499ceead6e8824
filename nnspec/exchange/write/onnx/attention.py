"""Attention as operators: products, a softmax, and masks as Keras lays them out."""

from dataclasses import dataclass

import numpy as np

from nnspec.catalog.layers.attention import AdditiveAttention, Attention, Scored
from nnspec.catalog.layers.multi_head import GroupQueryAttention, MultiHeadAttention, Projected
from nnspec.exchange.write.onnx.activations import softmax
from nnspec.exchange.write.onnx.forms import Call, Names, with_bias, writes
from nnspec.exchange.write.onnx.graph import Unwritable, Writer
from nnspec.exchange.write.onnx.weights import Weights
from nnspec.shapes import Shape

FAR = 1e9
"""What is taken from scores that do not count."""


@writes(Scored)
def write_scored(layer: Scored, call: Call) -> Names:
    """Write a mean of values, weighted by scores of their keys.

    Source: Keras 3.15, keras/src/layers/attention/attention.py, call.
    """
    writer, floats = call.writer, call.floats
    query, value = floats[:2]
    key = floats[2] if len(floats) > 2 else value  # noqa: PLR2004 - a key of its own
    scores = _scores(layer, call, query, key)
    mask = _score_mask(layer, call, scores)
    if mask is not None:
        far = writer.op("Sub", scores, writer.floats(FAR))
        scores = writer.op("Where", mask, scores, far)
    found = writer.op("MatMul", softmax(writer, scores, -1), value)
    if call.masks[0] is not None:
        counts = writer.expand_dims(call.masks[0], -1)
        found = writer.op("Where", counts, found, writer.floats(0))
    return (found,)


def _scores(layer: Scored, call: Call, query: str, key: str) -> str:
    """Return how well each key answers each query, (batch, ..., queries, keys)."""
    writer, own = call.writer, list(call.weights.own)
    if isinstance(layer, Attention) and layer.score_mode == "dot":
        axes = [*range(call.rank - 2), call.rank - 1, call.rank - 2]
        found = writer.op("MatMul", query, writer.transpose(key, axes))
        return writer.op("Mul", found, writer.floats(own[0])) if layer.use_scale else found
    total = writer.op("Add", writer.expand_dims(query, -2), writer.expand_dims(key, -3))
    if isinstance(layer, AdditiveAttention):
        curve = writer.op("Tanh", total)
        if layer.use_scale:
            curve = writer.op("Mul", writer.floats(own[0]), curve)
        return writer.reduce("Sum", curve, (-1,))
    assert isinstance(layer, Attention)
    if layer.use_scale:
        total = writer.op("Mul", writer.floats(own.pop(0)), total)
    found = writer.reduce("Sum", writer.op("Tanh", total), (-1,))
    return writer.op("Mul", writer.floats(own[0]), found)


def _score_mask(layer: Scored, call: Call, scores: str) -> str | None:
    """Return which scores count, against (batch, ..., queries, keys); None: all."""
    writer, held = call.writer, call.masks[1]
    if held is not None and call.rank != 3:  # noqa: PLR2004 - (batch, queries, features)
        raise Unwritable("its values are masked and have more than three axes")
    found = writer.expand_dims(held, -2) if held is not None else None
    if not layer.use_causal_mask:
        return found
    rank = call.rank
    lengths = writer.op("Shape", scores, start=rank - 2, end=rank)
    queries, keys = writer.several("Split", (lengths,), 2, axis=0, num_outputs=2)
    seen = before(writer, queries, keys)
    return seen if found is None else writer.op("And", found, seen)


def places(writer: Writer, length: str) -> str:
    """Return 0, 1, 2 ... for a length given as a list of one number."""
    zero, one = writer.constant(0, np.int64), writer.constant(1, np.int64)
    return writer.op("Range", zero, writer.squeeze(length, 0), one)


def before(writer: Writer, queries: str, keys: str) -> str:
    """Return which keys are no later than a query, (queries, keys)."""
    rows = writer.expand_dims(places(writer, queries), 1)
    return writer.op("GreaterOrEqual", rows, writer.expand_dims(places(writer, keys), 0))


def near(writer: Writer, queries: str, keys: str, window: int) -> str:
    """Return which keys are nearer to a query than a window reaches, (queries, keys)."""
    rows = writer.expand_dims(places(writer, queries), 1)
    apart = writer.op("Sub", rows, writer.expand_dims(places(writer, keys), 0))
    return writer.op("Less", writer.op("Abs", apart), writer.constant(window, np.int64))


@dataclass(frozen=True, slots=True)
class Heads:
    """What the heads of an attention work on.

    Attributes:
        query: (batch, apart ..., heads, queries, features), as are key and value.
        mask: which scores count, against (batch, apart ..., heads, queries, keys).
        zeroed: whether what does not count gets no weight at all.
    """

    query: str
    key: str
    value: str
    mask: str | None
    zeroed: bool

    def attend(self, writer: Writer, features: int) -> str:
        """Return the weighted means of the values."""
        scaled = writer.op("Mul", self.query, writer.floats(1 / np.sqrt(np.float64(features))))
        scores = writer.op("Einsum", scaled, self.key, equation="...qd,...kd->...qk")
        if self.mask is not None:
            scores = writer.op("Where", self.mask, scores, writer.floats(-FAR))
        weights = softmax(writer, scores, -1)
        if self.mask is not None and self.zeroed:
            weights = writer.op("Where", self.mask, weights, writer.floats(0))
        return writer.op("MatMul", weights, self.value)


def projected(writer: Writer, value: str, weights: Weights, front: Shape, *, axes: int = 1) -> str:
    """Return a product of the last axes with a trained kernel, and its bias.

    Args:
        writer: takes the operators.
        value: (..., features), of as many axes of features as are said.
        weights: kernel (features, heads, size) or (heads, size, features), and bias.
        front: lengths of the axes before those of features, batch first.
        axes: axes of features that are summed over.
    """
    kernel, *bias = weights.own
    letters = "uvwxyz"[: kernel.ndim]
    taken, given = letters[:axes], letters[axes:]
    equation = f"...{taken},{letters}->...{given}"
    found = writer.op("Einsum", value, writer.floats(kernel), equation=equation)
    whole = (*front, *kernel.shape[axes:])
    return with_bias(writer, found, bias[0], whole) if bias else found


def _fronts(call: Call) -> tuple[Shape, Shape, Shape]:
    """Return the axes before the features of query, value and key."""
    query, *others = [one.shape[:-1] for one in call.inputs]
    value = others[0] if others else query
    return query, value, others[1] if len(others) > 1 else value


def _sources(call: Call) -> tuple[Names, tuple[str | None, ...]]:
    """Return query, value and key, and the masks of those that were given."""
    values, masks = call.floats, call.masks
    if len(values) == 1:
        values, masks = values * 2, masks * 2
    named = {"query": masks[0], "value": masks[1]}
    key = values[1]
    if len(values) > 2:  # noqa: PLR2004 - a key of its own
        key, named["key"] = values[2], masks[2]
    return (values[0], values[1], key), (named["query"], named["value"], named.get("key"))


def _limits(
    layer: Projected, call: Call, lengths: tuple[str, str], masks: tuple[str | None, ...]
) -> str | None:
    """Return which scores count, (batch or 1, queries, keys); None: all."""
    writer = call.writer
    found: list[str] = []
    if masks[0] is not None:
        found.append(writer.expand_dims(masks[0], -1))
    found += [writer.expand_dims(one, -2) for one in masks[1:] if one is not None]
    if layer.use_causal_mask:
        found.append(writer.expand_dims(before(writer, *lengths), 0))
    if layer.sliding_window is not None:
        found.append(writer.expand_dims(near(writer, *lengths, layer.sliding_window), 0))
    if not found:
        return None
    joined = found[0]
    for one in found[1:]:
        joined = writer.op("And", joined, one)
    return joined


@writes(MultiHeadAttention)
def write_multi_head(layer: MultiHeadAttention, call: Call) -> Names:
    """Write projections, heads that attend, and the projection back.

    Source: Keras 3.15, keras/src/layers/attention/multi_head_attention.py, call.
    """
    writer, weights = call.writer, call.weights
    (query, value, key), masks = _sources(call)
    first, second, third = _fronts(call)
    axes = layer.attended(call.shape)
    if any(masks) and call.rank != 3:  # noqa: PLR2004 - (batch, steps, features)
        raise Unwritable("it attends over masked inputs of more than three axes")
    lengths = writer.extent(query, 1), writer.extent(value, 1)
    mask = _limits(layer, call, lengths, masks)
    if mask is not None:
        mask = _behind_heads(writer, mask, call.rank, axes)
    names = ("query_dense", "key_dense", "value_dense")
    asked, sought, answered = (
        _by_head(writer, projected(writer, one, weights.part(name), front), call.rank, axes)
        for one, name, front in zip((query, key, value), names, (first, third, second), strict=True)
    )
    zeroed = layer.dropout > 0 or call.rank != 3  # noqa: PLR2004 - as above
    held = Heads(asked, sought, answered, mask, zeroed).attend(writer, layer.key_dim)
    found = _by_position(writer, held, query, (call.rank, axes))
    if layer.use_gate:
        gate = _gate(writer, projected(writer, query, weights.part("_gate_dense"), first))
        found = writer.op("Mul", found, gate)
    return (projected(writer, found, weights.part("output_dense"), first, axes=2),)


def _gate(writer: Writer, value: str) -> str:
    return writer.op("Sigmoid", value)


def _behind_heads(writer: Writer, mask: str, rank: int, axes: tuple[int, ...]) -> str:
    """Return a mask (batch, queries, keys) against scores of further axes."""
    apart = rank - 2 - len(axes)
    if len(axes) > 1:
        raise Unwritable("it attends over several axes, of which some positions do not count")
    return writer.expand_dims(mask, *range(1, apart + 2))


def _by_head(writer: Writer, value: str, rank: int, axes: tuple[int, ...]) -> str:
    """Return (batch, axes ..., heads, size) as (batch, apart ..., heads, attended, size)."""
    apart = [axis for axis in range(1, rank - 1) if axis not in axes]
    moved = writer.transpose(value, (0, *apart, rank - 1, *axes, rank))
    if len(axes) == 1:
        return moved
    front = writer.op("Shape", moved, start=0, end=len(apart) + 2)
    size = writer.op("Shape", moved, start=rank, end=rank + 1)
    return writer.op("Reshape", moved, writer.concat([front, writer.ints(-1), size], 0))


def _by_position(writer: Writer, value: str, query: str, laid: tuple[int, tuple[int, ...]]) -> str:
    """Return what heads give as (batch, axes ..., heads, size), the axes those of the query."""
    rank, axes = laid
    apart = [axis for axis in range(1, rank - 1) if axis not in axes]
    if len(axes) > 1:
        count = len(apart) + 2
        front = writer.op("Shape", value, start=0, end=count)
        size = writer.op("Shape", value, start=count + 1, end=count + 2)
        inner = [writer.extent(query, axis) for axis in axes]
        value = writer.op("Reshape", value, writer.concat([front, *inner, size], 0))
    order = (0, *apart, rank - 1, *axes, rank)
    return writer.transpose(value, np.argsort(order).tolist())


@writes(GroupQueryAttention)
def write_grouped(layer: GroupQueryAttention, call: Call) -> Names:
    """Write heads of which several share a key and a value.

    Source: Keras 3.15, keras/src/layers/attention/grouped_query_attention.py, call.
    """
    writer, weights = call.writer, call.weights
    (query, value, key), masks = _sources(call)
    first, second, third = _fronts(call)
    lengths = writer.extent(query, 1), writer.extent(value, 1)
    mask = _limits(layer, call, lengths, masks)
    if mask is not None:
        mask = writer.expand_dims(mask, 1)
    times = layer.num_query_heads // layer.num_key_value_heads
    source = writer.ints(*(one // times for one in range(layer.num_query_heads)))
    asked = projected(writer, query, weights.part("_query_dense"), first)
    asked = writer.transpose(asked, (0, 2, 1, 3))
    shared = []
    for one, name, front in ((key, "_key_dense", third), (value, "_value_dense", second)):
        few = writer.transpose(projected(writer, one, weights.part(name), front), (0, 2, 1, 3))
        shared.append(writer.op("Gather", few, source, axis=1))
    heads = Heads(asked, shared[0], shared[1], mask, layer.dropout > 0)
    held = heads.attend(writer, layer.head_dim)
    found = writer.transpose(held, (0, 2, 1, 3))
    if layer.use_gate:
        gate = _gate(writer, projected(writer, query, weights.part("_gate_dense"), first))
        found = writer.op("Mul", found, gate)
    return (projected(writer, found, weights.part("_output_dense"), first, axes=2),)
