"""Layers that move, pad, crop and repeat elements, as operators."""

from math import prod

from nnspec.catalog.layers import reshaping as layers
from nnspec.exchange.write.onnx.forms import (
    KINDS,
    Call,
    Names,
    as_kind,
    in_double,
    known_extent,
    writes,
)
from nnspec.exchange.write.onnx.graph import Unwritable, Writer
from nnspec.exchange.write.onnx.resampling import resize_axis, resizing

LAST_FIRST = (0, 3, 1, 2)
LAST = (0, 2, 3, 1)


@writes(layers.Reshape)
def write_reshape(layer: layers.Reshape, call: Call) -> Names:
    """Write the elements of each row in another shape."""
    known = call.outputs[0].shape[1:]
    free = sum(one is None for one in known)
    target = layer.target_shape if free else tuple(one or 1 for one in known)
    return (call.writer.reshape(call.values[0], (0, *target)),)


@writes(layers.Flatten)
def write_flatten(layer: layers.Flatten, call: Call) -> Names:
    """Write each row as a vector."""
    writer, value = call.writer, call.values[0]
    if layer.data_format == "channels_first" and call.rank > 1:
        value = writer.transpose(value, (0, *range(2, call.rank), 1))
    extents = [one for one in call.shape[1:] if one is not None]
    width = prod(extents) if len(extents) == call.rank - 1 else -1
    return (writer.expand_dims(value, 1) if call.rank == 1 else writer.reshape(value, (0, width)),)


@writes(layers.Permute)
def write_permute(layer: layers.Permute, call: Call) -> Names:
    """Write the axes in another order."""
    return (call.writer.transpose(call.values[0], (0, *layer.dims)),)


@writes(layers.RepeatVector)
def write_repeat(layer: layers.RepeatVector, call: Call) -> Names:
    """Write a vector once for each step."""
    writer = call.writer
    value = writer.expand_dims(call.values[0], 1)
    return (writer.op("Tile", value, writer.ints(1, layer.n, 1)),)


@writes(layers.Cropped)
def write_cropped(layer: layers.Cropped, call: Call) -> Names:
    """Write what is left between margins."""
    writer, value = call.writer, call.values[0]
    first = 2 if getattr(layer, "data_format", None) == "channels_first" else 1
    for place, (before, after) in enumerate(_margins(layer.arguments()["cropping"])):
        end = -after if after else 2**62
        value = writer.slice(value, first + place, before, end)
    return (value,)


@writes(layers.Padded)
def write_padded(layer: layers.Padded, call: Call) -> Names:
    """Write zeros around."""
    writer, element = call.writer, call.inputs[0].element
    check_no_texts(call)
    margins = _margins(layer.arguments()["padding"])
    first = 2 if layer.data_format == "channels_first" else 1
    befores = [0] * call.rank
    afters = [0] * call.rank
    for place, (before, after) in enumerate(margins):
        befores[first + place], afters[first + place] = before, after

    def pad(value: str) -> str:
        return writer.op("Pad", value, writer.ints(*befores, *afters))

    if element == "float":
        return (pad(call.values[0]),)
    return (in_double(call, call.values[0], pad, KINDS[element]),)


def check_no_texts(call: Call) -> None:
    """Refuse texts, of which operators of this kind hold none."""
    if call.inputs[0].element == "text":
        raise Unwritable("it moves texts, which ONNX does with numbers alone")


def _margins(given: object) -> list[tuple[int, int]]:
    """Return margins (before, after) of each inner axis; a lone pair is a series'."""
    assert isinstance(given, tuple)
    if isinstance(given[0], int):
        return [(given[0], given[1])]
    return [(one[0], one[1]) for one in given]


@writes(layers.UpSampling1D)
def write_larger_series(layer: layers.UpSampling1D, call: Call) -> Names:
    """Write every step several times."""
    check_no_texts(call)
    return (_repeated(call.writer, call.values[0], 1, layer.size),)


@writes(layers.UpSampling3D)
def write_larger_volumes(layer: layers.UpSampling3D, call: Call) -> Names:
    """Write every voxel several times."""
    check_no_texts(call)
    value = call.values[0]
    first = 2 if layer.data_format == "channels_first" else 1
    for place, times in enumerate(layer.size):
        value = _repeated(call.writer, value, first + place, times)
    return (value,)


@writes(layers.UpSampling2D)
def write_larger_pictures(layer: layers.UpSampling2D, call: Call) -> Names:
    """Write every pixel several times, or pictures resized."""
    check_no_texts(call)
    writer, value = call.writer, call.values[0]
    first = layer.data_format == "channels_first"
    if layer.interpolation == "nearest":
        for place, times in enumerate(layer.size):
            value = _repeated(writer, value, place + (2 if first else 1), times)
        return (value,)
    value = as_kind(writer, value, call.inputs[0].element, "float")
    value = writer.transpose(value, LAST) if first else value
    inner = layer.inner(call.shape)
    for place, times in enumerate(layer.size):
        old = known_extent(inner, place)
        weights = resizing(layer.interpolation, old, old * times)
        value = resize_axis(writer, value, place + 1, weights)
    value = writer.transpose(value, LAST_FIRST) if first else value
    return (as_kind(writer, value, "float", call.outputs[0].element),)


def _repeated(writer: Writer, value: str, axis: int, times: int) -> str:
    """Return a tensor with every place of an axis several times in a row."""
    if times == 1:
        return value
    extent = writer.extent(value, axis)
    longer = writer.op("Mul", extent, writer.ints(times))
    places = writer.op(
        "Range",
        writer.constant(0, "int64"),
        writer.squeeze(longer, 0),
        writer.constant(1, "int64"),
    )
    source = writer.op("Div", places, writer.constant(times, "int64"))
    return writer.op("Gather", value, source, axis=axis)
