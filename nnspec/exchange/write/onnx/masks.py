"""Masks: which steps of a tensor count, (batch, steps), beside the tensors that layers give."""

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.core import Masking
from nnspec.catalog.layers.embedding import Lookup
from nnspec.catalog.layers.merging import Concatenate, Elementwise
from nnspec.exchange.write.onnx.forms import Call
from nnspec.exchange.write.onnx.graph import BOOL, INT32, Unwritable

Masks = tuple[str | None, ...]


def masks_of(layer: Layer, call: Call, outputs: int) -> Masks:
    """Return the mask of each tensor that leaves a layer."""
    if not any(one.masked for one in call.outputs):
        return (None,) * outputs
    mask = _first_mask(layer, call)
    return tuple(
        mask if place < len(call.outputs) and call.outputs[place].masked else None
        for place in range(outputs)
    )


def _first_mask(layer: Layer, call: Call) -> str | None:
    """Return the mask that a layer makes, or hands on."""
    writer = call.writer
    match layer:
        case Lookup():
            return writer.op("Not", writer.op("Equal", call.values[0], writer.constant(0, "int32")))
        case Masking():
            return steps_that_count(layer, call)
        case Elementwise():
            return _any_of(call)
        case Concatenate():
            return _joined(layer, call)
        case _:
            return call.masks[0]


def steps_that_count(layer: Masking, call: Call) -> str:
    """Return which steps hold anything but the value that marks them."""
    writer = call.writer
    equal = writer.op("Equal", call.floats[0], writer.floats(layer.mask_value))
    other = writer.cast(writer.op("Not", equal), INT32)
    found = writer.reduce("Max", other, [-1])
    return writer.cast(found, BOOL)


def _any_of(call: Call) -> str | None:
    """Return where any input counts.

    Source: Keras 3.15, keras/src/layers/merging/base_merge.py, compute_mask.
    """
    if len({one.rank for one in call.inputs}) > 1:
        raise Unwritable("it merges masked tensors of different ranks", "give them one rank")
    found = call.masks[0]
    for one in call.masks[1:]:
        found = call.writer.op("Or", str(found), str(one))
    return found


def _joined(layer: Concatenate, call: Call) -> str | None:
    """Return the masks of joined tensors: side by side along the steps, else where any counts.

    Source: Keras 3.15, keras/src/layers/merging/concatenate.py, compute_mask.
    """
    if call.rank != 3:  # noqa: PLR2004 - (batch, steps, features)
        raise Unwritable("it joins masked tensors that are no sequences of vectors")
    pairs = zip(call.masks, call.values, strict=True)
    masks = [mask or _everywhere(call, value) for mask, value in pairs]
    if layer.axis in (1, -2):
        return call.writer.concat(masks, 1)
    found = masks[0]
    for one in masks[1:]:
        found = call.writer.op("Or", found, one)
    return found


def _everywhere(call: Call, value: str) -> str:
    """Return the mask of a tensor that has none: every step counts."""
    writer = call.writer
    steps = writer.op("Shape", value, start=0, end=2)
    return writer.op("Expand", writer.constant(True), steps)
