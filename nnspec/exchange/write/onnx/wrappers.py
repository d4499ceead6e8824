"""Layers around another layer, as operators."""

from dataclasses import replace

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.recurrent import Recurrent
from nnspec.catalog.layers.wrappers import (
    Bidirectional,
    Pipeline,
    SpectralNormalization,
    TimeDistributed,
)
from nnspec.exchange.write.onnx import listed
from nnspec.exchange.write.onnx.forms import Call, Names, as_kind, form_of, writes
from nnspec.exchange.write.onnx.graph import Unwritable, Writer
from nnspec.shapes import Shape

MASKED = (Recurrent, Bidirectional)
"""Layers that read the mask of what enters them."""


def inner_form(layer: Layer, call: Call) -> Names:
    """Return what a layer within another gives."""
    if layer.dtype not in (None, "float32"):
        raise Unwritable(f"its {layer.keras_name} computes in {layer.dtype}")
    form = form_of(type(layer))
    if form is None:
        reason = listed.reason_for(type(layer))
        raise Unwritable(f"it holds {layer.keras_name}: {reason}")
    return form(layer, call)


@writes(TimeDistributed)
def write_time_distributed(layer: TimeDistributed, call: Call) -> Names:
    """Write all steps as rows, and what the layer makes of them as steps again."""
    writer, value = call.writer, call.values[0]
    if call.masks[0] is not None and isinstance(layer.layer, MASKED):
        raise Unwritable("it applies a recurrent layer to steps of which some do not count")
    within = layer.step(call.inputs)
    rows = joined(writer, value, call.shape)
    inner = replace(
        call,
        values=(rows,),
        masks=(None,),
        inputs=within,
        outputs=layer.layer.infer_tensors(within),
        weights=call.weights.part("layer"),
    )
    (found,) = inner_form(layer.layer, inner)
    return (parted(writer, found, value, inner.outputs[0].shape),)


def joined(writer: Writer, value: str, shape: Shape) -> str:
    """Return (batch, steps, ...) as (batch * steps, ...)."""
    if None not in shape[2:]:
        return writer.reshape(value, (-1, *(one or 1 for one in shape[2:])))
    rest = writer.op("Shape", value, start=2)
    return writer.op("Reshape", value, writer.concat([writer.ints(-1), rest], 0))


def parted(writer: Writer, value: str, like: str, shape: Shape) -> str:
    """Return (batch * steps, ...) as (batch, steps, ...), both as another tensor has them."""
    front = writer.op("Shape", like, start=0, end=2)
    if None in shape[1:]:
        rest = writer.op("Shape", value, start=1)
    elif len(shape) == 1:
        return writer.op("Reshape", value, front)
    else:
        rest = writer.ints(*(one or 1 for one in shape[1:]))
    return writer.op("Reshape", value, writer.concat([front, rest], 0))


@writes(SpectralNormalization)
def write_spectral(layer: SpectralNormalization, call: Call) -> Names:
    """Write the layer with the kernel that the training left."""
    inner = replace(
        call,
        outputs=layer.layer.infer_tensors(call.inputs),
        weights=call.weights.part("layer"),
    )
    pairs = zip(inner_form(layer.layer, inner), inner.outputs, call.outputs, strict=True)
    return tuple(
        as_kind(call.writer, name, given.element, wanted.element) for name, given, wanted in pairs
    )


@writes(Pipeline)
def write_pipeline(layer: Pipeline, call: Call) -> Names:
    """Write the layers one after the other."""
    values, masks = call.values, call.masks
    stages = layer.stages(call.inputs)
    held = call.weights.listed([one.keras_name for one in layer.layers], "layers")
    for place, (one, weights) in enumerate(zip(layer.layers, held, strict=True)):
        inner = replace(
            call,
            values=values,
            masks=masks,
            inputs=stages[place],
            outputs=stages[place + 1],
            weights=weights,
        )
        values, masks = inner_form(one, inner), (None,)
    return values
