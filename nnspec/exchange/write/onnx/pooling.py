"""Pooling layers as operators."""

from nnspec.catalog.layers import pooling as layers
from nnspec.catalog.layers.pooling import AdaptivePooling, GlobalPooling, WindowPooling
from nnspec.exchange.write.onnx.convolution import borders, channels_back, channels_first
from nnspec.exchange.write.onnx.forms import KINDS, Call, Names, in_double, known_extent, writes
from nnspec.exchange.write.onnx.graph import FLOAT

LARGEST = (
    layers.MaxPooling1D,
    layers.MaxPooling2D,
    layers.MaxPooling3D,
    layers.GlobalMaxPooling1D,
    layers.GlobalMaxPooling2D,
    layers.GlobalMaxPooling3D,
    layers.AdaptiveMaxPooling1D,
    layers.AdaptiveMaxPooling2D,
    layers.AdaptiveMaxPooling3D,
)
"""Layers that keep the largest value; the others average."""


def of_kind(call: Call, value: str, pool: object) -> str:
    """Return what is pooled of a tensor: whole numbers in double precision, and back."""
    assert callable(pool)
    element = call.outputs[0].element
    if call.inputs[0].element == "float":
        return str(pool(value))
    if element == "float":
        return str(pool(call.writer.cast(value, FLOAT)))
    return in_double(call, value, lambda one: str(pool(one)), KINDS[element])


@writes(WindowPooling)
def write_windows(layer: WindowPooling, call: Call) -> Names:
    """Write the largest value, or the mean, of each window; padding takes no part."""
    writer, axis = call.writer, layer.channel_axis
    steps = layer.strides or layer.pool_size
    largest = isinstance(layer, LARGEST)
    attributes = borders(layer.inner(call.shape), layer.pool_size, steps, layer.padding)

    def pool(value: str) -> str:
        value = channels_first(writer, value, call.rank, axis)
        value = writer.op(
            "MaxPool" if largest else "AveragePool",
            value,
            kernel_shape=list(layer.pool_size),
            strides=list(steps),
            **attributes,
        )
        return channels_back(writer, value, call.rank, axis)

    return (of_kind(call, call.values[0], pool),)


@writes(GlobalPooling)
def write_global(layer: GlobalPooling, call: Call) -> Names:
    """Write the largest value, or the mean, of all positions."""
    first = 2 if layer.channel_axis == 1 else 1
    axes = tuple(range(first, first + layer.dimensions))
    kind = "Max" if isinstance(layer, LARGEST) else "Mean"
    mask = call.masks[0]
    if mask is not None and isinstance(layer, layers.GlobalAveragePooling1D):
        return (_masked_mean(layer, call, mask, first),)

    def pool(value: str) -> str:
        return call.writer.reduce(kind, value, axes, keepdims=layer.keepdims)

    return (of_kind(call, call.values[0], pool),)


def _masked_mean(layer: GlobalPooling, call: Call, mask: str, axis: int) -> str:
    """Return the mean over the steps that count.

    Source: Keras 3.15, keras/src/layers/pooling/global_average_pooling1d.py, call.
    """
    writer = call.writer
    counts = writer.expand_dims(writer.cast(mask, FLOAT), 2 if axis == 1 else 1)
    kept = writer.op("Mul", call.floats[0], counts)
    total = writer.reduce("Sum", kept, (axis,), keepdims=layer.keepdims)
    return writer.op("Div", total, writer.reduce("Sum", counts, (axis,), keepdims=layer.keepdims))


@writes(AdaptivePooling)
def write_adaptive(layer: AdaptivePooling, call: Call) -> Names:
    """Write windows that divide each axis: axis by axis, since they are boxes."""
    writer = call.writer
    first = 2 if layer.channel_axis == 1 else 1
    kind = "Max" if isinstance(layer, LARGEST) else "Mean"

    def pool(value: str) -> str:
        for place, count in enumerate(layer.output_size):
            axis = first + place
            extent = known_extent(call.shape, axis)
            parts = []
            for one in range(count):
                start, end = one * extent // count, -(-(one + 1) * extent // count)
                part = writer.slice(value, axis, start, end)
                parts.append(writer.reduce(kind, part, (axis,), keepdims=True))
            value = writer.concat(parts, axis)
        return value

    return (of_kind(call, call.values[0], pool),)
