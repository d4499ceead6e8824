"""Layers of pictures as operators: resized, cropped; what is drawn at random only in training."""

from nnspec.catalog.layers import colour
from nnspec.catalog.layers import image as layers
from nnspec.catalog.layers.image import Image, Seeded
from nnspec.exchange.write.onnx.forms import Call, Names, as_kind, known_extent, writes
from nnspec.exchange.write.onnx.graph import Unwritable, Writer
from nnspec.exchange.write.onnx.resampling import Method, resize_axis, resizing
from nnspec.exchange.write.onnx.reshaping import LAST, LAST_FIRST

WHITE = 255
"""The brightest value that Keras computes with."""
Box = tuple[int, int, int, int]
"""Rows and columns of a part of a picture: first row, first column, rows, columns."""


@writes(Seeded)
def write_random(layer: Seeded, call: Call) -> Names:  # noqa: ARG001 - as the others
    """Return the pictures: they are changed in training only."""
    kind = call.outputs[0].element
    return (as_kind(call.writer, call.values[0], call.inputs[0].element, kind),)


@writes(colour.AutoContrast)
def write_contrast(layer: colour.AutoContrast, call: Call) -> Names:
    """Write each channel stretched to the whole range; of one value it stays as it is.

    Source: Keras 3.15, keras/src/layers/preprocessing/image_preprocessing/auto_contrast.py.
    """
    writer, given = call.writer, call.floats[0]
    dark, bright = sorted(layer.value_range)
    span = writer.floats(bright - dark)
    value = writer.op("Sub", given, writer.floats(dark))
    value = writer.op("Mul", writer.op("Div", value, span), writer.floats(WHITE))
    low = writer.reduce("Min", value, (1, 2), keepdims=True)
    high = writer.reduce("Max", value, (1, 2), keepdims=True)
    scale = writer.op("Div", writer.floats(WHITE), writer.op("Sub", high, low))
    offset = writer.op("Mul", writer.op("Neg", low), scale)
    value = writer.op("Add", writer.op("Mul", value, scale), offset)
    value = writer.op("Clip", value, writer.floats(0), writer.floats(WHITE))
    value = writer.op("Mul", writer.op("Div", value, writer.floats(WHITE)), span)
    value = writer.op("Add", value, writer.floats(dark))
    flat = writer.op("Equal", low, high)
    found = writer.op("Where", flat, given, value)
    return (as_kind(writer, found, "float", call.outputs[0].element),)


@writes(layers.Resizing)
def write_resizing(layer: layers.Resizing, call: Call) -> Names:
    """Write pictures of another size.

    Source: Keras 3.15, keras/src/backend/tensorflow/image.py, resize.
    """
    rows, columns = _sides(layer, call)
    size = (layer.height, layer.width)
    value = _channels_last(layer, call)
    method: Method = layer.interpolation
    if layer.pad_to_aspect_ratio:
        value, (rows, columns) = _padded(layer, call.writer, value, (rows, columns))
    elif layer.crop_to_aspect_ratio:
        box = fitting(rows, columns, size)
        value, (rows, columns) = _cut(call.writer, value, box), box[2:]
    weights = [
        resizing(method, old, new, antialias=layer.antialias)
        for old, new in zip((rows, columns), size, strict=True)
    ]
    for axis, one in enumerate(weights, start=1):
        value = resize_axis(call.writer, value, axis, one)
    return (_channels_as_they_were(layer, call, value),)


@writes(layers.CenterCrop)
def write_center_crop(layer: layers.CenterCrop, call: Call) -> Names:
    """Write the middle of pictures; smaller ones resized, cut to the shape that is wanted.

    Source: Keras 3.15, keras/src/layers/preprocessing/image_preprocessing/center_crop.py.
    """
    rows, columns = _sides(layer, call)
    size = (layer.height, layer.width)
    value = _channels_last(layer, call)
    if rows >= size[0] and columns >= size[1]:
        box = ((rows - size[0]) // 2, (columns - size[1]) // 2, *size)
        return (_channels_as_they_were(layer, call, _cut(call.writer, value, box)),)
    box = fitting(rows, columns, size)
    value = _cut(call.writer, value, box)
    for axis, (old, new) in enumerate(zip(box[2:], size, strict=True), start=1):
        value = resize_axis(call.writer, value, axis, resizing("bilinear", old, new))
    return (_channels_as_they_were(layer, call, value),)


def fitting(rows: int, columns: int, size: tuple[int, int]) -> Box:
    """Return the largest part in the middle that has the shape of a size."""
    height = max(min(rows, int(float(columns * size[0]) / size[1])), 1)
    width = max(min(columns, int(float(rows * size[1]) / size[0])), 1)
    return int(float(rows - height) / 2), int(float(columns - width) / 2), height, width


def _padded(
    layer: layers.Resizing, writer: Writer, value: str, sides: tuple[int, int]
) -> tuple[str, tuple[int, int]]:
    """Return pictures with margins, so that they have the shape of the size; rows and columns."""
    rows, columns = sides
    height = max(rows, int(float(columns * layer.height) / layer.width))
    width = max(columns, int(float(rows * layer.width) / layer.height))
    top, left = int(float(height - rows) / 2), int(float(width - columns) / 2)
    margins = writer.ints(0, top, left, 0, 0, top, left, 0)
    padded = writer.op("Pad", value, margins, writer.floats(layer.fill_value))
    return padded, (rows + 2 * top, columns + 2 * left)


def _cut(writer: Writer, value: str, box: Box) -> str:
    top, left, height, width = box
    value = writer.slice(value, 1, top, top + height)
    return writer.slice(value, 2, left, left + width)


def _sides(layer: Image, call: Call) -> tuple[int, int]:
    inner = layer.inner(call.shape)
    return known_extent(inner, 0), known_extent(inner, 1)


def _channels_last(layer: Image, call: Call) -> str:
    if call.rank != 4:  # noqa: PLR2004 - (batch, rows, columns, channels)
        raise Unwritable("it takes single pictures", "feed batches of pictures")
    value = call.floats[0]
    return call.writer.transpose(value, LAST) if layer.channel_axis == 1 else value


def _channels_as_they_were(layer: Image, call: Call, value: str) -> str:
    value = call.writer.transpose(value, LAST_FIRST) if layer.channel_axis == 1 else value
    return as_kind(call.writer, value, "float", call.outputs[0].element)
