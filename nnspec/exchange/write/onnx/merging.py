"""Merging layers as operators."""

from string import ascii_lowercase

from nnspec.catalog.layers import merging as layers
from nnspec.catalog.layers.merging import Elementwise
from nnspec.exchange.write.onnx.forms import KINDS, Call, Names, as_kind, whole, writes
from nnspec.exchange.write.onnx.graph import DOUBLE, Unwritable
from nnspec.exchange.write.onnx.normalization import to_length_one

PAIRWISE: dict[type[Elementwise], str] = {
    layers.Add: "Add",
    layers.Average: "Add",
    layers.Subtract: "Sub",
    layers.Multiply: "Mul",
    layers.Maximum: "Max",
    layers.Minimum: "Min",
}
"""Layer -> the operator that joins two tensors."""


@writes(Elementwise)
def write_elementwise(layer: Elementwise, call: Call) -> Names:
    """Write tensors joined one after the other, missing axes put behind the batch.

    Source: Keras 3.15, keras/src/layers/merging/base_merge.py, call.
    """
    writer = call.writer
    most = max(one.rank for one in call.inputs)
    values = [
        writer.expand_dims(name, *range(1, most - tensor.rank + 1)) if tensor.rank < most else name
        for name, tensor in zip(whole(writer, call), call.inputs, strict=True)
    ]
    masked = isinstance(layer, layers.Multiply | layers.Maximum | layers.Minimum)
    if masked and any(call.masks):
        return (_masked(layer, call, values),)
    found = values[0]
    for one in values[1:]:
        found = writer.op(PAIRWISE[type(layer)], found, one)
    if isinstance(layer, layers.Average):
        found = writer.op("Div", found, writer.floats(len(values)))
    return (found,)


def _masked(layer: Elementwise, call: Call, values: list[str]) -> str:
    """Return what joins tensors of which some steps do not count.

    Source: Keras 3.15, keras/src/layers/merging/multiply.py and base_merge.py,
    _apply_merge_op_and_or_mask.
    """
    if any(one.rank != 3 for one in call.inputs):  # noqa: PLR2004 - (batch, steps, features)
        raise Unwritable("it joins masked tensors that are no sequences of vectors")
    writer = call.writer
    masks = [writer.expand_dims(one, -1) if one else None for one in call.masks]
    if isinstance(layer, layers.Multiply):
        return _multiplied(call, values, masks)
    found, counts = values[0], masks[0]
    for value, mask in zip(values[1:], masks[1:], strict=True):
        entering = writer.op("Where", mask, value, found) if mask else value
        kept = writer.op("Where", counts, found, entering) if counts else found
        found = writer.op(PAIRWISE[type(layer)], kept, entering)
        counts = writer.op("Or", counts, mask) if counts and mask else None
    return found


def _multiplied(call: Call, values: list[str], masks: list[str | None]) -> str:
    """Return a product to which steps that do not count add a factor of 1; 0 where none counts."""
    writer, kind = call.writer, KINDS[call.outputs[0].element]
    one, zero = (writer.cast(writer.floats(number), kind) for number in (1, 0))
    pairs = zip(values, masks, strict=True)
    factors = [writer.op("Where", mask, value, one) if mask else value for value, mask in pairs]
    found = factors[0]
    for factor in factors[1:]:
        found = writer.op("Mul", found, factor)
    held = [mask for mask in masks if mask]
    if len(held) < len(masks):
        return found
    counts = held[0]
    for mask in held[1:]:
        counts = writer.op("Or", counts, mask)
    return writer.op("Where", counts, found, zero)


@writes(layers.Concatenate)
def write_concatenate(layer: layers.Concatenate, call: Call) -> Names:
    """Write tensors side by side."""
    return (call.writer.concat(whole(call.writer, call), layer.axis % call.rank),)


@writes(layers.Dot)
def write_dot(layer: layers.Dot, call: Call) -> Names:
    """Write a sum of products along an axis of each, row by row."""
    writer, axes = call.writer, layer.summed_axes(call.inputs)
    kind = call.outputs[0].element
    pairs = zip(call.values, call.inputs, strict=True)
    values = [as_kind(writer, name, one.element, kind) for name, one in pairs]
    if layer.normalize:
        scaled = zip(values, axes, strict=True)
        values = [to_length_one(writer, name, (axis,)) for name, axis in scaled]
    if kind == "integer":
        values = [writer.cast(one, DOUBLE) for one in values]
    found = writer.op("Einsum", *values, equation=_equation(call, axes))
    if call.inputs[0].rank == call.inputs[1].rank == 2:  # noqa: PLR2004 - (batch, features)
        found = writer.expand_dims(found, 1)
    return (writer.cast(found, KINDS[kind]) if kind == "integer" else found,)


def _equation(call: Call, axes: tuple[int, int]) -> str:
    """Return the sum as an equation: z is the batch, y what is summed over."""
    letters = iter(ascii_lowercase[:-2])
    terms = []
    for tensor, axis in zip(call.inputs, axes, strict=True):
        free = ["y" if one == axis else next(letters) for one in range(1, tensor.rank)]
        terms.append("".join(free))
    left = "".join(terms).replace("y", "")
    return f"z{terms[0]},z{terms[1]}->z{left}"
